"""For whom a cycle comes round, and what its expressions come to for each."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine.calendars import clock_changes
from engine.core.calendar import Calendar, TimeError
from engine.core.dmn import Decisions
from engine.core.expressions import ExpressionError, Scope, compile_text
from engine.core.recurrence import Plan, check_plan
from engine.core.walltime import RecordedZone, wall_clock
from engine.cycles import rows
from engine.cycles.definition import Definition
from engine.models import decisions

ALONE = ""
"""Stands for the subject of a cycle that has none."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """
    What a subject should have.

    Args:
        plan: None where it has none: its rule or anchor comes to null, or there is a fault.
        fault: why its plan cannot be.
    """

    subject: str
    plan: Plan | None
    fault: str | None = None


def wanted(
    session: Session, definition: Definition, *, calendar: Calendar, since: datetime, now: datetime
) -> dict[str, Wanted]:
    """
    The subjects of a cycle with their plans, by key.

    Args:
        since: stands in for the anchor of a cycle that names none.
    """
    found: Mapping[str, Row] = {ALONE: {}}
    if definition.register is not None:
        found = rows.matching(session, definition.register, definition.for_each.get("where", {}))
    tables = tables_of(session, definition)
    return {
        key: _wanted(definition, tables, key, row, calendar=calendar, since=since, now=now)
        for key, row in sorted(found.items())
    }


def tables_of(session: Session, definition: Definition) -> Decisions | None:
    """The decision that a cycle asks for each of its rows, as it is released now."""
    return decisions.newest(session, definition.decision) if definition.decision else None


def scope(
    definition: Definition, tables: Decisions | None, row: Row, *, calendar: Calendar, now: datetime, **more: Any
) -> Scope:
    """
    What the expressions of a cycle see: `row`, `decision` where one is asked, and `more`.

    Args:
        tables: as `tables_of` finds them.

    Raises:
        ExpressionError: the decision has no answer for the row.
    """
    zone = ZoneInfo(calendar.zone)
    seen: dict[str, Any] = {"row": dict(row)} | more
    if definition.decision:
        seen["decision"] = decisions.first(tables, definition.decision, row, now=now, zone=zone) if tables else None
    return Scope(seen, now=now, zone=zone)


def evaluated(value: Any, seen: Scope) -> Any:
    """
    A value in which every text with `${...}` has become what it comes to.

    Raises:
        ExpressionError: one of them has no value.
    """
    if isinstance(value, str) and "${" in value:
        return compile_text(value).evaluate(seen)
    if isinstance(value, Mapping):
        return {key: evaluated(one, seen) for key, one in value.items()}
    return [evaluated(one, seen) for one in value] if isinstance(value, list) else value


def zone_of(plan: Plan, calendar: Calendar) -> RecordedZone:
    """The clock of a plan, over the years of the calendar."""
    if plan.zone in (None, calendar.zone):
        return calendar.tz
    assert plan.zone is not None
    return RecordedZone(plan.zone, clock_changes(plan.zone, calendar.first, calendar.last))


def as_document(plan: Plan) -> dict[str, Any]:
    """A plan as a document, without what it does not say."""
    return {name: value for name, value in asdict(plan).items() if value is not None}


def _wanted(
    definition: Definition,
    tables: Decisions | None,
    subject: str,
    row: Row,
    *,
    calendar: Calendar,
    since: datetime,
    now: datetime,
) -> Wanted:
    try:
        seen = scope(definition, tables, row, calendar=calendar, now=now)
        rule, anchor, lead = (evaluated(said, seen) for said in (definition.rule, definition.anchor, definition.lead))
        if rule is None or (definition.anchor and anchor is None):
            return Wanted(subject, None)
        plan = definition.plan(str(rule), _text(anchor), _text(lead))
        if plan.anchor is None:
            plan = replace(plan, anchor=wall_clock(since, zone_of(plan, calendar)).date().isoformat())
        check_plan(plan)
    except (ExpressionError, TimeError) as error:
        return Wanted(subject, None, str(error))
    return Wanted(subject, plan)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
