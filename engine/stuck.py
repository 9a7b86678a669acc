"""Stuck steps: the engine cannot go on. The event is kept with all it carries; no answer is ever lost."""

from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, select, text, update
from sqlalchemy.orm import Session

from engine import audit, guards, handing_in, records, signatures
from engine.cases import Case, lock
from engine.core import events as ev
from engine.core import recorded
from engine.core.stuck import Stuck
from engine.errors import Conflict, NotFound
from engine.identity import people
from engine.identity.person import Person
from engine.ids import new_id
from engine.running import stepping
from engine.running.cause import Cause
from engine.running.rows import Rows
from engine.running.statements import carry_out
from engine.store.base import table_of
from engine.store.records import AuditEntry
from engine.store.running import ServiceJob, StuckStep, Timer

STEP, JOB, TIMER = table_of(StuckStep), table_of(ServiceJob), table_of(Timer)
SINCE_STUCK = (
    select(AuditEntry.verb, AuditEntry.subject, AuditEntry.acting_for, AuditEntry.body)
    .where(AuditEntry.chain == bindparam("chain"), AuditEntry.verb.in_(["step.stuck", "data.corrected"]))
    .order_by(AuditEntry.number)
)
BRINGS = {
    ev.TaskCompleted: "answers",
    ev.MessageArrived: "payload",
    ev.SignalArrived: "payload",
    ev.ServiceDone: "result",
    ev.CalledFinished: "result",
}
"""Where an event holds the data that it brings into the case."""
BY_ID = select(STEP).where(STEP.c.id == bindparam("stuck_id"))
OPEN = select(STEP.c.id, STEP.c.event).where(
    STEP.c.instance_id == bindparam("instance_id"), text("stuck_steps.resolved_at IS NULL")
)
AGAIN = (
    update(STEP)
    .where(STEP.c.id == bindparam("stuck_id"))
    .values(attempts=STEP.c.attempts + 1, error=bindparam("message"), element=bindparam("at_element"))
)
HOLD_JOB = update(JOB).where(JOB.c.id == bindparam("job_id")).values(status="stuck")
OWE_JOB = (
    update(JOB)
    .where(JOB.c.id == bindparam("job_id"), JOB.c.status == "stuck")
    .values(status="owed", retries=1, next_attempt_at=bindparam("moment"))
)
END_JOB = (
    update(JOB)
    .where(JOB.c.instance_id == bindparam("case"), JOB.c.token == bindparam("of_token"), JOB.c.status == "stuck")
    .values(status="done")
)
WAKE_TIMERS = (
    update(TIMER)
    .where(TIMER.c.instance_id == bindparam("case"), text("timers.status IN ('pending', 'stuck')"))
    .values(status="pending", attempts=0)
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
    beside: Mapping[str, list[dict[str, Any]]] | None = None,
) -> UUID:
    """
    Keep an event that could not be applied, and say so in the trail; `case` is locked and as it was.

    One step is kept once: the same event again counts as one more attempt.

    Args:
        beside: rows by table that are as true as the event, such as the signature under its answers.

    Returns:
        The id of the stuck step.
    """
    return _keep(session, case, recorded.to_bytes(event), error, task_id, acting_for, by=by, now=now, beside=beside)


def keep_job(session: Session, case: Case, job: Any, error: str, *, by: Person, now: datetime) -> UUID:
    """Say that a service job has failed for the last time; a retry owes it again. `case` is locked."""
    session.execute(HOLD_JOB, {"job_id": job.id})
    body = orjson.dumps({"job": str(job.id)})
    return _keep(session, case, body, Stuck(job.element, job.topic, error), None, None, by=by, now=now)


