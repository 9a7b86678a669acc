"""What is due is leased to whoever sends it; what nobody needs to be told any more is withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.delivered import End, end
from engine.identity.person import Person
from engine.outbox.owing import DIGEST
from engine.outbox.statements import DUE, IN_DIGEST, LATER, NEXT, TAKE, WAITING
from engine.outreach import routes
from engine.outreach.content import family
from engine.subscriptions.feed import LANE as WEBHOOK_LANE
from engine.subscriptions.feed import WEBHOOK

LANES = ("urgent", "bulk", WEBHOOK_LANE)
LEASE = timedelta(minutes=5)
"""Longer than any sender takes, whatever the other side does."""
URGENCY = {"bulk": "ordinary"}
"""What lanes are not urgent; nothing else knows quiet hours."""


@dataclass(frozen=True, kw_only=True)
class Owed:
    """
    A leased delivery, with what a sender must know; the case's words only where they may be told.

    `items` are the messages that a digest gathers; `at` is the product's moment at which it is sent.
    """

    id: UUID
    lock: str
    kind: str
    channel: str
    data: dict[str, Any]
    recipient: str
    name: str
    email: str | None
    zone: str | None
    instance_id: UUID | None
    task_id: UUID | None
    title: str | None
    key: str | None
    confidential: bool
    task: str | None
    due_at: datetime | None
    at: datetime
    items: tuple["Owed", ...] = ()


def take(
    session: Session,
    lane: str,
    channels: Sequence[str],
    *,
    limit: int,
    lock: str,
    by: Person,
    now: datetime,
    machine_now: datetime,
) -> tuple[list[Owed], int]:
    """
    Lease what is due on a lane, oldest first. What nobody needs to be told any more is withdrawn on the way.

    Of one case one person gets its messages in their order: the next waits while the one before is owed and due.

    Returns:
        What is leased, and how many were looked at, withdrawn ones included.

    Args:
        channels: those that can be sent by: `mail`, `chat` for all chat channels.
        lock: a name that proves the lease.
    """
    waiting = session.execute(WAITING, {"of_lane": lane}).scalars()
    names = [name for name in waiting if family(name) in channels]
    if not names:
        return [], 0
    given = {"of_lane": lane, "channels": names, "now": now, "machine_now": machine_now, "at_most": limit}
    found = session.execute(DUE, given).all()
    ways = routes.ways(session) if found else None
    leased, ends = list[Owed](), list[End]()
    for row in found:
        moment = ways.not_before(row.recipient, URGENCY.get(lane, "urgent"), now) if ways else now
        items, why = _items(session, row, ends, now), _is_moot(row, now)
        if why or (row.kind == DIGEST and not items):
            why = why or "Nothing of it is left to say."
            ends += [End(row=one, status="withdrawn", tries=row.attempts, why=why) for one in (row, *items)]
        elif moment > now:
            session.execute(LATER, {"delivery": row.id, "moment": moment})
        else:
            session.execute(TAKE, {"delivery": row.id, "lease_of": lock, "until": machine_now + LEASE})
            leased.append(_owed(row, lock, tuple(_owed(item, lock, at=now) for item in items), at=now))
    end(session, ends, by=by, now=now)
    return leased, len(found)


def _items(session: Session, row: Any, ends: list[End], now: datetime) -> list[Any]:
    """What a digest has to say; what nobody needs to be told any more comes to `ends`."""
    if row.kind != DIGEST:
        return []
    left = []
    for item in session.execute(IN_DIGEST, {"digest": row.id}).all():
        if why := _is_moot(item, now):
            ends.append(End(row=item, status="withdrawn", tries=0, why=why))
        else:
            left.append(item)
    return left


def next_due(lane: str, session: Session, after: datetime) -> datetime | None:
    """The earliest moment after `after` at which something of a lane is to be sent."""
    return NEXT.earliest(session, {"of_lane": lane, "after": after})


def _is_moot(row: Any, now: datetime) -> str | None:
    """Why nobody needs to be told any more; None where somebody does."""
    if row.channel == WEBHOOK:  # What machines are told stays true; only a question can be too late.
        until = row.body.get("until")
        return "The time to answer is over." if until and datetime.fromisoformat(until) <= now else None
    if row.active is not True:
        return "Whoever was to be told has left."
    if row.task_status in ("completed", "withdrawn"):
        return f"The task is {row.task_status}."
    held = row.body.get("holder") == row.recipient
    if held and row.holder not in (None, row.recipient):
        return f"{row.holder} holds the task now."
    if held and row.kind == "assigned" and row.holder is None:
        return "He has given the task back."
    return None


def _owed(row: Any, lock: str, items: tuple[Owed, ...] = (), *, at: datetime) -> Owed:
    return Owed(
        id=row.id,
        lock=lock,
        kind=row.kind,
        channel=row.channel,
        data=row.body,
        recipient=row.recipient,
        name=row.person or row.recipient,
        email=row.email,
        zone=row.zone,
        instance_id=row.instance_id,
        task_id=row.task_id,
        title=row.title,
        key=row.business_key,
        confidential=bool(row.confidential),
        task=row.task,
        due_at=row.due_at,
        at=at,
        items=items,
    )
