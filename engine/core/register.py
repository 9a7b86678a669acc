"""A register's definition: its form's key and title, the rules of its rows, the roles that they provide."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from engine.core.expressions import Expression, ExpressionError, Scope, compile_condition
from engine.core.forms.places import MISSING, get
from engine.core.parts import Part, PartError
from engine.core.shown import Shown, read_shown

KEYS = frozenset(
    ("key", "name", "description", "form", "row_key", "row_title", "clauses", "may_read", "may_change", "provides")
) | frozenset(
    (
        *("rule", "decided", "signed_by", "end_agreed_by", "row_clauses", "finding_on", "hours"),
        *("competence_key", "competence_until", "shown", "follows", "published"),
    )
)
ROLES = ("steward", "people", "oncall", "pause", "competence", "page")
"""What the engine may ask of a row, whatever its register is called."""

_KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
_ROW = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
COMMON = "A key has at least two words, such as reg_machines, so that it is never taken for one."


class RegisterError(PartError):
    """The file is no register; `where` says which part of it."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What must hold of a row, in FEEL over its values, `before` (its values until now, or null) and `today()`."""

    check: Expression
    message: str
    field: str


@dataclass(frozen=True, kw_only=True)
class Decided:
    """
    Fields that a decision table fills in, and nobody by hand.

    Args:
        decision: its key; the newest released version answers.
        inputs: the fields that it is asked with, under their own names. While one of them is empty nothing is decided.
        sets: output of the table to the field that takes it.
    """

    decision: str
    inputs: tuple[str, ...]
    sets: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Follows:
    """
    A field that follows from cases, and that nobody writes by hand.

    Args:
        typed: the values between which people may choose all the same, while it holds one of them or nothing.
        remedy: which way leads to the others.
    """

    field: str
    typed: tuple[str, ...]
    remedy: str

    def may_be_typed(self, value: Any, held: Any) -> bool:
        """Whether people may write `value` where the field holds `held`."""
        same = (value or None) == (held or None)
        return same or (value in self.typed and (not held or held in self.typed))


@dataclass(frozen=True, kw_only=True)
class Definition:
    """
    What a register's file says.

    Args:
        form: the name of the form-js file beside it.
        row_key, row_title: the fields that name a row for machines and for people.
        may_read, may_change: groups; none for `may_read` means everybody who may read at all.
        follows: fields that cases write, and nobody by hand.
        provides: role to the path of the field that holds people; `people` is a path below which each key is a part.
        signed_by: groups; a version of a row is in force only once a member of each has signed it, different people.
        end_agreed_by: groups; a row ends only when a member, other than who asks, agrees.
        competence_key, competence_until: where it provides `competence`, the fields with the key that its people hold
            (by default the row's own) and with the last day on which they do (by default they always do).
        row_clauses: the field in which a row names the clauses that it serves.
        finding_on: where rows speak against the clauses that they name: the field with the day on which that was found.
        hours: the field with the hours that people spent on getting ready, where a row is about an audit.
        published: the field with what everybody may read, without an account, of each version that is signed.
        shown: how people see it.
    """

    key: str
    name: str
    description: str
    form: str
    row_key: str
    row_title: str
    clauses: tuple[str, ...]
    may_read: tuple[str, ...]
    may_change: tuple[str, ...]
    provides: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    decided: tuple[Decided, ...] = ()
    follows: tuple[Follows, ...] = ()
    signed_by: tuple[str, ...] = ()
    end_agreed_by: tuple[str, ...] = ()
    row_clauses: str | None = None
    finding_on: str | None = None
    hours: str | None = None
    competence_key: str | None = None
    competence_until: str | None = None
    published: str | None = None
    shown: Shown = field(default_factory=Shown)

    def errors(
        self, values: Mapping[str, Any], before: Mapping[str, Any] | None, *, now: datetime, zone: tzinfo
    ) -> dict[str, list[str]]:
        """What does not hold of a row, by field. A rule without an answer does not hold."""
        found: dict[str, list[str]] = {}
        scope = Scope({**values, "before": before}, now=now, zone=zone, strict=False)
        for rule in self.rules:
            try:
                holds = rule.check.evaluate(scope) is True
            except ExpressionError:
                holds = False
            if not holds:
                found.setdefault(rule.field, []).append(rule.message)
        return found

    def holders(self, values: Mapping[str, Any], role: str, part: str | None = None) -> tuple[str, ...]:
        """The people that a row names for a role; for `people` those of one part, or of all."""
        path = self.provides.get(role)
        if path is None:
            return ()
        found = get(dict(values), path.split("."))
        if part is not None and isinstance(found, dict):
            found = found.get(part)
        return tuple(dict.fromkeys(_people(None if found is MISSING else found)))


