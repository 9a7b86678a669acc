"""What a cycle says: read from TOML or JSON, and checked as far as that goes without looking at data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from engine.core.calendar import TimeError
from engine.core.expressions import ExpressionError, compile_text
from engine.core.recurrence import OnMissed, Plan, check_plan
from engine.core.recurrence.plan import Basis, Closed
from engine.errors import Invalid

Overlap = Literal["allow", "join", "refuse"]

KEY = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "basis": ("anchored", "after_completion"),
    "on_closed_day": ("before", "after", "same"),
    "on_missed": ("run_once", "run_all", "skip"),
    "overlap": ("allow", "join", "refuse"),
}
TEXTS = (
    "name",
    "process",
    "rule",
    "anchor",
    "at",
    "zone",
    "lead",
    "title",
    "start",
    "decision",
    "join_message",
    "note",
)
REST = {"variables": dict, "for_each": dict, "ends": dict, "must_end": bool, "clauses": list}
PLANNED = ("rule", "anchor", "lead")
"""What may be an expression over the row of a register and over a decision."""


@dataclass(frozen=True, kw_only=True)
class Definition:
    """
    A cycle as it is defined. `docs/reference/cycles.md` says what each part means.

    Args:
        key: what it is called.
        content: the definition as it was given, plain JSON.
    """

    key: str
    content: Mapping[str, Any] = field(repr=False)

    name: str
    process: str
    rule: str
    anchor: str | None = None
    at: str = "09:00"
    zone: str | None = None
    lead: str | None = None
    title: str | None = None
    start: str | None = None
    decision: str | None = None
    join_message: str | None = None
    note: str | None = None
    basis: Basis = "anchored"
    on_closed_day: Closed = "after"
    on_missed: OnMissed = "run_once"
    overlap: Overlap = "allow"
    variables: Mapping[str, Any] = field(default_factory=dict)
    for_each: Mapping[str, Any] = field(default_factory=dict)
    ends: Mapping[str, Any] = field(default_factory=dict)
    must_end: bool = False
    clauses: tuple[str, ...] = ()

    @property
    def register(self) -> str | None:
        """The register whose rows are its subjects; None for a cycle without any."""
        return self.for_each.get("register")

    @property
    def count(self) -> int | None:
        """After how many occurrences each of its series ends."""
        return self.ends.get("count")

    def plan(self, rule: str | None, anchor: str | None, lead: str | None) -> Plan:
        """Its plan, with what its expressions came to."""
        return Plan(
            rule=rule,
            anchor=anchor,
            lead=lead,
            at=self.at,
            zone=self.zone,
            on_closed_day=self.on_closed_day,
            basis=self.basis,
            until=self.ends.get("until"),
        )


def read(key: str, content: Mapping[str, Any]) -> Definition:
    """
    A definition from its parts.

    Raises:
        Invalid: with one problem a part.
    """
    problems: dict[str, str] = {}
    if not KEY.match(key):
        problems["key"] = f"{key!r} cannot be the key of a cycle. Use small letters, digits and _, such as access."
    given = {name: _plain(value) for name, value in content.items() if value is not None}
    for name in sorted(set(given) - {*TEXTS, *CHOICES, *REST}):
        problems[name] = "A cycle has no such part."
    for name in TEXTS:
        if name in given and not (isinstance(given[name], str) and given[name].strip()):
            problems[name] = "This is a text, and not empty."
    for name, choices in CHOICES.items():
        if given.get(name, choices[0]) not in choices:
            problems[name] = f"Say one of: {', '.join(choices)}."
    for name, kind in REST.items():
        if not isinstance(given.get(name, kind()), kind):
            problems[name] = f"This is a {kind.__name__}."
    for name in ("name", "process", "rule"):
        if name not in given:
            problems.setdefault(name, "This is needed.")
    _stop(problems)
    problems |= _more(given)
    _stop(problems)
    made = {**given, "clauses": tuple(given.get("clauses", ()))}
    return Definition(key=key, content=given, **cast(Any, made))


def _more(given: Mapping[str, Any]) -> dict[str, str]:
    problems: dict[str, str] = {}
    for_each, ends = given.get("for_each", {}), given.get("ends", {})
    if for_each and not (isinstance(for_each.get("register"), str) and set(for_each) <= {"register", "where"}):
        problems["for_each"] = 'Write { register = "KEY", where = { field = "value" } }.'
    if not isinstance(for_each.get("where", {}), dict):
        problems["for_each"] = "`where` names fields and their values."
    if not set(ends) <= {"until", "count"} or not _is_count(ends.get("count", 1)):
        problems["ends"] = "Write { until = 2030-12-31 } or { count = 4 }."
    if given.get("decision") and not for_each:
        problems["decision"] = "A decision is asked for a row: name a register in `for_each`."
    if "zone" in given and not _is_zone(given["zone"]):
        problems["zone"] = f"There is no time zone {given['zone']!r}."
    for name in (*PLANNED, "title"):
        if name in given:
            problems |= _checked_expression(name, given[name])
    if not problems and not any("${" in given.get(name, "") for name in PLANNED):
        problems |= _checked_plan(given, ends)
    return problems


def _checked_expression(name: str, text: str) -> dict[str, str]:
    try:
        compile_text(text)
    except ExpressionError as error:
        return {name: str(error)}
    return {}


def _checked_plan(given: Mapping[str, Any], ends: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a plan that depends on no row. An interval without an anchor runs from its activation."""
    anchor = given.get("anchor") or "2000-01-01"
    try:
        check_plan(
            Plan(
                rule=given["rule"],
                anchor=anchor,
                at=given.get("at", "09:00"),
                lead=given.get("lead"),
                until=ends.get("until"),
            )
        )
    except TimeError as error:
        return {"rule": str(error)}
    return {}


def _is_count(count: object) -> bool:
    return isinstance(count, int) and not isinstance(count, bool) and 0 < count <= 100_000


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name).key)
    except (KeyError, ValueError, OSError):
        return False


def _plain(value: Any) -> Any:
    """TOML knows dates; JSON does not."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date | datetime) else value


def _stop(problems: Mapping[str, str]) -> None:
    if problems:
        place, said = next(iter(problems.items()))
        raise Invalid(f"The cycle does not hold. {place}: {said}", dict(problems))
