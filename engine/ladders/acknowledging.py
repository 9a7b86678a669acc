"""Somebody says that he has seen to it: the ladder of a task stands still."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine import access, tasks
from engine.cases import Case, LiveTask
from engine.core import ladders as core
from engine.errors import Conflict, Forbidden, Record
from engine.identity.person import Person
from engine.ladders import rungs
from engine.ladders.telling import Told
from engine.models.definitions import parsed
from engine.store.ladders import LadderTold

WAS_TOLD = select(LadderTold.person_id).where(
    LadderTold.task_id == bindparam("of_task"), LadderTold.person_id == bindparam("person")
)


def acknowledge(
    session: Session,
    task_id: UUID,
    *,
    episode: int | None = None,
    through: str | None = None,
    by: Person,
    now: datetime,
) -> None:
    """
    Stop the ladder of an open task, until the acknowledgement grows stale where its ladder says so.

    Doing it twice is no error. Those may who were told of it, hold it, are
    offered it or answer for it.

    Args:
        episode: the climb that is meant; another one is not stopped.
        through: how he said it, such as `link`, where he was not logged in; it stands in the trail.

    Raises:
        NotFound, TaskClosed: as for `tasks.claim`.
        Conflict: the task climbs no ladder, or anew since; its ladder cannot be stopped; nothing is left to stop.
        Forbidden: `by` is none of those, or only reads; the refusal stands in the trail.
    """
    case, task = tasks.held_case(session, task_id)
    access.must_see(session, by, case)
    access.must_act(by)
    _must_concern(session, case, task, by)
    if episode not in (None, task.episode):
        raise Conflict(f"{task.name} climbs its ladder anew since then.")
    if task.acknowledged_at is not None:
        return
    if task.ladder is None:
        raise Conflict(f"{task.name} climbs no ladder.")
    ladder = rungs.by_id(session, task.ladder)
    if not ladder.acknowledge:
        raise Conflict(f"The ladder {ladder.name} is stopped by doing the task, not by acknowledging it.")
    if task.next_rung_at is None:
        raise Conflict(f"Nobody else will be told of {task.name}; there is nothing to stop.")
    kept = rungs.of(session, parsed(session, case.definition_id).model, case.id, case.calendar)
    steps, climb = core.acknowledge(ladder, kept.facts(task), rungs.climb_of(task), now=now)
    told = Told(case, by, now, through=through)
    told.climbed(task, ladder, steps, climb)
    if not steps:
        told.turned("ladder.acknowledged", task, climb)
    told.write(session)


def _must_concern(session: Session, case: Case, task: LiveTask, by: Person) -> None:
    concerned = by.id in (task.holder, task.accountable) or by.kind == "operator"
    if concerned or tasks.offered_to(session, task) & by.parties:
        return
    if session.execute(WAS_TOLD, {"of_task": task.id, "person": by.id}).first():
        return
    raise Forbidden(
        f"{task.name} is no concern of yours.",
        f"Ask {task.holder or task.accountable}.",
        record=Record(str(case.id), "refusal.rights", str(case.id), {"person": by.id}),
    )
