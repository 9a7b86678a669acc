"""
Work that no person does: leased to workers, inside or outside, until somebody says what came of it.

A lease goes by the machine's clock, what is due by the product's. A job that
fails is tried again after a while; after the last time its step is stuck.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select, text, update
from sqlalchemy.orm import Session

from engine import access, acting, audit, stuck, topics
from engine.backoff import rest
from engine.cases import Case, lock
from engine.core import effects as fx
from engine.core import events as ev
from engine.core.stuck import Stuck
from engine.errors import Conflict, Invalid, NotFound
from engine.hot import Hot, among
from engine.identity.person import Person
from engine.ids import new_id
from engine.running import stepping
from engine.running.cause import Cause
from engine.running.correlation import checked
from engine.running.rows import Context, Rows
from engine.running.statements import carry_out
from engine.store.base import table_of
from engine.store.running import Instance, ServiceJob
from engine.transactions import Database, passing

JOB = table_of(ServiceJob)
RETRIES = 3
"""How often work is tried, where nobody says otherwise."""

DUE = (
    select(JOB)
    .join(Instance, Instance.id == JOB.c.instance_id)
    .where(
        text("service_jobs.status = 'owed'"),
        JOB.c.topic.in_(bindparam("topics", expanding=True)),
        JOB.c.next_attempt_at <= bindparam("now"),
        or_(JOB.c.leased_until.is_(None), JOB.c.leased_until <= bindparam("machine_now")),
        text("instances.status = 'running'"),
    )
    .order_by(JOB.c.next_attempt_at, JOB.c.id)
    .limit(bindparam("at_most"))
)
OWED = DUE.with_for_update(of=JOB, skip_locked=True)
OURS = DUE.with_for_update(key_share=True, of=Instance, skip_locked=True)
"""What is done here and now: the case is locked first, as everywhere, and no lease is needed."""

NEXT = Hot(
    select(func.min(JOB.c.next_attempt_at)).where(
        text("service_jobs.status = 'owed'"), among(JOB.c.topic, "topics"), JOB.c.next_attempt_at > bindparam("after")
    )
)
LEASE = (
    update(JOB)
    .where(JOB.c.id == bindparam("job_id"))
    .values(lock=bindparam("lease_of"), leased_until=bindparam("until"), attempts=JOB.c.attempts + 1)
)
EXTEND = update(JOB).where(JOB.c.id == bindparam("job_id")).values(leased_until=bindparam("until"))
BY_ID = select(JOB).where(JOB.c.id == bindparam("job_id"))
REST = (
    update(JOB)
    .where(JOB.c.id == bindparam("job_id"))
    .values(
        lock=None,
        leased_until=None,
        retries=bindparam("left"),
        error=bindparam("why"),
        next_attempt_at=bindparam("moment"),
    )
)


def fetch(
    session: Session,
    wanted: Sequence[str],
    *,
    worker: str,
    limit: int = 1,
    lease: timedelta = timedelta(minutes=1),
    machine_now: datetime,
    by: Person,
    now: datetime,
) -> list[dict[str, Any]]:
    """
    Lease due work of these topics, oldest first, in cases that `by` may see.

    Args:
        worker: a name for people; part of the lock.
        lease: after that time another worker may have it.
        machine_now: by the machine's clock, which may not be the product's.

    Returns:
        Each job with its `lock`, which proves the lease.

    Raises:
        Invalid: a topic is built in.
    """
    if own := sorted(topics.BUILT_IN.keys() & set(wanted)):
        raise Invalid(f"Work on {own[0]} is done by Steward itself.", {"topics": [f"{own[0]} is built in."]})
    query = OWED.where(access.visible_instances(by))
    given = {"topics": list(wanted), "now": now, "machine_now": machine_now, "at_most": limit}
    jobs = [dict(row._mapping) for row in session.execute(query, given)]
    for job in jobs:
        job["lock"], job["leased_until"] = f"{worker}:{new_id()}", machine_now + lease
    if jobs:
        session.execute(
            LEASE, [{"job_id": job["id"], "lease_of": job["lock"], "until": job["leased_until"]} for job in jobs]
        )
    return jobs


def extend_job(session: Session, job_id: UUID, *, lock: str, until: datetime, by: Person) -> None:
    """
    Keep a lease until `until`, by the machine's clock.

    Raises:
        NotFound: there is no such job in a case that `by` may see.
        Conflict: the lease is over and somebody else may have the job.
    """
    _leased(session, job_id, lock, by)
    session.execute(EXTEND, {"job_id": job_id, "until": until})


def complete_job(
    session: Session, job_id: UUID, *, lock: str, result: dict[str, Any] | None = None, by: Person, now: datetime
) -> None:
    """
    The work is done; the case moves on. A result that the model has no answer to leaves the step stuck.

    Raises:
        NotFound: there is no such job in a case that `by` may see.
        Conflict: the lease is over, the job was withdrawn, or the case rests.
        Invalid: the result cannot be kept.
    """
    case, job = _leased(session, job_id, lock, by)
    event = ev.ServiceDone(token=job.token, result=checked(result or {}))
    _settle(session, case, job, event, "service.completed", {"topic": job.topic}, by=by, now=now)


def job_error(
    session: Session,
    job_id: UUID,
    *,
    lock: str,
    code: str,
    message: str = "",
    result: dict[str, Any] | None = None,
    by: Person,
    now: datetime,
) -> None:
    """
    The work ended in an error that the model knows by its code; the case goes the way drawn for it.

    Raises:
        NotFound, Conflict, Invalid: as for `complete_job`.
    """
    case, job = _leased(session, job_id, lock, by)
    event = ev.ServiceFailed(token=job.token, code=code, message=message, result=checked(result or {}))
    said = {"topic": job.topic, "code": code, "message": message}
    _settle(session, case, job, event, "service.error", said, by=by, now=now)


def fail_job(
    session: Session,
    job_id: UUID,
    *,
    lock: str,
    error: str,
    retries: int | None = None,
    backoff: timedelta | None = None,
    by: Person,
    now: datetime,
) -> None:
    """
    It went wrong, and is tried again after a while; without retries left the step is stuck.

    Args:
        retries: how many are left; by default one less than before.
        backoff: how long it rests; by default longer each time.

    Raises:
        NotFound, Conflict: as for `complete_job`.
    """
    case, job = _leased(session, job_id, lock, by)
    left = max(job.retries - 1, 0) if retries is None else retries
    moment = now + (rest(job.attempts, job.id) if backoff is None else backoff)
    _rest(session, case, job, error, left, moment, by=by, now=now)


def _rest(
    session: Session, case: Case, job: Any, error: str, left: int, moment: datetime, *, by: Person, now: datetime
) -> None:
    """Note a failure; without retries left the step is stuck."""
    session.execute(REST, {"job_id": job.id, "left": left, "why": error, "moment": moment})
    said = {"topic": job.topic, "error": error, "retries": left}
    audit.append(session, case.id, "service.failed", job.element, said, by=by, now=now)
    if left == 0:
        stuck.keep_job(session, _again(session, case), job, error, by=by, now=now)


def drain_services(database: Database, *, now: datetime, machine_now: datetime | None = None, limit: int = 100) -> int:
    """
    Do the work of built-in topics that is owed, such as what was stuck and is tried again.

    Args:
        machine_now: by the machine's clock, where that is not the product's; leases go by it.

    Returns:
        How much was done.
    """
    worker = acting.worker(database, now=now)
    done = 0

    def serve(session: Session) -> bool:
        return _serve_one(session, by=worker, now=now, machine_now=machine_now or now)

    while done < limit and topics.BUILT_IN and database.perform(serve, by=worker, now=now):
        done += 1
        database.breathe()
    return done


def next_due(session: Session, after: datetime) -> datetime | None:
    """The earliest moment after `after` at which work of a built-in topic is to be done."""
    return NEXT.earliest(session, {"topics": sorted(topics.BUILT_IN), "after": after})


def _serve_one(session: Session, *, by: Person, now: datetime, machine_now: datetime) -> bool:
    given = {"topics": sorted(topics.BUILT_IN), "now": now, "machine_now": machine_now, "at_most": 1}
    found = session.execute(OURS, given).one_or_none()
    if found is None:
        return False
    case, job = lock(session, found.instance_id), session.execute(BY_ID, {"job_id": found.id}).one()
    if (job.status, job.lock) != (found.status, found.lock):
        return True  # Somebody outside was faster.
    try:
        with session.begin_nested():
            _serve(session, case, job, by=by, now=now)
    except Stuck as error:
        session.execute(REST, {"job_id": job.id, "left": 0, "why": str(error), "moment": now})
        stuck.keep_job(session, _again(session, case), job, str(error), by=by, now=now)
    except Exception as error:  # Whatever it is, it must not stop the work of other cases.
        if passing(error):
            raise
        left, said = max(job.retries - 1, 0), f"{type(error).__name__}: {error}"
        moment = now + rest(max(RETRIES - left, 1), job.id)
        _rest(session, _again(session, case), job, said, left, moment, by=by, now=now)
    return True


def _serve(session: Session, case: Case, job: Any, *, by: Person, now: datetime) -> None:
    """Do the work of a built-in topic, and let the case go on; if nobody waits for it any more, a deadline fired."""
    rows, context = Rows(), Context(by=by.id, now=now, new_id=new_id)
    effect = fx.CallService(token=job.token, element=job.element, at=now, topic=job.topic, inputs=job.inputs)
    result = topics.BUILT_IN[job.topic](session, case, effect, rows, context)
    if result is None:
        rows.served.append({"job_id": job.id, "status": "asked", "retries": job.retries, "error": None})
        carry_out(session, rows)
        audit.save(session, case.chain)
        return
    event = ev.ServiceDone(token=job.token, result=result)
    said = {"topic": job.topic, "result": result}
    _apply(session, case, job, event, Cause(verb="service.completed", subject=job.element, body=said), rows, by, now)


def _settle(
    session: Session,
    case: Case,
    job: Any,
    event: ev.Event,
    verb: str,
    said: dict[str, Any],
    *,
    by: Person,
    now: datetime,
) -> None:
    cause = Cause(verb=verb, subject=job.element, body=said)
    refused = _apply(session, case, job, event, cause, Rows(), by, now)
    if refused:
        raise Conflict(f"The work is no longer wanted: {refused}", keeps=True)


def _apply(
    session: Session, case: Case, job: Any, event: ev.Event, cause: Cause, rows: Rows, by: Person, now: datetime
) -> str | None:
    """Let the case go on with what came of a job; why nobody awaits it, if nobody does."""
    rows.served.append({"job_id": job.id, "status": "done", "retries": job.retries, "error": job.error})
    try:
        taken = stepping.take(session, case, event, by=by, now=now, cause=cause, rows=rows)
    except Stuck as error:
        session.execute(REST, {"job_id": job.id, "left": job.retries, "why": str(error), "moment": now})
        stuck.keep(session, case, event, error, by=by, now=now)
        session.execute(stuck.HOLD_JOB, {"job_id": job.id})
        return None
    return taken.refused


def _leased(session: Session, job_id: UUID, token: str, by: Person) -> tuple[Case, Any]:
    """The case of a job, locked first, and the job as it is then."""
    seen = BY_ID.join(Instance, Instance.id == JOB.c.instance_id).where(access.visible_instances(by))
    job = session.execute(seen, {"job_id": job_id}).one_or_none()
    if job is None:
        raise NotFound("service job", str(job_id))
    case = lock(session, job.instance_id)
    job = session.execute(BY_ID, {"job_id": job_id}).one()
    if job.status != "owed":
        raise Conflict(f"The job is {job.status}.")
    if job.lock != token:
        raise Conflict("This lease is over; another worker may have the job.")
    if case.status != "running":
        raise Conflict(f"The case is {case.status}; send the result when it is resumed.")
    return case, job


def _again(session: Session, case: Case) -> Case:
    """The case with the chain as it is after an entry of our own."""
    return lock(session, case.id)
