"""
Messages and signals: from outside to a case, and from one case to another.

A message goes to exactly one place: the one case that waits for it, or the
one it starts. One that fits two is refused, one that fits none waits for as
long as it lives. Nothing is lost without a word. An effect on another case is
a row, committed with its cause and applied in that case's own transaction, so
no transaction ever locks two existing cases.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.orm import Session

from engine import acting, audit, guards, instances
from engine.cases import Case, lock
from engine.core import events as ev
from engine.errors import Conflict
from engine.identity.person import Person
from engine.ids import new_id
from engine.running import post
from engine.running.cause import Cause
from engine.running.correlation import (
    Sent,
    addressees,
    apply,
    checked,
    if_seen,
    start_by_message,
    starting_with,
    starts_in_turn,
)
from engine.running.rows import MESSAGE_LIFE, Context, message_row
from engine.store.base import table_of
from engine.store.running import Instance, Message, Subscription
from engine.subject import parted
from engine.transactions import Database

__all__ = ["Sent", "broadcast", "correlate", "drain_messages", "next_due"]

HEARING = (
    select(Subscription.instance_id)
    .join(Instance, Instance.id == Subscription.instance_id)
    .where(Subscription.kind == "signal", Subscription.name == bindparam("name"), text("instances.ended_at IS NULL"))
    .distinct()
    .order_by(Subscription.instance_id)
)
INSERT = insert(table_of(Message))
next_due = post.next_due


def correlate(
    session: Session,
    name: str,
    *,
    key: str | None = None,
    instance_id: UUID | None = None,
    payload: dict[str, Any] | None = None,
    life: timedelta | None = MESSAGE_LIFE,
    by: Person,
    now: datetime,
) -> Sent:
    """
    Bring a message to the one case that waits for it, or that it starts; else let it wait.

    What its payload calls `subject`, as `REGISTER:ROW`, is no variable: it goes to a case about that row alone, or to
    one that it starts about it.

    Args:
        key: the correlation value that the model asks for, or the business key of the case.
        life: how long it may wait for somebody to await it; None refuses it if nobody does now.

    Raises:
        Conflict: it fits several cases, or nobody awaits it and it must not wait.
        Forbidden: it starts a process that names who may start it, and `by` is not among them.
        Invalid: it cannot be used, or the model has no answer to it.
    """
    said = checked(payload or {})
    rest, about = parted(said)
    to: dict[str, Any] = {"key": key, "instance_id": instance_id, "about": about, "sender": by}
    found = addressees(session, name, **to)
    if not found and about is not None and starts_in_turn(session, name, about):
        found = addressees(session, name, **to)
    message_id = new_id()
    if len(found) > 1:
        raise Conflict(f"The message {name} fits {len(found)} waiting places. Say which case, or give its key.")
    if found:
        case = lock(session, found[0].instance_id)
        _must_run(case)
        event = ev.MessageArrived(token=found[0].token, payload=rest)
        cause = Cause(verb="message.received", subject=found[0].element, body={"name": name, "message": message_id})
        apply(session, case, event, cause, by=by, now=now)
        return Sent(id=message_id, status="applied", instance_id=if_seen(session, by, case))
    if instance_id is None:
        begun = start_by_message(session, name, key=key, payload=said, message_id=message_id, by=by, now=now)
        if begun:
            return begun
    if life is None or life <= timedelta(0):
        raise Conflict(f"Nobody waits for the message {name}.")
    context = Context(by=by.id, now=now, new_id=lambda: message_id)
    row = message_row("message", name, said, context, key=key, target=instance_id, life=life)
    session.execute(INSERT, row | {"status": "waiting"})
    audit.append(session, audit.PLATFORM, "message.kept", message_id, {"name": name, "key": key}, by=by, now=now)
    return Sent(id=message_id, status="waiting")


def broadcast(session: Session, name: str, *, payload: dict[str, Any] | None = None, by: Person, now: datetime) -> int:
    """
    Tell every case that waits for a signal, and start each process that begins with it.

    Raises:
        Forbidden: it starts a process that names who may start it, and `by` is not among them.

    Returns:
        How many cases that are. Those that wait hear it each in a transaction of its own, soon.
    """
    said = checked(payload or {})
    context = Context(by=by.id, now=now, new_id=new_id)
    hearing = session.execute(HEARING, {"name": name}).scalars().all()
    rows = [message_row("signal", name, said, context, target=instance_id) for instance_id in hearing]
    if rows:
        session.execute(INSERT, rows)
    begun = 0
    for definition, start in starting_with(session, "signal", name):
        guards.must_start(by, definition)
        instances.begin(
            session, definition, variables=said, start=start.element, because={"signal": name}, by=by, now=now
        )
        begun += 1
    body = {"name": name, "heard": len(rows), "started": begun}
    audit.append(session, audit.PLATFORM, "signal.broadcast", name, body, by=by, now=now)
    return len(rows) + begun


def drain_messages(database: Database, *, now: datetime, limit: int = 100) -> int:
    """
    Bring owed messages to where they go, each in a transaction of its own; safe to call from anywhere and at once.

    Returns:
        How many were brought, and how many waiting ones have expired.
    """
    worker = acting.worker(database, now=now)
    done = database.perform(lambda session: post.look_after_waiting(session, by=worker, now=now), by=worker, now=now)
    for _ in range(limit):
        if not database.perform(lambda session: post.bring_one(session, by=worker, now=now), by=worker, now=now):
            break
        done += 1
        database.breathe()
    return done


def _must_run(case: Case) -> None:
    if case.status != "running":
        raise Conflict(f"The case is {case.status}; it hears nothing until it is resumed.")
