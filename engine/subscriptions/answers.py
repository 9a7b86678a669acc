"""
Answers to what a model asked by `steward.webhook`: the first one in time goes to the case, and no other.

An answer is a message, committed with the note that its delivery was sent, and
applied in a transaction of the case's own. One that comes too late, or when
another was first, is refused, and the trail of the case says so.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, func, insert, select, text
from sqlalchemy.orm import Session

from engine import acting, audit, stuck
from engine.cases import Case, lock
from engine.core import events as ev
from engine.core.stuck import Stuck
from engine.hot import Hot
from engine.identity.person import Person
from engine.ids import new_id
from engine.outbox import Owed
from engine.running import stepping
from engine.running.cause import Cause
from engine.running.rows import Context, Rows, message_row
from engine.store.base import table_of
from engine.store.running import Instance, Message, ServiceJob
from engine.subscriptions.asking import TOPIC
from engine.subscriptions.book import key_of
from engine.transactions import Database

JOB, MESSAGE = table_of(ServiceJob), table_of(Message)
NO_ANSWER = "no_answer"
OF_TOKEN = select(JOB).where(JOB.c.instance_id == bindparam("case"), JOB.c.token == bindparam("of_token"))
ON_ITS_WAY = exists(
    select(MESSAGE.c.id).where(
        MESSAGE.c.target_id == JOB.c.instance_id,
        MESSAGE.c.target_token == JOB.c.token,
        MESSAGE.c.sent_at <= JOB.c.next_attempt_at,
        MESSAGE.c.kind == "answered",
        text("messages.status = 'owed'"),
    )
)
OVER = (
    select(JOB)
    .join(Instance, Instance.id == JOB.c.instance_id)
    .where(
        text("service_jobs.status = 'asked'"),
        JOB.c.topic == TOPIC,
        JOB.c.next_attempt_at <= bindparam("now"),
        text("instances.status = 'running'"),
        ~ON_ITS_WAY,
    )
    .order_by(JOB.c.next_attempt_at, JOB.c.id)
    .limit(1)
    .with_for_update(key_share=True, of=Instance, skip_locked=True)
)
NEXT = Hot(
    select(func.min(JOB.c.next_attempt_at)).where(
        text("service_jobs.status = 'asked'"), JOB.c.topic == TOPIC, JOB.c.next_attempt_at > bindparam("after")
    )
)


def came(session: Session, owed: Owed, reply: Any, *, by: Person, now: datetime) -> None:
    """Keep what a receiver answered, where that was asked, in the transaction that notes the delivery as sent."""
    if "asks" in owed.data and owed.instance_id is not None:
        said = {"subscription": key_of(owed.recipient), "event": owed.data["id"], "delivery": str(owed.id)}
        answer(session, owed.instance_id, owed.data["asks"], reply, said, by=by, now=now)


def answer(
    session: Session, instance_id: UUID, token: int, reply: Any, said: dict[str, Any], *, by: Person, now: datetime
) -> None:
    """
    Owe an answer to the case that asked.

    Args:
        token: of the step that asked.
        said: where it comes from: `subscription`, `event`, `delivery`.
    """
    context = Context(by=by.id, now=now, new_id=new_id)
    row = message_row("answered", TOPIC, {"answer": reply, **said}, context, target=instance_id, token=token)
    session.execute(insert(MESSAGE), [row])


def bring(session: Session, message: Any, by: Person, now: datetime) -> str:
    """Let the case go on with the answer; one that it no longer waits for is refused, and recorded."""
    case = lock(session, message.target_id)
    job = session.execute(OF_TOKEN, {"case": case.id, "of_token": message.target_token}).one_or_none()
    said = {name: message.payload[name] for name in ("answer", "subscription", "event")}
    if job is None or job.status != "asked" or case.status != "running" or message.sent_at > job.next_attempt_at:
        late = said | {"delivery": message.payload["delivery"]}
        element = job.element if job is not None else message.payload["event"]
        audit.append(session, case.id, "webhook.late", element, late, by=by, now=now)
        return "refused"
    result = {"answer": said["answer"]}
    cause = Cause(verb="service.completed", subject=job.element, body={"topic": TOPIC, "result": result, **said})
    _go_on(session, case, job, ev.ServiceDone(token=job.token, result=result), cause, by=by, now=now)
    return "applied"


def drain_answers(database: Database, *, now: datetime, limit: int = 100) -> int:
    """
    Let cases go on whose question nobody has answered in time.

    Returns:
        How many.
    """
    worker, done = acting.worker(database, now=now), 0
    while done < limit and database.perform(lambda s: _give_up_one(s, by=worker, now=now), by=worker, now=now):
        done += 1
        database.breathe()
    return done


def next_due(session: Session, after: datetime) -> datetime | None:
    """The earliest moment after `after` at which the time to answer a question is over."""
    return NEXT.earliest(session, {"after": after})


def _give_up_one(session: Session, *, by: Person, now: datetime) -> bool:
    found = session.execute(OVER, {"now": now}).one_or_none()
    if found is None:
        return False
    case = lock(session, found.instance_id)
    job = session.execute(OF_TOKEN, {"case": case.id, "of_token": found.token}).one()
    if job.status != "asked":
        return True  # It was answered or withdrawn just now.
    message = "Nobody has answered in time."
    event = ev.ServiceFailed(token=job.token, code=NO_ANSWER, message=message, result={})
    said = {"topic": TOPIC, "code": NO_ANSWER, "message": message}
    _go_on(session, case, job, event, Cause(verb="service.error", subject=job.element, body=said), by=by, now=now)
    return True


def _go_on(session: Session, case: Case, job: Any, event: ev.Event, cause: Cause, *, by: Person, now: datetime) -> None:
    """Apply what came of a question; what the model has no answer to is kept as a stuck step."""
    rows = Rows()
    rows.served.append({"job_id": job.id, "status": "done", "retries": job.retries, "error": None})
    try:
        stepping.take(session, case, event, by=by, now=now, cause=cause, rows=rows)
    except Stuck as error:
        stuck.keep(session, case, event, error, by=by, now=now)
        session.execute(stuck.HOLD_JOB, {"job_id": job.id})
