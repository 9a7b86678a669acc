"""How the case of an occurrence begins: a new one, or one that is open and takes it on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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
from engine.cycles.subjects import ALONE, evaluated, scope, tables_of
from engine.errors import Conflict, NotFound
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

OCCURRENCES, INSTANCES = table_of(OccurrenceRow), table_of(Instance)
OPEN = (
    select(INSTANCES.c.id)
    .join(OCCURRENCES, OCCURRENCES.c.instance_id == INSTANCES.c.id)
    .where(OCCURRENCES.c.cycle == bindparam("cycle"), OCCURRENCES.c.subject == bindparam("subject"))
    .where(text("instances.ended_at IS NULL"))
    .order_by(OCCURRENCES.c.planned_on.desc())
    .limit(1)
)


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """
    One time a cycle comes round.

    Args:
        definition: its cycle as it is defined now.
        subject: for whom; `ALONE` for a cycle without any.
        planned: its day and its moments.
        calendar: the one in use, whose days count.
        reason: why it is outside the rhythm; None for a regular one.
    """

    definition: Definition
    subject: str
    planned: Planned
    calendar: Calendar
    reason: str | None = None
    id: UUID = field(default_factory=new_id)

    @property
    def must_end(self) -> bool:
        """Whether its case must have ended by the limit, so that it is no gap."""
        return self.definition.must_end and self.reason is None

    @property
    def about(self) -> Subject | None:
        """What its case is about: the row that the cycle comes round for."""
        if self.subject == ALONE or self.definition.register is None:
            return None
        return Subject(register=self.definition.register, row=self.subject)

    @property
    def named(self) -> dict[str, str]:
        """How a case knows it again."""
        return {
            "cycle": self.definition.key,
            "occurrence": str(self.id),
            "planned_on": self.planned.on.isoformat(),
        }

    def facts(self, now: datetime) -> dict[str, Any]:
        """What the expressions of its cycle see; `due_day` is the planned day, or today where that is over."""
        planned_day = self.calendar.day_of(self.planned.at)
        return {
            "planned_on": self.planned.on.isoformat(),
            "planned_day": planned_day.isoformat(),
            "due_day": (self.calendar.day_of(now) if self.planned.limit_at < now else planned_day).isoformat(),
            "planned_at": self.planned.at.isoformat(),
            "subject": self.subject or None,
        }


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


def become(session: Session, occurrence: Occurrence, *, by: Person, now: datetime) -> Became:
    """
    Start the case of an occurrence, join the open one, or refuse beside it, as its cycle says.

    Raises:
        as `begin`.
    """
    still_open, overlap = _open_case(session, occurrence), occurrence.definition.overlap
    if still_open and overlap == "refuse":
        return Became("refused", still_open, note="The case before is still open.")
    joins = _to_join(session, occurrence, still_open) if overlap == "join" else None
    if joins:
        return Became("joined", joins, note=_join(session, joins, occurrence, by=by, now=now))
    started = begin(session, occurrence, by=by, now=now)
    return Became("started", started, overlaps=still_open is not None)


def begin(session: Session, occurrence: Occurrence, *, by: Person, now: datetime) -> UUID:
    """
    Start the case of an occurrence; returns its id.

    Raises:
        NotFound: its process is not released, or its subject is gone.
        Rejected, ExpressionError: it cannot begin with what the cycle gives it.
    """
    definition = occurrence.definition
    definition_id = versions.latest(session, "process", definition.process)
    if definition_id is None:
        raise NotFound("process", definition.process)
    row = _row(session, occurrence)
    facts, tables = occurrence.facts(now), tables_of(session, definition)
    seen = scope(definition, tables, row, calendar=occurrence.calendar, now=now, **facts)
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
        subject=occurrence.about,
        because=occurrence.named,
        calendar=digest,
        by=by,
        now=now,
    )


def _open_case(session: Session, occurrence: Occurrence) -> UUID | None:
    """The newest case of its series that has not ended."""
    series = {"cycle": occurrence.definition.key, "subject": occurrence.subject}
    return session.execute(OPEN, series).scalar_one_or_none()


def _to_join(session: Session, occurrence: Occurrence, still_open: UUID | None) -> UUID | None:
    """
    The case that an occurrence joins.

    Where a cycle for rows names a message, any case of its process about the row that waits for the message, whoever
    began it, and no other; else the open one of its series.
    """
    definition, about = occurrence.definition, occurrence.about
    if about is None or definition.join_message is None:
        return still_open
    take_turn(session, f"join {definition.process} {about}")
    return joining.waiting_about(session, definition.process, definition.join_message, about)


def _join(session: Session, case: UUID, occurrence: Occurrence, *, by: Person, now: datetime) -> str | None:
    """The open case takes this occurrence on: its trail says so, and it gets a message where the cycle names one."""
    body, message = occurrence.named, occurrence.definition.join_message
    audit.append(session, case, "occurrence.joined", occurrence.id, body, by=by, now=now)
    if message is None:
        return None
    try:
        messages.correlate(session, message, instance_id=case, payload=body, life=None, by=by, now=now)
    except Conflict as error:
        return str(error)
    return None


def _row(session: Session, occurrence: Occurrence) -> dict[str, Any]:
    about = occurrence.about
    if about is None:
        return {}
    found = rows.matching(session, about.register, occurrence.definition.for_each.get("where", {})).get(about.row)
    if found is None:
        raise NotFound(f"row of {about.register}", about.row)
    return found
