"""
Whose rung is due: found by any number of workers, climbed once.

A look at a case happens in one transaction under the lock of its instance,
and everything of it is looked at again there: steps, messages owed, the trail
and the next moment are written together or not at all. A case that rests is
left alone; what fell due meanwhile is climbed when it goes on, as after any
standstill: the highest rung that is due goes out, lower ones are passed over.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, text, union_all
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from engine import acting
from engine.cases import LiveTask, lock
from engine.core import ladders as core
from engine.core.ladders import Climb, Ladder, Rung, TaskFacts
from engine.hot import Hot
from engine.identity.person import Person
from engine.ladders import rungs, whom
from engine.ladders.telling import Told
from engine.models.definitions import parsed
from engine.store.records import Comment, Evidence
from engine.store.running import Draft, Instance, Task
from engine.transactions import Database

BATCH = 5
"""Cases in one transaction on PostgreSQL, as for timers."""

REST = timedelta(minutes=30)
"""How long a ladder rests after a failure that is not the organisation's."""

# Conditions of the partial index are written out: bound, a generic plan would not use it.
COMES = text("tasks.status IN ('open', 'claimed') AND tasks.next_rung_at IS NOT NULL")
DUE = (
    select(Task.instance_id)
    .join(Instance, Instance.id == Task.instance_id)
    .where(COMES, Task.next_rung_at <= bindparam("now"), text("instances.status = 'running'"))
    .order_by(Task.next_rung_at, Task.id)
    .limit(bindparam("at_most"))
    .with_for_update(key_share=True, of=Instance, skip_locked=True)
)
NEXT = Hot(select(func.min(Task.next_rung_at)).where(COMES, Task.next_rung_at > bindparam("after")))
WORKED: Any = union_all(
    select(Task.claimed_at).where(Task.id == bindparam("of_task"), text("tasks.claimed_at IS NOT NULL")),
    select(func.max(Draft.saved_at)).where(Draft.task_id == bindparam("of_task")),
    select(func.max(Evidence.received_at)).where(Evidence.task_id == bindparam("of_task")),
    select(func.max(Comment.at)).where(Comment.task_id == bindparam("of_task")),
)


def drain_ladders(database: Database, *, now: datetime, limit: int = 100) -> int:
    """
    Climb what is due, the oldest first, for at most about `limit` cases; safe to call from anywhere and at once.

    Returns:
        How many cases were looked at.
    """
    worker = acting.worker(database, now=now)
    done = 0
    while done < limit:
        found = database.perform(lambda session: _some(session, database, by=worker, now=now), by=worker, now=now)
        if not found:
            break
        done += found
        database.breathe()
    return done


def next_due(session: Session, after: datetime) -> datetime | None:
    """The earliest moment strictly after `after` at which a rung falls due."""
    return NEXT.earliest(session, {"after": after})


def _some(session: Session, database: Database, *, by: Person, now: datetime) -> int:
    at_most = 1 if database.is_sqlite else BATCH
    found = list(dict.fromkeys(session.execute(DUE, {"now": now, "at_most": at_most}).scalars()))
    for instance_id in found:
        try:
            with session.begin_nested():
                _look(session, instance_id, by=by, now=now)
        except Exception as error:  # Whatever it is, it must not stop the ladders of other cases.
            if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError):
                raise
            _rest(session, instance_id, error, by=by, now=now)
    return len(found)


def _look(session: Session, instance_id: UUID, *, by: Person, now: datetime) -> None:
    """Climb what is due of a locked case."""
    case = lock(session, instance_id)
    definition, told = parsed(session, case.definition_id), Told(case, by, now)
    kept = rungs.of(session, definition.model, case.id, case.calendar)
    climbing = [
        (task, rungs.by_id(session, task.ladder)) for task in _due(case.live.values(), now) if task.ladder is not None
    ]
    reach = whom.Reach(session=session, case=case, model=definition.model, at=now, climbing=climbing)
    for task, ladder in climbing:
        climb, facts = rungs.climb_of(task), kept.facts(task)
        if climb.acknowledged_at:
            climb = _look_again(session, task, ladder, facts, climb, told)
        if climb.acknowledged_at is None:
            _climb(task, ladder, facts, climb, told, reach)
    told.write(session)


def _due(tasks: Any, now: datetime) -> list[LiveTask]:
    due = (task for task in tasks if task.next_rung_at is not None and task.next_rung_at <= now)
    return sorted(due, key=lambda task: task.token)


def _climb(task: LiveTask, ladder: Ladder, facts: TaskFacts, climb: Climb, told: Told, reach: whom.Reach) -> None:
    def reached(rung: Rung) -> tuple[str, ...]:
        return reach.of(task, rung, top=rung is ladder.rungs[-1])

    steps, climbed = core.climb_on(ladder, facts, climb, reached=reached, now=told.now)
    if not steps:
        coming = core.move(ladder, facts, climbed).next_at
        told.turned("ladder.moved", task, replace(climbed, next_at=coming if coming and coming > told.now else None))
        return
    told.climbed(task, ladder, steps, climbed)


def _look_again(session: Session, task: LiveTask, ladder: Ladder, facts: TaskFacts, climb: Climb, told: Told) -> Climb:
    """Whether an acknowledgement still holds."""
    assert climb.acknowledged_at is not None
    moments = session.execute(WORKED, {"of_task": task.id}).scalars()
    worked = max((at for at in moments if at is not None and at > climb.acknowledged_at), default=None)
    after = core.look_again(ladder, facts, climb, worked_at=worked, now=told.now)
    verb = "ladder.rested" if after.acknowledged_at else "ladder.began_again"
    told.turned(verb, task, after, worked_at=worked)
    return after


def _rest(session: Session, instance_id: UUID, error: Exception, *, by: Person, now: datetime) -> None:
    case = lock(session, instance_id)
    told = Told(case, by, now)
    for task in _due(case.live.values(), now):
        climb = replace(rungs.climb_of(task), next_at=now + REST)
        told.turned("ladder.failed", task, climb, error=f"{type(error).__name__}: {error}"[:500])
    told.write(session)
