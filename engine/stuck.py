"""Stuck steps: the engine cannot go on. The event is kept with all it carries; no answer is ever lost."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.orm import Session

from engine import guards, handing_in, people, stepping
from engine.cases import Case, lock
from engine.cause import Cause
from engine.core import events as ev
from engine.core import recorded
from engine.core.stuck import Stuck
from engine.errors import Conflict, NotFound
from engine.ids import new_id
from engine.person import Person
from engine.rows import Rows
from engine.statements import carry_out
from engine.store.base import table_of
from engine.store.running import StuckStep

STEP = table_of(StuckStep)
BY_ID = select(STEP).where(STEP.c.id == bindparam("stuck_id"))
OPEN = select(STEP.c.id, STEP.c.event).where(
    STEP.c.instance_id == bindparam("instance_id"), text("stuck_steps.resolved_at IS NULL")
)
AGAIN = (
    update(STEP)
    .where(STEP.c.id == bindparam("stuck_id"))
    .values(attempts=STEP.c.attempts + 1, error=bindparam("message"), element=bindparam("at_element"))
)
RESOLVE = (
    update(STEP)
    .where(STEP.c.id == bindparam("stuck_id"))
    .values(resolved_at=bindparam("moment"), resolved_by=bindparam("person"))
)


def keep(
    session: Session,
    case: Case,
    event: ev.Event,
    error: Stuck,
    *,
    by: Person,
    now: datetime,
    task_id: UUID | None = None,
    acting_for: str | None = None,
) -> UUID:
    """
    Keep an event that could not be applied, and say so in the trail; `case` is locked and as it was.

    One step is kept once: the same event again counts as one more attempt.

    Returns:
        The id of the stuck step.
    """
    body = recorded.to_bytes(event)
    known = [row.id for row in session.execute(OPEN, {"instance_id": case.id}) if row.event == body]
    if known:
        session.execute(AGAIN, {"stuck_id": known[0], "message": str(error), "at_element": error.element})
        again: UUID = known[0]
        return again
    rows, stuck_id = Rows(), new_id()
    rows.add(
        "stuck_steps",
        {
            "id": stuck_id,
            "instance_id": case.id,
            "element": error.element,
            "error": str(error),
            "event": body,
            "by": by.id,
            "task_id": task_id,
            "since": now,
            "attempts": 1,
            "resolved_at": None,
            "resolved_by": None,
        },
    )
    said = {"element": error.element, "error": str(error), "event": type(event).__name__, "task": task_id}
    case.chain.add("step.stuck", stuck_id, said, by=by.id, now=now, acting_for=acting_for)
    case.version += 1
    rows.moved.append(case)
    carry_out(session, rows)
    return stuck_id


def retry(session: Session, stuck_id: UUID, *, by: Person, now: datetime) -> bool:
    """
    Apply the event of a stuck step again, in the name of whoever it came from.

    Returns:
        Whether the case went on; if not, the step is stuck still, with one more attempt and perhaps another error.

    Raises:
        NotFound: there is no such step, or `by` may not know of it.
        Forbidden: `by` neither owns the case nor is an operator.
        Conflict: it has been resolved already, or the case rests.
    """
    found = session.execute(BY_ID, {"stuck_id": stuck_id}).one_or_none()
    if found is None:
        raise NotFound("stuck step", str(stuck_id))
    case = lock(session, found.instance_id)
    guards.must_manage(session, by, case)
    found = session.execute(BY_ID, {"stuck_id": stuck_id}).one()
    if found.resolved_at is not None:
        raise Conflict("This step is not stuck any more.")
    if case.status != "running":
        raise Conflict(f"The case is {case.status}; nothing can be retried in it.")
    return _apply_again(session, case, found, by=by, now=now)


def _apply_again(session: Session, case: Case, found: Any, *, by: Person, now: datetime) -> bool:
    event = recorded.from_bytes(found.event)
    author = people.person(session, found.by)
    case.chain.add("step.retried", found.id, {"event": type(event).__name__}, by=by.id, now=now)
    task = case.task(found.task_id) if found.task_id else None
    cause, rows = Cause(verb="event.applied", subject=case.id, body={"stuck_step": found.id}), Rows()
    if task is not None and isinstance(event, ev.TaskCompleted):
        cause, rows = handing_in.record(session, case, task, event.answers, by=author, now=now)
    try:
        stepping.take(session, case, event, by=author, now=now, cause=cause, rows=rows)
    except Stuck as error:
        session.execute(AGAIN, {"stuck_id": found.id, "message": str(error), "at_element": error.element})
        return False
    session.execute(RESOLVE, {"stuck_id": found.id, "moment": now, "person": by.id})
    return True
