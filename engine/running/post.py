"""Bringing what is owed: messages, signals, and what called cases tell their callers, each in its own transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, insert, or_, select, text, union_all, update
from sqlalchemy.orm import Session

from engine import audit, instances, stuck
from engine.backoff import WAITS, rest
from engine.cases import Case, lock
from engine.core import events as ev
from engine.core.stuck import Stuck
from engine.departing import departures
from engine.errors import Conflict, Rejected
from engine.hot import Hot
from engine.identity import people
from engine.identity.person import Person
from engine.ids import new_id
from engine.running import calling, circle, raising, stepping
from engine.running.cause import Cause
from engine.running.correlation import addressees, apply, start_by_message, starting_with
from engine.running.rows import Context, message_row
from engine.store.base import table_of
from engine.store.running import Instance, Message, Subscription
from engine.subject import parted
from engine.subscriptions import answers
from engine.transactions import passing

MESSAGE = table_of(Message)
OWED = (
    select(MESSAGE)
    .outerjoin(Instance, Instance.id == MESSAGE.c.target_id)
    .where(
        text("messages.status = 'owed'"),
        MESSAGE.c.next_try_at <= bindparam("now"),
        or_(Instance.id.is_(None), text("instances.status <> 'suspended'")),
    )
    .order_by(MESSAGE.c.next_try_at, MESSAGE.c.id)
    .limit(1)
    .with_for_update(of=MESSAGE, skip_locked=True)
)
ENDED = (
    update(MESSAGE)
    .where(MESSAGE.c.id == bindparam("message_id"))
    .values(status=bindparam("status"), note=bindparam("note"))
)
LATER = (
    update(MESSAGE)
    .where(MESSAGE.c.id == bindparam("message_id"))
    .values(next_try_at=bindparam("moment"), attempts=MESSAGE.c.attempts + 1, note=bindparam("note"))
)
AWAITED = exists(
    select(Subscription.id)
    .join(Instance, Instance.id == Subscription.instance_id)
    .where(
        Subscription.kind == "message",
        Subscription.name == MESSAGE.c.name,
        text("instances.status = 'running'"),
        or_(MESSAGE.c.target_id.is_(None), MESSAGE.c.target_id == Instance.id),
        or_(
            MESSAGE.c.key.is_(None),
            Subscription.key == MESSAGE.c.key,
            and_(Subscription.key.is_(None), Instance.business_key == MESSAGE.c.key),
        ),
    )
)
WAKE = (
    update(MESSAGE)
    .where(text("messages.status = 'waiting'"), MESSAGE.c.kind == "message", AWAITED)
    .values(status="owed", next_try_at=bindparam("now"))
)
EXPIRED = (
    select(MESSAGE)
    .where(text("messages.status = 'waiting'"), MESSAGE.c.expires_at <= bindparam("now"))
    .order_by(MESSAGE.c.id)
    .limit(100)
    .with_for_update(skip_locked=True)
)
INSERT = insert(MESSAGE)
NEXT = Hot(
    union_all(
        select(func.min(MESSAGE.c.next_try_at)).where(
            text("messages.status = 'owed'"), MESSAGE.c.next_try_at > bindparam("after")
        ),
        select(func.min(MESSAGE.c.expires_at)).where(
            text("messages.status = 'waiting'"), MESSAGE.c.expires_at > bindparam("after")
        ),
        select(func.min(MESSAGE.c.sent_at)).where(
            text("messages.status = 'waiting'"),
            MESSAGE.c.kind == "message",
            MESSAGE.c.sent_at > bindparam("after"),
            AWAITED,
        ),
    )
)


class _Undeliverable(Exception):
    """Nobody can be given this message; `args[0]` says why."""


def next_due(session: Session, after: datetime) -> datetime | None:
    """
    The earliest moment after `after` at which a message is to be brought or has lived long enough.

    One that waited and is awaited by now is due since it was sent.
    """
    return NEXT.earliest(session, {"after": after})


def look_after_waiting(session: Session, *, by: Person, now: datetime) -> int:
    """Let messages that are awaited by now be brought, and end those that have lived long enough."""
    session.execute(WAKE, {"now": now})
    expired = session.execute(EXPIRED, {"now": now}).all()
    for message in expired:
        _end(session, message, "expired", "Nobody awaited it in time.", by=by, now=now)
    return len(expired)


def bring_one(session: Session, *, by: Person, now: datetime) -> bool:
    """
    Bring the message that has been owed for the longest time, unless another worker is at it.

    Returns:
        Whether there was one.
    """
    message = session.execute(OWED, {"now": now}).one_or_none()
    if message is None:
        return False
    try:
        with session.begin_nested():
            status = BRINGERS[message.kind](session, message, by, now)
        session.execute(ENDED, {"message_id": message.id, "status": status, "note": None})
    except (_Undeliverable, Rejected) as error:
        _end(session, message, "refused", str(error), by=by, now=now)
    except Exception as error:  # Whatever it is, it must not stop the messages of other cases.
        if passing(error):
            raise
        _rest(session, message, f"{type(error).__name__}: {error}", by=by, now=now)
    return True


def _message(session: Session, message: Any, by: Person, now: datetime) -> str:
    found = _places(session, message)
    if len(found) > 1:
        raise Conflict(f"It fits {len(found)} waiting places.")
    if found:
        case = lock(session, found[0].instance_id)
        event = ev.MessageArrived(token=found[0].token, payload=parted(message.payload)[0])
        _tell(session, case, message, event, "message.received", found[0].element, by, now)
        return "applied"
    if message.target_id is None and message.source_id is not None:
        said = {"key": message.key, "payload": message.payload, "message_id": message.id}
        if start_by_message(session, message.name, **said, by=by, now=now):
            return "applied"
    if message.source_id is None and _places(session, message, anybody=True):
        raise _Undeliverable("Who sent it may not know of the case that waits for it.")
    return "waiting"


def _places(session: Session, message: Any, *, anybody: bool = False) -> list[Any]:
    """
    Who waits; for what a case threw, whoever waits alone, where its business key fits nobody.

    Args:
        anybody: whether to look past what the person who sent it may know of. For what the program itself sends to
            one case, such as the words of a reporter whom nobody knows, that is so anyway.
    """
    case, sender = message.source_id, None
    within = message.target_id is not None and message.sent_by.startswith("operator:")
    if case is None and not anybody and not within:
        sender = people.find(session, message.sent_by) or Person(id=message.sent_by, name=message.sent_by)
    about = parted(message.payload)[1]
    wanted = {"key": message.key, "instance_id": message.target_id, "about": about}
    found = addressees(session, message.name, **wanted, but=case, sender=sender)
    if not found and case is not None and message.key is not None:
        found = addressees(session, message.name, about=about, but=case)
    return found


def _signal(session: Session, message: Any, by: Person, now: datetime) -> str:
    if message.target_id is None:
        return _spread(session, message, by, now)
    case = _target(session, message)
    event = ev.SignalArrived(name=message.name, payload=message.payload)
    _tell(session, case, message, event, "signal.received", message.name, by, now)
    return "applied"


def _spread(session: Session, message: Any, by: Person, now: datetime) -> str:
    """A thrown signal becomes a message to each case that waits for it, and starts what begins with it."""
    context = Context(by=message.sent_by, now=now, new_id=new_id)
    waiting = select(Subscription.instance_id).where(Subscription.kind == "signal", Subscription.name == message.name)
    rows = [
        message_row("signal", message.name, message.payload, context, target=instance_id)
        | {"source_id": message.source_id}
        for instance_id in session.execute(waiting.distinct().order_by(Subscription.instance_id)).scalars()
    ]
    if rows:
        session.execute(INSERT, rows)
    because = {"signal": message.name, "message_id": message.id}
    for definition, start in starting_with(session, "signal", message.name):
        said = {"variables": message.payload, "start": start.element, "because": because}
        instances.begin(session, definition, **said, by=by, now=now)
    return "applied"


def _finished(session: Session, message: Any, by: Person, now: datetime) -> str:
    event = ev.CalledFinished(token=message.target_token, result=message.payload["result"])
    return _returned(session, message, event, "call.finished", by, now)


def _failed(session: Session, message: Any, by: Person, now: datetime) -> str:
    said = message.payload
    event = ev.CalledFailed(token=message.target_token, code=said["code"], message=said["message"])
    return _returned(session, message, event, "call.failed", by, now)


def _escalated(session: Session, message: Any, by: Person, now: datetime) -> str:
    said = message.payload
    event = ev.CalledEscalated(token=message.target_token, code=said["code"], payload=said["payload"])
    return _returned(session, message, event, "call.escalated", by, now)


def _returned(session: Session, message: Any, event: ev.Event, verb: str, by: Person, now: datetime) -> str:
    _tell(session, _target(session, message), message, event, verb, message.source_id, by, now)
    return "applied"


def _cancel(session: Session, message: Any, by: Person, now: datetime) -> str:
    case, reason = _target(session, message), message.payload["reason"]
    if message.source_id and calling.left(session, case, message, by, now):
        return "applied"
    cause = Cause(verb="instance.cancel", subject=case.id, body={"reason": reason, "message": message.id})
    try:
        stepping.take(session, case, ev.Cancelled(reason=reason), by=by, now=now, cause=cause)
    except Stuck as error:
        stuck.keep(session, case, ev.Cancelled(reason=reason), error, by=by, now=now)
    return "applied"


def _shut_out(session: Session, message: Any, by: Person, now: datetime) -> str:
    """Whatever somebody holds or answers for in a case that is shut to him by now passes to who owns it instead."""
    case, person = lock(session, message.target_id), message.payload["person"]
    shut = circle.shut_out_of(session, case.id)
    if case.handlers is None or person not in shut or case.ended_at is not None:
        return "applied"
    departures.hand_over(session, case.id, person=person, to=circle.head(session, case.handlers, shut), by=by, now=now)
    return "applied"


BRINGERS: dict[str, Callable[[Session, Any, Person, datetime], str]] = {
    "message": _message,
    "signal": _signal,
    "called_finished": _finished,
    "called_failed": _failed,
    "called_escalated": _escalated,
    "cancel": _cancel,
    "raise": raising.bring,
    "raised": raising.bring_back,
    "answered": answers.bring,
    "call": calling.bring,
    "call_alone": calling.bring_alone,
    "shut_out": _shut_out,
}


def _target(session: Session, message: Any) -> Case:
    case = lock(session, message.target_id)
    if case.status != "running" and not (message.kind == "cancel" and case.status == "suspended"):
        raise _Undeliverable(f"The case it goes to is {case.status}.")
    return case


def _tell(
    session: Session, case: Case, message: Any, event: ev.Event, verb: str, subject: object, by: Person, now: datetime
) -> None:
    said = {"name": message.name, "message": message.id, "from": message.source_id, "sent_by": message.sent_by}
    refused = apply(session, case, event, Cause(verb=verb, subject=subject, body=said), by=by, now=now)
    if refused:
        raise _Undeliverable(refused)


def _rest(session: Session, message: Any, why: str, *, by: Person, now: datetime) -> None:
    if message.attempts >= len(WAITS):
        _end(session, message, "refused", why, by=by, now=now)
        return
    moment = now + rest(message.attempts + 1, message.id)
    session.execute(LATER, {"message_id": message.id, "moment": moment, "note": why})


def _end(session: Session, message: Any, status: str, why: str, *, by: Person, now: datetime) -> None:
    session.execute(ENDED, {"message_id": message.id, "status": status, "note": why})
    said = {"kind": message.kind, "name": message.name, "key": message.key, "from": message.source_id, "why": why}
    audit.append(session, audit.PLATFORM, f"message.{status}", message.id, said, by=by, now=now)