def read_register(content: Mapping[str, Any]) -> Definition:
    """
    The register that a file of `config/registers/` (parsed) holds.

    Raises:
        RegisterError: a key is unknown, missing, or not of its kind; a rule cannot be read.
    """
    part = Part(content, "the file", RegisterError)
    part.only(KEYS)
    key = _text(part, "key")
    if not _KEY.fullmatch(key) or len(key) > 60:
        raise RegisterError("key", f"{key!r} cannot be used. {COMMON}")
    provides = content.get("provides", {})
    if not isinstance(provides, Mapping) or not all(isinstance(path, str) for path in provides.values()):
        raise RegisterError("provides", 'Write a role and the field that holds it, such as steward = "steward".')
    if strange := sorted(set(provides) - set(ROLES)):
        raise RegisterError("provides", f"There is no role {strange[0]!r}; there are {', '.join(ROLES)}.")
    return Definition(
        key=key,
        name=_text(part, "name"),
        description=_text(part, "description") if "description" in content else "",
        form=_text(part, "form"),
        row_key=_text(part, "row_key"),
        row_title=_text(part, "row_title"),
        clauses=part.texts("clauses"),
        may_read=part.texts("may_read"),
        may_change=part.texts("may_change"),
        provides=dict(provides),
        rules=tuple(_rules(content.get("rule", []))),
        decided=tuple(_decided(content.get("decided", []))),
        follows=tuple(_follows(content.get("follows", []))),
        signed_by=part.texts("signed_by"),
        end_agreed_by=part.texts("end_agreed_by"),
        row_clauses=_text(part, "row_clauses") if "row_clauses" in content else None,
        finding_on=_text(part, "finding_on") if "finding_on" in content else None,
        hours=_text(part, "hours") if "hours" in content else None,
        competence_key=_of_competence(part, "competence_key"),
        competence_until=_of_competence(part, "competence_until"),
        published=_published(part),
        shown=read_shown(_shown(content.get("shown", {}))),
    )


def _shown(said: Any) -> Part:
    if not isinstance(said, Mapping):
        raise RegisterError("shown", "Write it as a table [shown].")
    return Part(said, "shown", RegisterError)


def _published(part: Part) -> str | None:
    if "published" not in part.said:
        return None
    if not part.said.get("signed_by"):
        raise RegisterError("published", "Only what somebody signs is published: say who, with `signed_by`.")
    return _text(part, "published")


def _of_competence(part: Part, name: str) -> str | None:
    if name not in part.said:
        return None
    if "competence" not in part.said.get("provides", {}):
        raise RegisterError(name, "Only a register that provides competence says this.")
    return _text(part, name)


def row_key(value: object) -> str | None:
    """The value as the key of a row, if it can be one: letters, digits and `. _ -`, at most a hundred."""
    return value if isinstance(value, str) and _ROW.fullmatch(value) else None


def _rules(said: Any) -> Iterator[Rule]:
    if not isinstance(said, list) or len(said) > 200:
        raise RegisterError("rule", "Write each rule as a table [[rule]], at most 200.")
    for number, one in enumerate(said, start=1):
        where = f"rule {number}"
        if not isinstance(one, Mapping) or set(one) - {"check", "message", "field"}:
            raise RegisterError(where, "It has `check`, `message` and `field`, and nothing else.")
        part = Part(one, where, RegisterError)
        try:
            check = compile_condition(_text(part, "check"), "feel")
        except ExpressionError as error:
            raise RegisterError(where, f"The check cannot be read: {error}") from error
        yield Rule(check=check, message=_text(part, "message"), field=_text(part, "field"))


def _decided(said: Any) -> Iterator[Decided]:
    if not isinstance(said, list) or len(said) > 20:
        raise RegisterError("decided", "Write each table that is asked as [[decided]], at most 20.")
    for number, one in enumerate(said, start=1):
        where = f"decided {number}"
        if not isinstance(one, Mapping):
            raise RegisterError(where, "It has `decision`, `inputs` and `sets`.")
        part = Part(one, where, RegisterError)
        part.only(frozenset(("decision", "inputs", "sets")))
        sets = one.get("sets")
        if not isinstance(sets, Mapping) or not sets or not all(isinstance(name, str) for name in sets.values()):
            raise RegisterError(where, 'sets names an output and the field that takes it, such as { tier = "tier" }.')
        yield Decided(decision=_text(part, "decision"), inputs=part.texts("inputs"), sets=dict(sets))


def _follows(said: Any) -> Iterator[Follows]:
    if not isinstance(said, list) or not all(isinstance(one, Mapping) for one in said) or len(said) > 20:
        raise RegisterError("follows", "Write each field that follows from cases as [[follows]], at most 20.")
    for number, one in enumerate(said, start=1):
        part = Part(one, f"follows {number}", RegisterError)
        part.only(frozenset(("field", "typed", "remedy")))
        yield Follows(field=_text(part, "field"), typed=part.texts("typed"), remedy=_text(part, "remedy"))


def _people(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.strip():
        yield value.strip()
    elif isinstance(value, list):
        for one in value:
            yield from _people(one)
    elif isinstance(value, dict):
        for name in sorted(value):
            yield from _people(value[name])


def _text(part: Part, name: str) -> str:
    return part.text(name).strip()
