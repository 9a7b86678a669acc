"""What happens when a cycle comes round: the occurrence is written, and with it the right to start its case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, takewhile
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import audit, filling, instances, messages, timetable
from engine.core.calendar import Calendar, TimeError
from engine.core.expressions import ExpressionError
from engine.core.recurrence import Fate, Planned, sorted_out
from engine.cycles import rows, series
from engine.cycles.definition import Definition
from engine.cycles.subjects import ALONE, evaluated, scope
from engine.errors import Conflict, NotFound, Rejected
from engine.identity.person import Person
from engine.ids import new_id
from engine.models import versions
from engine.models.definitions import parsed
from engine.running import joining
from engine.running.turns import take_turn
from engine.store.base import table_of
from engine.store.cycles import OccurrenceRow
from engine.store.running import Instance
from engine.subject import Subject
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
OPEN = (
    select(INSTANCES.c.id)
    .join(OCCURRENCES, OCCURRENCES.c.instance_id == INSTANCES.c.id)
    .where(OCCURRENCES.c.cycle == bindparam("cycle"), OCCURRENCES.c.subject == bindparam("subject"))
    .where(text("instances.ended_at IS NULL"))
    .order_by(OCCURRENCES.c.planned_on.desc())
    .limit(1)
)
ENDED = select(INSTANCES.c.ended_at).where(INSTANCES.c.id == bindparam("instance_id"))
NOTES: Mapping[Fate, str] = {
    "passed_over": "It came round while nothing was looked at; only the newest of those missed was started.",
    "skipped": "Its limit had passed before it could be started, and this cycle starts nothing late.",
}


@dataclass(frozen=True)
class Became:
    """What became of an occurrence."""

    outcome: str
    instance_id: UUID | None = None
    overlaps: bool = False
    note: str | None = None


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
        occurrence = _claim(session, definition, of.subject, one, now=now)
        values |= {"last_on": one.on}
        if occurrence is None:
            continue
        became = (
            Became(fate, note=NOTES[fate])
            if fate != "start"
            else _begun(session, definition, of.subject, one, calendar, occurrence, by=by, now=now)
        )
        _put(session, occurrence, became)
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


def begin(
    session: Session,
    definition: Definition,
    subject: str,
    one: Planned,
    calendar: Calendar,
    occurrence: UUID,
    *,
    by: Person,
    now: datetime,
) -> UUID:
    """
    Start the case of an occurrence; returns its id.

    Raises:
        NotFound: its process is not released, or its subject is gone.
        Rejected, ExpressionError: it cannot begin with what the cycle gives it.
    """
    definition_id = versions.latest(session, "process", definition.process)
    if definition_id is None:
        raise NotFound("process", definition.process)
    row = _row(session, definition, subject)
    seen = scope(session, definition, row, calendar=calendar, now=now, **facts(one, subject, calendar, now))
    process, title = parsed(session, definition_id), evaluated(definition.title, seen)
    given = evaluated(dict(definition.variables), seen)
    digest = timetable.in_use(session, by=by, now=now)
    start = definition.start
    return instances.begin(
        session,
        process,
        variables=filling.check_start(session, process, start, given, calendar=digest, now=now),
        start=start,
        title=str(title) if title else None,
        subject=_about(definition, subject),
        because={"cycle": definition.key, "occurrence": str(occurrence), "planned_on": one.on.isoformat()},
        calendar=digest,
        by=by,
        now=now,
    )


def facts(one: Planned, subject: str, calendar: Calendar, now: datetime) -> dict[str, Any]:
    """What the expressions of a cycle see of an occurrence; `due_day` is the planned day, or today where it is over."""
    planned_day = calendar.day_of(one.at)
    return {
        "planned_on": one.on.isoformat(),
        "planned_day": planned_day.isoformat(),
        "due_day": (calendar.day_of(now) if one.limit_at < now else planned_day).isoformat(),
        "planned_at": one.at.isoformat(),
        "subject": subject or None,
    }


def said(definition: Definition, subject: str, one: Planned, became: Became) -> dict[str, Any]:
    """What the trail says of an occurrence."""
    return {
        "cycle": definition.key,
        "subject": subject,
        "planned_on": one.on.isoformat(),
        "planned_at": one.at.isoformat(),
        "starts_at": one.starts_at.isoformat(),
        "limit_at": one.limit_at.isoformat(),
        "must_end": definition.must_end,
        "outcome": became.outcome,
        "instance_id": str(became.instance_id) if became.instance_id else None,
        "note": became.note,
    }


def _due(values: dict[str, Any], definition: Definition, calendar: Calendar, now: datetime) -> list[Planned]:
    coming = takewhile(lambda one: one.starts_at <= now, series.dates(values, definition, calendar))
    return list(islice(coming, 1 if definition.basis == "after_completion" else MOST))


def _claim(session: Session, definition: Definition, subject: str, one: Planned, *, now: datetime) -> UUID | None:
    """Write the occurrence; None where it is written already."""
    row = {
        "id": new_id(),
        "cycle": definition.key,
        "subject": subject,
        "planned_on": one.on,
        "planned_at": one.at,
        "starts_at": one.starts_at,
        "limit_at": one.limit_at,
        "recorded_at": now,
        "outcome": "failed",
        "overlaps": False,
        "must_end": definition.must_end,
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
    """Start the case, join the open one, or say why neither: a failure stays visible and stops nothing else."""
    still_open = open_case(session, definition, subject)
    if still_open and definition.overlap == "refuse":
        return Became("refused", still_open, note="The case before is still open.")
    joins = _to_join(session, definition, subject, still_open) if definition.overlap == "join" else None
    try:
        with session.begin_nested():
            if joins:
                note = _join(session, definition, joins, one, occurrence, by=by, now=now)
                return Became("joined", joins, note=note)
            started = begin(session, definition, subject, one, calendar, occurrence, by=by, now=now)
            return Became("started", started, overlaps=still_open is not None)
    except Exception as error:  # Whatever it is, it must not stop other series.
        if passing(error):
            raise
        known = isinstance(error, Rejected | ExpressionError | TimeError)
        return Became("failed", note=str(error) if known else f"{type(error).__name__}: {error}")


def open_case(session: Session, definition: Definition, subject: str) -> UUID | None:
    """The newest case of a series that has not ended."""
    return session.execute(OPEN, {"cycle": definition.key, "subject": subject}).scalar_one_or_none()


def _to_join(session: Session, definition: Definition, subject: str, still_open: UUID | None) -> UUID | None:
    """
    The case that an occurrence joins.

    Where a cycle for rows names a message, any case of its process about the row that waits for the message, whoever
    began it, and no other; else the open one of its series.
    """
    about = _about(definition, subject)
    if about is None or definition.join_message is None:
        return still_open
    take_turn(session, f"join {definition.process} {about}")
    return joining.waiting_about(session, definition.process, definition.join_message, about)


def _join(
    session: Session, definition: Definition, case: UUID, one: Planned, occurrence: UUID, *, by: Person, now: datetime
) -> str | None:
    """The open case takes this occurrence on: its trail says so, and it gets a message where the cycle names one."""
    body = {"cycle": definition.key, "occurrence": str(occurrence), "planned_on": one.on.isoformat()}
    audit.append(session, case, "occurrence.joined", occurrence, body, by=by, now=now)
    if definition.join_message is None:
        return None
    try:
        messages.correlate(session, definition.join_message, instance_id=case, payload=body, life=None, by=by, now=now)
    except Conflict as error:
        return str(error)
    return None


def _put(session: Session, occurrence: UUID, became: Became) -> None:
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


def _about(definition: Definition, subject: str) -> Subject | None:
    """What the case is about: the row that the cycle comes round for."""
    if subject == ALONE or definition.register is None:
        return None
    return Subject(register=definition.register, row=subject)


def _row(session: Session, definition: Definition, subject: str) -> dict[str, Any]:
    if subject == ALONE or definition.register is None:
        return {}
    found = rows.matching(session, definition.register, definition.for_each.get("where", {})).get(subject)
    if found is None:
        raise NotFound(f"row of {definition.register}", subject)
    return found
