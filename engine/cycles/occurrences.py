"""What happens when a cycle comes round: the occurrence is written, and with it the right to start its case."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice, takewhile
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import audit
from engine.core.calendar import Calendar, TimeError
from engine.core.expressions import ExpressionError
from engine.core.recurrence import Fate, Planned, sorted_out
from engine.cycles import rows, series
from engine.cycles.beginning import Became, become
from engine.cycles.definition import Definition
from engine.cycles.subjects import ALONE
from engine.errors import Rejected
from engine.identity.person import Person
from engine.ids import new_id
from engine.store.base import table_of
from engine.store.cycles import OccurrenceRow
from engine.store.running import Instance
from engine.transactions import passing

AT_ONCE = 20
"""Dates of one series that one transaction works off."""

MOST = 20_000
"""Dates of one series that may have come due, before nobody believes it."""

OCCURRENCES, INSTANCES = table_of(OccurrenceRow), table_of(Instance)
CLAIM = {
    "postgresql": postgresql.insert(OCCURRENCES).on_conflict_do_nothing().returning(OCCURRENCES.c.id),
    "sqlite": sqlite.insert(OCCURRENCES).on_conflict_do_nothing().returning(OCCURRENCES.c.id),
}
BECOMES = (
    update(OCCURRENCES)
    .where(OCCURRENCES.c.id == bindparam("occurrence"))
    .values({name: bindparam(f"new_{name}") for name in ("outcome", "instance_id", "overlaps", "note")})
)
ENDED = select(INSTANCES.c.ended_at).where(INSTANCES.c.id == bindparam("instance_id"))
NOTES: Mapping[Fate, str] = {
    "passed_over": "It came round while nothing was looked at; only the newest of those missed was started.",
    "skipped": "Its limit had passed before it could be started, and this cycle starts nothing late.",
}


def settle(
    session: Session, definition: Definition, of: Row[Any], calendar: Calendar, *, by: Person, now: datetime
) -> int:
    """
    Work off the dates of a locked series whose start has come, a handful at once; then it knows its next date.

    Returns:
        How many occurrences were written. What another scheduler has written already is not written again.
    """
    values = series.values_of(of)
    told: list[tuple[UUID, dict[str, Any]]] = []
    try:
        due = _due(values, definition, calendar, now)
    except TimeError as error:
        series.put(session, of.id, values | {"planned_on": None, "next_at": None, "fault": str(error)})
        return 0
    for one, fate in islice(sorted_out(due, now, definition.on_missed), AT_ONCE):
        if not _was_meant(session, definition, of.subject, max(one.starts_at, of.since)):
            return _rest(session, of, values, told, by=by, now=now)
        occurrence = claim(session, definition, of.subject, one, now=now)
        values |= {"last_on": one.on}
        if occurrence is None:
            continue
        became = (
            Became(fate, note=NOTES[fate])
            if fate != "start"
            else _begun(session, definition, of.subject, one, calendar, occurrence, by=by, now=now)
        )
        put(session, occurrence, became)
        told.append((occurrence, said(definition, of.subject, one, became)))
        values |= {"recorded": values["recorded"] + 1} | _counted_on(definition, became, calendar, now)
    series.put(session, of.id, _next(values, definition, calendar))
    _tell(session, told, by=by, now=now)
    return len(told)


def _rest(
    session: Session,
    of: Row[Any],
    values: dict[str, Any],
    told: list[tuple[UUID, dict[str, Any]]],
    *,
    by: Person,
    now: datetime,
) -> int:
    """A subject that was gone when its work was to start has no dates; its plan follows the register in a moment."""
    series.put(session, of.id, values | {"planned_on": None, "next_at": None})
    _tell(session, told, by=by, now=now)
    return len(told)


def _tell(session: Session, told: list[tuple[UUID, dict[str, Any]]], *, by: Person, now: datetime) -> None:
    for occurrence, body in told:
        audit.append(session, audit.PLATFORM, "occurrence.recorded", occurrence, body, by=by, now=now)


def wake(session: Session, definition: Definition, of: Row[Any], calendar: Calendar) -> None:
    """The case that a locked series waited for has ended: count on from that day."""
    ended = session.execute(ENDED, {"instance_id": of.waits_for}).scalar_one()
    values = series.values_of(of) | {"waits_for": None, "counted_from": calendar.day_of(ended)}
    series.put(session, of.id, series.moved(values, definition, calendar))


def said(
    definition: Definition, subject: str, one: Planned, became: Became, *, reason: str | None = None
) -> dict[str, Any]:
    """What the trail says of an occurrence."""
    return {
        "cycle": definition.key,
        "subject": subject,
        "planned_on": one.on.isoformat(),
        "planned_at": one.at.isoformat(),
        "starts_at": one.starts_at.isoformat(),
        "limit_at": one.limit_at.isoformat(),
        "must_end": definition.must_end and reason is None,
        "outcome": became.outcome,
        "instance_id": str(became.instance_id) if became.instance_id else None,
        "note": became.note,
        **({"reason": reason} if reason else {}),
    }


def _due(values: dict[str, Any], definition: Definition, calendar: Calendar, now: datetime) -> list[Planned]:
    coming = takewhile(lambda one: one.starts_at <= now, series.dates(values, definition, calendar))
    return list(islice(coming, 1 if definition.basis == "after_completion" else MOST))


def claim(
    session: Session, definition: Definition, subject: str, one: Planned, *, reason: str | None = None, now: datetime
) -> UUID | None:
    """Write the occurrence, one outside the rhythm with its reason; None where it is written already."""
    row = {
        "id": new_id(),
        "cycle": definition.key,
        "subject": subject,
        "planned_on": one.on,
        "extra": reason is not None,
        "reason": reason,
        "planned_at": one.at,
        "starts_at": one.starts_at,
        "limit_at": one.limit_at,
        "recorded_at": now,
        "outcome": "failed",
        "overlaps": False,
        "must_end": definition.must_end and reason is None,
    }
    return session.execute(CLAIM[session.get_bind().dialect.name], row).scalar_one_or_none()


def _begun(
    session: Session,
    definition: Definition,
    subject: str,
    one: Planned,
    calendar: Calendar,
    occurrence: UUID,
    *,
    by: Person,
    now: datetime,
) -> Became:
    """As `become`; a failure stays visible and stops nothing else."""
    try:
        with session.begin_nested():
            return become(session, definition, subject, one, calendar, occurrence, by=by, now=now)
    except Exception as error:  # Whatever it is, it must not stop other series.
        if passing(error):
            raise
        known = isinstance(error, Rejected | ExpressionError | TimeError)
        return Became("failed", note=str(error) if known else f"{type(error).__name__}: {error}")


def put(session: Session, occurrence: UUID, became: Became) -> None:
    """Write what became of an occurrence."""
    values = {name: getattr(became, name) for name in ("outcome", "instance_id", "overlaps", "note")}
    session.execute(BECOMES, {"occurrence": occurrence} | {f"new_{name}": value for name, value in values.items()})


def _counted_on(definition: Definition, became: Became, calendar: Calendar, now: datetime) -> dict[str, Any]:
    """Where the end of a case is the basis, nothing is planned while it is open; without a case, this day stands in."""
    if definition.basis != "after_completion":
        return {}
    waits = became.instance_id if became.outcome in ("started", "joined") else None
    return {"waits_for": waits, "counted_from": calendar.day_of(now)}


def _next(values: dict[str, Any], definition: Definition, calendar: Calendar) -> dict[str, Any]:
    if values["waits_for"]:
        return values | {"planned_on": None, "next_at": None}
    return series.moved(values, definition, calendar)


def _was_meant(session: Session, definition: Definition, subject: str, at: datetime) -> bool:
    """Whether the subject was among the rows of the cycle when the work was to start, or when its plan began later."""
    if subject == ALONE or definition.register is None:
        return True
    where = definition.for_each.get("where", {})
    return subject in rows.matching(session, definition.register, where, at=at)
