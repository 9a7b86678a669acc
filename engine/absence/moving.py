"""
Tasks move when an absence begins, and come back when it ends.

Each moves in the transaction of its own case, where everything is looked at
again; a substitution is done with, under its row's lock, when none is left.
A worker that dies in between leaves the rest to the next look. The row says
`planned` until all have gone to the stand-in, and `active` until all are back.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select, text, union_all, update
from sqlalchemy.orm import Session

from engine import acting, audit
from engine.absence import handing
from engine.absence.claims import first_willing
from engine.absence.opening import nobody
from engine.absence.planning import ROW, locked
from engine.cases import Case, LiveTask, lock_for_task
from engine.hot import Hot
from engine.identity import people
from engine.identity.person import Person
from engine.identity.substitutes import ENDS, LIVE, Absences, absences
from engine.models.definitions import Parsed, parsed
from engine.store.absence import SubstitutionRow
from engine.store.base import Moment
from engine.store.definitions import DefinitionRow
from engine.store.running import Instance, Task
from engine.transactions import Database

NOW, AFTER = bindparam("now", type_=Moment()), bindparam("after", type_=Moment())
PLANNED = text("substitutions.status = 'planned'")
NEXT = Hot(
    union_all(
        select(func.min(SubstitutionRow.begins_at)).where(PLANNED, SubstitutionRow.begins_at > AFTER),
        select(func.min(ENDS)).where(LIVE, AFTER < ENDS),
    )
)
DUE = (
    select(SubstitutionRow.id)
    .where(LIVE, or_(NOW >= ENDS, PLANNED & (SubstitutionRow.begins_at <= NOW)))
    .order_by(SubstitutionRow.begins_at, SubstitutionRow.id)
)
# Conditions of partial indexes are written out: bound, a generic plan would not use them.
OF_HIS_OWN = text("tasks.status = 'claimed' AND tasks.acting_for IS NULL")
STOOD_IN = text("tasks.status = 'claimed' AND tasks.acting_for IS NOT NULL")
HIS = (
    select(Task.id)
    .join(SubstitutionRow, SubstitutionRow.person_id == Task.holder)
    .join(Instance, Instance.id == Task.instance_id)
    .join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
    .where(
        OF_HIS_OWN,
        PLANNED,
        SubstitutionRow.begins_at <= NOW,
        NOW < ENDS,
        Task.claimed_at <= SubstitutionRow.begins_at,
        or_(SubstitutionRow.process.is_(None), SubstitutionRow.process == DefinitionRow.key),
    )
)
OTHERS = (
    select(Task.id, Task.holder, Task.acting_for, DefinitionRow.key)
    .join(Instance, Instance.id == Task.instance_id)
    .join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
    .where(STOOD_IN)
    .order_by(Task.id)
)
CLAIMED_AT = select(Task.claimed_at).where(Task.id == bindparam("of_task"))


def drain_substitutions(database: Database, *, now: datetime, limit: int = 100) -> int:
    """
    Move what is to be moved for absences that begin and end; safe to call from anywhere and at once.

    Returns:
        How many tasks moved and how many absences have begun or ended.

    Raises:
        Exception: the first of whatever went wrong with one task or absence, when all others are done.
    """
    with database.reading() as session:
        due = list(session.scalars(DUE, {"now": now}))
        waiting = _waiting(session, now) if due else []
    if not due:
        return 0
    worker, done, failed = acting.worker(database, now=now), 0, list[Exception]()
    moves = [partial(move, task_id=task_id, by=worker, now=now) for task_id in waiting[:limit]]
    settles = [partial(_settle, substitution_id=one, by=worker, now=now) for one in due]
    for verb in (*moves, *(settles if len(waiting) <= limit else ())):
        try:
            done += database.perform(verb, by=worker, now=now)
        except Exception as error:  # Whatever it is, it must not stop the tasks of other cases.
            failed.append(error)
        database.breathe()
    if failed:
        raise failed[0]
    return done


def next_due(session: Session, after: datetime) -> datetime | None:
    """The earliest moment strictly after `after` at which an absence begins or ends."""
    return NEXT.earliest(session, {"after": after})


def move(session: Session, task_id: UUID, *, by: Person, now: datetime) -> int:
    """Let one task be with whom it belongs at `now`; returns whether it moved."""
    locked_case = lock_for_task(session, task_id)
    task = locked_case.task(task_id)
    if task is None or task.holder is None:
        return 0
    definition, known = parsed(session, locked_case.definition_id), absences(session, keep=True)
    person = task.acting_for or task.holder
    absence = known.of(person, definition.model.key, now)
    if task.acting_for is None:
        claimed_at = session.execute(CLAIMED_AT, {"of_task": task.id}).scalar_one()
        if absence is None or (claimed_at and claimed_at > absence.begins_at):
            return 0
    elif absence is None:
        return _come_back(session, definition, locked_case, task, by=by, now=now)
    order = known.stand_ins(person, definition.model.key, now)
    if task.acting_for and task.holder in order:
        return 0
    to = first_willing(session, definition, locked_case, task, order, acting_for=person, now=now)
    if to is None:
        because = nobody(person)
        handing.let_go(session, locked_case, task, "task.stood_in", because, but=person, by=by, now=now)
    else:
        said = {"to": to.id, "for": person, "substitution": absence.id if absence else None}
        handing.hand(session, locked_case, task, to.id, "task.stood_in", said, acting_for=person, by=by, now=now)
    return 1


def _come_back(session: Session, definition: Parsed, case: Case, task: LiveTask, *, by: Person, now: datetime) -> int:
    """An unfinished task is again with whom it was for; offered to others, if a rule keeps him from it by now."""
    person = str(task.acting_for)
    if people.find(session, person) and first_willing(
        session, definition, case, task, [person], acting_for=person, now=now
    ):
        handing.hand(session, case, task, person, "task.returned", {"to": person}, by=by, now=now)
    else:
        because = f"{person} is back, and may not do it"
        handing.let_go(session, case, task, "task.returned", because, but=person, by=by, now=now)
    return 1


def _waiting(session: Session, now: datetime) -> list[UUID]:
    """The tasks that are not where they belong, as far as one look tells."""
    known = absences(session)
    return list(dict.fromkeys([*session.scalars(HIS, {"now": now}), *_misplaced(session, known, now)]))


def _misplaced(session: Session, known: Absences, now: datetime) -> Iterable[UUID]:
    for row in session.execute(OTHERS):
        if row.holder not in known.stand_ins(row.acting_for, row.key, now):
            yield row.id


def _settle(session: Session, substitution_id: UUID, *, by: Person, now: datetime) -> int:
    """Say that an absence has begun or ended, when no task is left that would have to move for it."""
    row = locked(session, substitution_id)
    if row.status not in ("planned", "active") or _waiting(session, now):
        return 0
    over = now >= (row.stopped_at or row.ends_at)
    if not over and (row.status == "active" or row.begins_at > now):
        return 0
    status, verb = ("ended", "substitution.ended") if over else ("active", "substitution.began")
    session.execute(update(ROW).where(ROW.c.id == row.id).values(status=status))
    happened = (row.stopped_at or row.ends_at) if over else row.begins_at
    said = {"person": row.person_id, "status": status}
    audit.append(session, audit.PLATFORM, verb, row.id, said, by=by, now=now, happened_at=min(happened, now))
    return 1
