"""How the case of an occurrence begins: a new one, or one that is open and takes it on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from engine import audit, filling, instances, messages, timetable
from engine.core.calendar import Calendar, TimeError
from engine.core.expressions import ExpressionError
from engine.core.recurrence import Planned
from engine.cycles import rows
from engine.cycles.definition import Definition
from engine.cycles.subjects import ALONE, evaluated, scope
from engine.errors import Conflict, NotFound
from engine.identity.person import Person
from engine.models import versions
from engine.models.definitions import parsed
from engine.running import joining
from engine.running.turns import take_turn
from engine.store.base import table_of
from engine.store.cycles import OccurrenceRow
from engine.store.running import Instance
from engine.subject import Subject

OCCURRENCES, INSTANCES = table_of(OccurrenceRow), table_of(Instance)
OPEN = (
    select(INSTANCES.c.id)
    .join(OCCURRENCES, OCCURRENCES.c.instance_id == INSTANCES.c.id)
    .where(OCCURRENCES.c.cycle == bindparam("cycle"), OCCURRENCES.c.subject == bindparam("subject"))
    .where(text("instances.ended_at IS NULL"))
    .order_by(OCCURRENCES.c.planned_on.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Became:
    """What became of an occurrence."""

    outcome: str
    instance_id: UUID | None = None
    overlaps: bool = False
    note: str | None = None


@contextmanager
def in_words() -> Iterator[None]:
    """
    Tell the person who asked why an expression or the calendar leads nowhere.

    Raises:
        Conflict: it did.
    """
    try:
        yield
    except (ExpressionError, TimeError) as error:
        raise Conflict(str(error)) from error


def become(
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
    """
    Start the case of an occurrence, join the open one, or refuse beside it, as its cycle says.

    Raises:
        as `begin`.
    """
    still_open = open_case(session, definition, subject)
    if still_open and definition.overlap == "refuse":
        return Became("refused", still_open, note="The case before is still open.")
    joins = _to_join(session, definition, subject, still_open) if definition.overlap == "join" else None
    if joins:
        note = _join(session, definition, joins, one, occurrence, by=by, now=now)
        return Became("joined", joins, note=note)
    started = begin(session, definition, subject, one, calendar, occurrence, by=by, now=now)
    return Became("started", started, overlaps=still_open is not None)


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
