"""What happens when a cycle comes round: the occurrence is written, and with it the right to start its case."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice, takewhile
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import audit
from engine.core.calendar import Calendar, TimeError
from engine.core.expressions import ExpressionError
from engine.core.recurrence import Fate, Planned, sorted_out
from engine.cycles import rows, series
from engine.cycles.beginning import Became, Occurrence, become
from engine.cycles.definition import Definition
from engine.cycles.subjects import ALONE
from engine.errors import Rejected
from engine.identity.person import Person
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
NO_DATES: dict[str, Any] = {"planned_on": None, "next_at": None}
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
    told: list[tuple[Occurrence, Became]] = []
    try:
        due = _due(values, definition, calendar, now)
    except TimeError as error:
        series.put(session, of.id, values | NO_DATES | {"fault": str(error)})
        return 0
    for one, fate in islice(sorted_out(due, now, definition.on_missed), AT_ONCE):
        if not _was_meant(session, definition, of.subject, max(one.starts_at, of.since)):
            values |= NO_DATES  # Its subject was gone; its plan follows the register in a moment.
            break
        occurrence = Occurrence(definition=definition, subject=of.subject, planned=one, calendar=calendar)
        values |= {"last_on": one.on}
        if not claim(session, occurrence, now=now):
            continue
        became = Became(fate, note=NOTES[fate]) if fate != "start" else _begun(session, occurrence, by=by, now=now)
        put(session, occurrence, became)
        told.append((occurrence, became))
        values |= {"recorded": values["recorded"] + 1} | _counted_on(definition, became, calendar, now)
    else:
        values = _next(values, definition, calendar)
    series.put(session, of.id, values)
    for occurrence, became in told:
        tell(session, occurrence, became, by=by, now=now)
    return len(told)


def wake(session: Session, definition: Definition, of: Row[Any], calendar: Calendar) -> None:
    """The case that a locked series waited for has ended: count on from that day."""
    ended = session.execute(ENDED, {"instance_id": of.waits_for}).scalar_one()
    values = series.values_of(of) | {"waits_for": None, "counted_from": calendar.day_of(ended)}
    series.put(session, of.id, series.moved(values, definition, calendar))


def tell(session: Session, occurrence: Occurrence, became: Became, *, by: Person, now: datetime) -> None:
    """Write into the trail what became of an occurrence."""
    planned, reason = occurrence.planned, occurrence.reason
    body = {
        "cycle": occurrence.definition.key,
        "subject": occurrence.subject,
        "planned_on": planned.on.isoformat(),
        "planned_at": planned.at.isoformat(),
        "starts_at": planned.starts_at.isoformat(),
        "limit_at": planned.limit_at.isoformat(),
        "must_end": occurrence.must_end,
        "outcome": became.outcome,
        "instance_id": str(became.instance_id) if became.instance_id else None,
        "note": became.note,
        **({"reason": reason} if reason else {}),
    }
    audit.append(session, audit.PLATFORM, "occurrence.recorded", occurrence.id, body, by=by, now=now)


def _due(values: dict[str, Any], definition: Definition, calendar: Calendar, now: datetime) -> list[Planned]:
    coming = takewhile(lambda one: one.starts_at <= now, series.dates(values, definition, calendar))
    return list(islice(coming, 1 if definition.basis == "after_completion" else MOST))


def claim(session: Session, occurrence: Occurrence, *, now: datetime) -> bool:
    """Write the occurrence; False where it is written already, and nothing is to be begun."""
    planned = occurrence.planned
    row = {
        "id": occurrence.id,
        "cycle": occurrence.definition.key,
        "subject": occurrence.subject,
        "planned_on": planned.on,
        "extra": occurrence.reason is not None,
        "reason": occurrence.reason,
        "planned_at": planned.at,
        "starts_at": planned.starts_at,
        "limit_at": planned.limit_at,
        "recorded_at": now,
        "outcome": "failed",
        "overlaps": False,
        "must_end": occurrence.must_end,
    }
    return session.execute(CLAIM[session.get_bind().dialect.name], row).first() is not None


def _begun(session: Session, occurrence: Occurrence, *, by: Person, now: datetime) -> Became:
    """As `become`; a failure stays visible and stops nothing else."""
    try:
        with session.begin_nested():
            return become(session, occurrence, by=by, now=now)
    except Exception as error:  # Whatever it is, it must not stop other series.
        if passing(error):
            raise
        known = isinstance(error, Rejected | ExpressionError | TimeError)
        return Became("failed", note=str(error) if known else f"{type(error).__name__}: {error}")


def put(session: Session, occurrence: Occurrence, became: Became) -> None:
    """Write what became of an occurrence."""
    values = {name: getattr(became, name) for name in ("outcome", "instance_id", "overlaps", "note")}
    session.execute(BECOMES, {"occurrence": occurrence.id} | {f"new_{name}": value for name, value in values.items()})


def _counted_on(definition: Definition, became: Became, calendar: Calendar, now: datetime) -> dict[str, Any]:
    """Where the end of a case is the basis, nothing is planned while it is open; without a case, this day stands in."""
    if definition.basis != "after_completion":
        return {}
    waits = became.instance_id if became.outcome in ("started", "joined") else None
    return {"waits_for": waits, "counted_from": calendar.day_of(now)}


def _next(values: dict[str, Any], definition: Definition, calendar: Calendar) -> dict[str, Any]:
    if values["waits_for"]:
        return values | NO_DATES
    return series.moved(values, definition, calendar)


def _was_meant(session: Session, definition: Definition, subject: str, at: datetime) -> bool:
    """Whether the subject was among the rows of the cycle when the work was to start, or when its plan began later."""
    if subject == ALONE or definition.register is None:
        return True
    where = definition.for_each.get("where", {})
    return subject in rows.matching(session, definition.register, where, at=at)
