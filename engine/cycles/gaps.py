"""
Gaps: dates on which work that recurs was not done in time.

An occurrence is a gap when no case was started for it, or, where the cycle
says that its cases must have ended by the limit, when its case had not. A gap
can be explained and is never filled in afterwards (ISO 9001 9.1.1: what is
monitored is monitored when planned).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, or_, select, text, update
from sqlalchemy.orm import Session

from engine import access, audit, timetable
from engine.core.recurrence import Planned
from engine.cycles import beginning, draining, occurrences, planning
from engine.cycles.beginning import Occurrence
from engine.errors import Conflict, Invalid, NotFound
from engine.identity.person import Person
from engine.store.base import table_of
from engine.store.cycles import OccurrenceRow
from engine.store.running import Instance

OCCURRENCES = table_of(OccurrenceRow)
LOCKED = select(OCCURRENCES).where(OCCURRENCES.c.id == bindparam("occurrence")).with_for_update()
ENDED = select(Instance.ended_at, Instance.status).where(Instance.id == bindparam("instance_id"))
EXPLAIN = (
    update(OCCURRENCES)
    .where(OCCURRENCES.c.id == bindparam("occurrence"))
    .values(explanation=bindparam("said"), explained_by=bindparam("who"), explained_at=bindparam("moment"))
)


def is_gap(now: datetime) -> ColumnElement[bool]:
    """The condition over occurrences, left-joined with their instances, that one is a gap at `now`."""
    not_begun = text("occurrences.outcome IN ('passed_over', 'skipped', 'refused', 'failed')")
    in_time = (Instance.ended_at <= OccurrenceRow.limit_at) & (Instance.status == "completed")
    late = OccurrenceRow.must_end & (OccurrenceRow.limit_at < now) & or_(Instance.ended_at.is_(None), ~in_time)
    return or_(not_begun, text("occurrences.outcome IN ('started', 'joined')") & late)


def explain(session: Session, occurrence_id: UUID, *, note: str, by: Person, now: datetime) -> None:
    """
    Say why there is a gap. An explanation stays; a later one takes its place, and the trail keeps both.

    Raises:
        Forbidden: `by` is no administrator.
        NotFound: there is no such occurrence, or its case is confidential and does not exist for `by`.
        Conflict: it is no gap.
        Invalid: the note is empty.
    """
    planning.must_plan(by)
    if not note.strip():
        raise Invalid("Say why.", {"note": "Say why."})
    _locked(session, occurrence_id, by)
    joined = select(OccurrenceRow.id).outerjoin(Instance, Instance.id == OccurrenceRow.instance_id)
    if session.execute(joined.where(OccurrenceRow.id == occurrence_id, is_gap(now))).first() is None:
        raise Conflict("This occurrence is no gap; there is nothing to explain.")
    session.execute(EXPLAIN, {"occurrence": occurrence_id, "said": note.strip(), "who": by.id, "moment": now})
    audit.append(session, audit.PLATFORM, "occurrence.explained", occurrence_id, {"note": note.strip()}, by=by, now=now)


def retry(session: Session, occurrence_id: UUID, *, by: Person, now: datetime) -> UUID:
    """
    Start the case of an occurrence that could not be started; returns its id.

    Raises:
        Forbidden: `by` is no administrator.
        NotFound: there is no such occurrence, or its process or subject is gone.
        Conflict: it has not failed, or an expression of the cycle has no value now either.
        Invalid: it cannot begin now either.
    """
    planning.must_plan(by)
    row = _locked(session, occurrence_id, by)
    if row.outcome != "failed":
        raise Conflict(f"This occurrence was {row.outcome.replace('_', ' ')}; only failed ones are tried again.")
    definition = draining.of_key(session, row.cycle)
    calendar = timetable.calendar(session, timetable.in_use(session, by=by, now=now))
    planned = Planned(row.planned_on, row.planned_at, row.starts_at, row.limit_at)
    failed = Occurrence(
        id=row.id,
        definition=definition,
        subject=row.subject,
        planned=planned,
        calendar=calendar,
        reason=row.reason,
    )
    with beginning.in_words():
        begun = beginning.begin(session, failed, by=by, now=now)
    values: dict[str, Any] = {"new_outcome": "started", "new_instance_id": begun, "new_overlaps": False}
    session.execute(occurrences.BECOMES, {"occurrence": occurrence_id, "new_note": row.note} | values)
    said = {"instance_id": str(begun)}
    audit.append(session, audit.PLATFORM, "occurrence.started", occurrence_id, said, by=by, now=now)
    return begun


def _locked(session: Session, occurrence_id: UUID, by: Person) -> Any:
    told = select(OccurrenceRow.id).outerjoin(Instance, Instance.id == OccurrenceRow.instance_id)
    if session.execute(told.where(OccurrenceRow.id == occurrence_id, access.tellable(by))).first() is None:
        raise NotFound("occurrence", str(occurrence_id))
    found = session.execute(LOCKED, {"occurrence": occurrence_id}).one_or_none()
    if found is None:
        raise NotFound("occurrence", str(occurrence_id))
    return found