def _keep(
    session: Session,
    case: Case,
    body: bytes,
    error: Stuck,
    task_id: UUID | None,
    acting_for: str | None,
    *,
    by: Person,
    now: datetime,
    beside: Mapping[str, list[dict[str, Any]]] | None = None,
) -> UUID:
    known = [row.id for row in session.execute(OPEN, {"instance_id": case.id}) if row.event == body]
    if known:
        session.execute(AGAIN, {"stuck_id": known[0], "message": str(error), "at_element": error.element})
        again: UUID = known[0]
        return again
    rows, stuck_id = Rows(new={table: list(given) for table, given in (beside or {}).items()}), new_id()
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
    said: dict[str, Any] = {"element": error.element, "error": str(error), "task": task_id}
    said["kept"] = sha256(body).hexdigest()
    for signature in rows.new.get("signatures", ()):
        said["signature"] = signatures.said(signature)
    for words in rows.new.get("comments", ()):
        said["comment"] = records.comment_said(words)
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
    told = orjson.loads(found.event)
    if "job" in told:
        return _owe_again(session, case, found, UUID(told["job"]), by=by, now=now)
    event = recorded.from_bytes(found.event)
    author = people.find(session, found.by) or Person(id=found.by, name=found.by)
    for_whom, corrected, removed = _since_stuck(session, case, found.id)
    mended = _mended(event, corrected, removed)
    said = {"event": type(event).__name__, "corrected": sorted({*corrected, *removed}) if mended != event else []}
    case.chain.add("step.retried", found.id, said, by=by.id, now=now)
    task = case.task(found.task_id) if found.task_id else None
    cause, rows = Cause(verb="event.applied", subject=case.id, body={"stuck_step": found.id}), Rows()
    if task is not None and isinstance(event, ev.TaskCompleted):
        cause, rows = handing_in.record(session, case, task, event.answers, by=author, now=now)
    try:
        stepping.take(session, case, mended, by=author, now=now, cause=cause, acting_for=for_whom, rows=rows)
    except Stuck as error:
        session.execute(AGAIN, {"stuck_id": found.id, "message": str(error), "at_element": error.element})
        return False
    session.execute(RESOLVE, {"stuck_id": found.id, "moment": now, "person": by.id})
    session.execute(WAKE_TIMERS, {"case": case.id})
    if isinstance(event, ev.ServiceDone | ev.ServiceFailed):
        session.execute(END_JOB, {"case": case.id, "of_token": event.token})
    return True


def _since_stuck(session: Session, case: Case, stuck_id: UUID) -> tuple[str | None, dict[str, Any], set[str]]:
    """For whom the event was sent, and which data were corrected and which removed since."""
    for_whom, corrected, removed = None, dict[str, Any](), set[str]()
    for row in session.execute(SINCE_STUCK, {"chain": str(case.id)}):
        body = orjson.loads(row.body or b"{}")
        if row.verb == "data.corrected":
            corrected |= body.get("changes", {})
            removed = (removed | set(body.get("removed", ()))) - body.get("changes", {}).keys()
        elif row.subject == str(stuck_id):
            for_whom, corrected, removed = row.acting_for, {}, set()
    return for_whom, corrected, removed


def _mended(event: ev.Event, corrected: Mapping[str, Any], removed: Set[str]) -> ev.Event:
    """The event, with what it brings as it was corrected since: else it would undo the correction."""
    place = BRINGS.get(type(event))
    brought = getattr(event, place) if place else {}
    if not place or not brought.keys() & (corrected.keys() | removed):
        return event
    kept = {name: corrected.get(name, value) for name, value in brought.items() if name not in removed}
    changes: dict[str, Any] = {place: kept}
    return replace(event, **changes)


def _owe_again(session: Session, case: Case, found: Any, job_id: UUID, *, by: Person, now: datetime) -> bool:
    session.execute(OWE_JOB, {"job_id": job_id, "moment": now})
    session.execute(RESOLVE, {"stuck_id": found.id, "moment": now, "person": by.id})
    audit.append(session, case.id, "step.retried", found.id, {"job": job_id}, by=by, now=now)
    return True
