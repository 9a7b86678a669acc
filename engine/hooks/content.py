"""
What a hook says: how it is signed, what it takes, and what that leads to. Pure.

A hook is data. Expressions (FEEL) pick out of what came in: whether it counts,
under which key it is one thing, and which variables a case begins with.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from engine.core.chain import canonical
from engine.core.expressions import ExpressionError, Scope, compile_condition
from engine.errors import Invalid

KINDS = {"events": "standard", "alertmanager": "bearer", "samples": "standard"}
"""Each kind, and how it is signed unless the hook says otherwise."""

SIGNATURES = ("standard", "bearer", "hmac")
KEY = re.compile(r"[a-z][a-z0-9_-]{0,59}")
BREACH = "limit != null and value > limit"
USUAL_KEY = {"events": "", "alertmanager": "fingerprint", "samples": 'subject + "/" + name + "/" + group'}
MAPS = ("find", "variables")
"""Parts that hold expressions by name."""

LONGEST_TOLERANCE = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Hook:
    """
    One hook in one version.

    Args:
        signature: `standard` (Standard Webhooks), `bearer` (the secret is the token), or `hmac` (hex of HMAC-SHA256
            over the body in the header named by `header`).
        tolerance: seconds that a signed moment may differ from the product's.
        types: of CloudEvents that count; `*` at the end stands for anything. Empty: all.
        find: what is looked up first, under its own names, as expressions that give the filters of `steward.find`.
        when: whether something counts; for samples, whether it is a breach.
        key: under which what comes in is about one case; empty: each begins its own.
        process, start: what begins, and at which of its start events.
        message: the message that reaches a waiting case or begins one, instead of `process`.
        open_while: the message that the running case must wait for, if what comes is to join it.
        joined, resolved: messages that the running case gets when the same comes again; when it is over.
        business_key, title, variables: of a case that begins, as expressions.
    """

    name: str
    kind: str
    active: bool = True
    signature: str = ""
    header: str = ""
    tolerance: int = 300
    types: tuple[str, ...] = ()
    find: Mapping[str, str] = field(default_factory=dict)
    when: str = ""
    key: str = ""
    process: str = ""
    start: str = ""
    message: str = ""
    open_while: str = ""
    joined: str = ""
    resolved: str = ""
    business_key: str = ""
    title: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)

    def takes(self, facts: Mapping[str, Any]) -> bool:
        """Whether it is of a type that the hook takes."""
        return self.kind != "events" or not self.types or any(_fits(one, str(facts["type"])) for one in self.types)

    def counts(self, facts: Mapping[str, Any], *, now: datetime) -> bool:
        """Whether what came in leads to anything."""
        return not self.when or compile_condition(self.when, "feel").decide(_scope(facts, now))

    def text(self, which: str, facts: Mapping[str, Any], *, now: datetime) -> str | None:
        """The value of `key`, `business_key` or `title`, as text; None where it is null or the hook names none."""
        said: str = getattr(self, which)
        if not said:
            return None
        found = compile_condition(said, "feel").evaluate(_scope(facts, now))
        return found if found is None or isinstance(found, str) else canonical(found).decode()

    def questions(self, facts: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
        """What is to be looked up before anything is decided, by the name under which expressions see it."""
        return _each(self.find, facts, now)

    def values(self, facts: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
        """The variables that a case begins with."""
        return _each(self.variables, facts, now)

    def content(self) -> dict[str, Any]:
        """The hook as it is kept."""
        return asdict(self) | {"types": list(self.types)}


def read(key: str, content: Mapping[str, Any]) -> Hook:
    """
    The hook that `content` describes, as `docs/reference/hooks.md` says.

    Raises:
        Invalid: with one problem a place.
    """
    problems: dict[str, list[str]] = {}
    if not KEY.fullmatch(key):
        problems["key"] = ["A key has lower-case letters, digits, - and _, and begins with a letter."]
    known = {one.name: one for one in fields(Hook)}
    for name in sorted(set(content) - set(known)):
        problems[name] = ["A hook has no such part."]
    given = {name: value for name, value in content.items() if name in known and value is not None}
    problems |= {name: ["Of the wrong kind."] for name, value in given.items() if not _typed(name, value)}
    if not problems:
        problems = _wrong(given)
    if problems:
        first = next(iter(problems))
        raise Invalid(f"The hook {key} cannot be used. {first}: {problems[first][0]}", problems)
    kind = given["kind"]
    usual = {"signature": KINDS[kind], "key": USUAL_KEY[kind], "when": BREACH if kind == "samples" else ""}
    return Hook(**usual | given | {"types": tuple(given.get("types", ()))})


def digest_of(key: str, content: Mapping[str, Any]) -> str:
    """SHA-256 over a hook's key and what it says."""
    return sha256(canonical([key, dict(content)])).hexdigest()


def _wrong(given: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if not given.get("name"):
        found["name"] = ["A hook has a name."]
    if given.get("kind") not in KINDS:
        found["kind"] = [f"One of {', '.join(KINDS)}."]
    if given.get("signature", "standard") not in SIGNATURES:
        found["signature"] = [f"One of {', '.join(SIGNATURES)}."]
    if (given.get("signature") == "hmac") != bool(given.get("header")):
        found["header"] = ["Where the signature is hmac, and only there, it names the header."]
    if not 1 <= given.get("tolerance", 300) <= LONGEST_TOLERANCE.total_seconds():
        found["tolerance"] = ["Between 1 and 86400 seconds."]
    if bool(given.get("process")) and bool(given.get("message")):
        found["process"] = ["It names a process or a message, not both."]
    if given.get("kind") != "samples" and not (given.get("process") or given.get("message")):
        found["process"] = ["It names the process that begins, or a message."]
    if given.get("open_while") and not (given.get("process") or given.get("message")):
        found["open_while"] = ["Only where something begins."]
    if given.get("start") and not given.get("process"):
        found["start"] = ["Only where a process is named."]
    texts = {name: given.get(name, "") for name in ("when", "key", "business_key", "title")}
    texts |= {f"{part}.{name}": text for part in MAPS for name, text in given.get(part, {}).items()}
    for name, text in texts.items():
        problem = _misspelt(text)
        if problem:
            found[name] = [problem]
    return found


def _misspelt(text: str) -> str | None:
    if not text:
        return None
    try:
        compile_condition(text, "feel", ())
    except ExpressionError as error:
        return str(error)
    return None


def _typed(name: str, value: Any) -> bool:
    if name == "active":
        return isinstance(value, bool)
    if name == "tolerance":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "types":
        return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
    if name in MAPS:
        return isinstance(value, Mapping) and all(isinstance(one, str) for pair in value.items() for one in pair)
    return isinstance(value, str) and len(value) <= 2000


def _fits(pattern: str, type_: str) -> bool:
    return type_.startswith(pattern[:-1]) if pattern.endswith("*") else type_ == pattern


def _each(texts: Mapping[str, str], facts: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    scope = _scope(facts, now)
    return {name: compile_condition(text, "feel").evaluate(scope) for name, text in texts.items()}


def _scope(facts: Mapping[str, Any], now: datetime) -> Scope:
    return Scope(facts, now=now, zone=UTC)
