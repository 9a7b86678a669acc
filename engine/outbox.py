"""
What is owed to the outside: committed with its cause, sent after the commit, at least once.

One delivery for each event, recipient and channel, ever: whatever restarts
owes nothing twice. Whoever sends leases a delivery by the machine's clock; a
lease that runs out goes to the next, under the same Message-ID. Every attempt
is noted, and what cannot be sent stays where people see it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import access, audit
from engine.backoff import WAITS, rest
from engine.delivered import ENDS, LONGEST_ANSWER, End, chain_of, end
from engine.errors import Conflict, Forbidden, NotFound
from engine.hot import Hot
from engine.identity.person import Person
from engine.ids import id_of, new_id
from engine.outreach import routes
from engine.outreach.content import MAIL, family
from engine.outreach.routes import Ways
from engine.store.base import table_of
from engine.store.people import PersonRow
from engine.store.records import Delivery, DeliveryAttempt
from engine.store.running import Instance, Task
from engine.subscriptions.feed import LANE as WEBHOOK_LANE
from engine.subscriptions.feed import WEBHOOK

DELIVERY, ATTEMPT = table_of(Delivery), table_of(DeliveryAttempt)
DIGEST = "digest"
LANES = ("urgent", "bulk", WEBHOOK_LANE)
LEASE = timedelta(minutes=5)
"""Longer than any sender takes, whatever the other side does."""
URGENCY = {"bulk": "ordinary"}
"""What lanes are not urgent; nothing else knows quiet hours."""
PATIENCE = 3
"""Failures after which another channel takes over, where there is one."""
LONGEST_WAIT = timedelta(hours=2)
"""The longest rest that the other side may ask for."""

OWED, ALONE = text("deliveries.status = 'owed'"), text("deliveries.digest_id IS NULL")
OWE = {
    "postgresql": postgresql.insert(DELIVERY).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(DELIVERY).on_conflict_do_nothing(),
}
BEFORE = DELIVERY.alias("earlier")
EARLIER = (
    select(BEFORE.c.id)
    .where(text("earlier.status = 'owed'"), text("earlier.digest_id IS NULL"))
    .where(*(BEFORE.c[name] == DELIVERY.c[name] for name in ("instance_id", "recipient", "channel", "lane")))
    .where(BEFORE.c.next_attempt_at <= bindparam("now"), BEFORE.c.id < DELIVERY.c.id)
    .correlate(DELIVERY)
    .exists()
)
"""An earlier message of the same case to the same person by the same way, which is due: it goes first."""

ROWS = (
    select(
        DELIVERY,
        PersonRow.name.label("person"),
        PersonRow.email,
        PersonRow.zone,
        PersonRow.active,
        Instance.title,
        Instance.business_key,
        Instance.confidential,
        Task.name.label("task"),
        Task.status.label("task_status"),
        Task.holder,
        Task.due_at,
    )
    .outerjoin(PersonRow, PersonRow.id == DELIVERY.c.recipient)
    .outerjoin(Instance, Instance.id == DELIVERY.c.instance_id)
    .outerjoin(Task, Task.id == DELIVERY.c.task_id)
    .where(OWED)
)
DUE = (
    ROWS.where(
        ALONE,
        DELIVERY.c.lane == bindparam("of_lane"),
        DELIVERY.c.next_attempt_at <= bindparam("now"),
        DELIVERY.c.channel.in_(bindparam("channels", expanding=True)),
        or_(DELIVERY.c.leased_until.is_(None), DELIVERY.c.leased_until <= bindparam("machine_now")),
        ~EARLIER,
    )
    .order_by(DELIVERY.c.next_attempt_at, DELIVERY.c.id)
    .limit(bindparam("at_most"))
    .with_for_update(of=DELIVERY, skip_locked=True)
)
IN_DIGEST = ROWS.where(DELIVERY.c.digest_id == bindparam("digest")).order_by(DELIVERY.c.id).with_for_update(of=DELIVERY)
DEAD_WITH = (
    update(DELIVERY)
    .where(DELIVERY.c.digest_id == bindparam("digest"), text("deliveries.status = 'dead'"))
    .values(status="owed", ended_at=None, note=None)
)
MOVE_TO = (
    update(DELIVERY)
    .where(DELIVERY.c.digest_id == bindparam("digest"), OWED)
    .values(digest_id=bindparam("other"), channel=bindparam("by"))
)
LATER = update(DELIVERY).where(DELIVERY.c.id == bindparam("delivery")).values(next_attempt_at=bindparam("moment"))
TAKE = (
    update(DELIVERY)
    .where(DELIVERY.c.id == bindparam("delivery"))
    .values(lock=bindparam("lease_of"), leased_until=bindparam("until"))
)
MINE = (
    select(DELIVERY)
    .where(DELIVERY.c.id == bindparam("delivery"), DELIVERY.c.lock == bindparam("lease_of"))
    .with_for_update()
)
NEXT = Hot(
    select(func.min(DELIVERY.c.next_attempt_at)).where(
        OWED,
        ALONE,
        DELIVERY.c.lane == bindparam("of_lane"),
        DELIVERY.c.next_attempt_at > bindparam("after"),
    )
)
WAITING = select(DELIVERY.c.channel).distinct().where(OWED, ALONE, DELIVERY.c.lane == bindparam("of_lane"))
UNTIED = (
    select(DELIVERY.c.id)
    .where(
        text("deliveries.status = 'owed'"),
        DELIVERY.c.lane == bindparam("of_lane"),
        DELIVERY.c.next_attempt_at < bindparam("later"),
        DELIVERY.c.recipient == bindparam("to"),
        DELIVERY.c.channel == bindparam("by_channel"),
        DELIVERY.c.lock.is_(None),
    )
    .with_for_update(skip_locked=True)
)
LEAVE_ALONE = update(DELIVERY).where(DELIVERY.c.id.in_(UNTIED)).values(next_attempt_at=bindparam("later"))
BY_ID = select(DELIVERY).where(DELIVERY.c.id == bindparam("delivery")).with_for_update()


@dataclass(frozen=True, kw_only=True)
class Notice:
    """
    What one person is to be told.

    Args:
        event: what happened, by a name of its own: he is told of it once on each channel.
        recipient: the id of a person.
        template: which words: `assigned`, `reminder`, `due`, `overdue`, `unclaimed`, `call`, `notice`, `vacant`.
        channels: by which he is told, as far as they are there and for him; by default the usual ones.
        cause: who did it; he is not told of his own act.
        private: it is about his account: by mail alone and at once, whatever he wishes.
    """

    event: str
    recipient: str
    template: str
    urgency: str = "ordinary"
    instance_id: UUID | None = None
    task_id: UUID | None = None
    data: dict[str, Any] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    cause: str | None = None
    private: bool = False


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


def owe(session: Session, notices: Iterable[Notice], *, now: datetime) -> list[dict[str, Any]]:
    """
    Owe each of them, in the transaction of its cause; one that is owed already is nothing.

    Returns:
        The rows of those that were new, for the trail of the cause to speak of them; without digests.
    """
    rows = rows_of(session, notices, now=now)
    new = set(_insert(session, rows)) if rows else set()
    return [row for row in rows if row["id"] in new and row["kind"] != DIGEST]


def rows_of(
    session: Session, notices: Iterable[Notice], *, organisation: bytes | None = None, now: datetime
) -> list[dict[str, Any]]:
    """
    The rows of these notices, for a step that writes all it means in one journey; digests before what is in them.

    Args:
        organisation: the head of the platform's chain, where it is known.
    """
    told = [one for one in notices if one.recipient != one.cause]
    if not told:
        return []
    ways = routes.ways(session, organisation=organisation)
    rows = [row for one in told for row in _rows(one, ways, now)]
    return list({row["id"]: row for row in rows}.values())


def _rows(one: Notice, ways: Ways, now: datetime) -> list[dict[str, Any]]:
    """A message on each route and, where the person is told of it among others, the digest that will hold it."""
    routes_of = ((MAIL,),) if one.private else ways.routes(one.recipient, one.channels, one.urgency)
    return [row for route in routes_of for row in _row(one, route, ways, now)]


def _row(one: Notice, route: tuple[str, ...], ways: Ways, now: datetime) -> list[dict[str, Any]]:
    first, *further = route
    urgency = "urgent" if one.private else one.urgency
    gathered = ways.digest_at(one.recipient, urgency, now)
    row = {
        "id": new_id(),
        "instance_id": one.instance_id,
        "task_id": one.task_id,
        "lane": "urgent" if urgency == "urgent" else "bulk",
        "event": one.event,
        "kind": one.template,
        "recipient": one.recipient,
        "channel": first,
        "further": further,
        "digest_id": None,
        "body": one.data,
        "status": "owed",
        "owed_at": now,
        "next_attempt_at": gathered or ways.not_before(one.recipient, urgency, now),
        "attempts": 0,
    }
    if gathered is None:
        return [row]
    digest = row | {"id": id_of(gathered, one.recipient, first), "event": f"digest:{gathered.isoformat()}"}
    digest |= {"kind": DIGEST, "instance_id": None, "task_id": None, "body": {}}
    return [digest, row | {"digest_id": digest["id"]}]


def _insert(session: Session, rows: list[dict[str, Any]]) -> list[Any]:
    """The ids of those that were new."""
    return list(session.execute(OWE[session.get_bind().dialect.name].returning(DELIVERY.c.id), rows).scalars())


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


def sent(session: Session, owed: Owed, answer: str, *, by: Person, now: datetime) -> bool:
    """Note that it was sent; nothing where the lease is over and another sends it. Whether it was noted."""
    row = session.execute(MINE, {"delivery": owed.id, "lease_of": owed.lock}).one_or_none()
    if row is not None:
        _note(session, row, "sent", answer, now=now)
        end(session, _all(session, row, "sent", row.attempts + 1, None), by=by, now=now)
    return row is not None


def failed(
    session: Session,
    owed: Owed,
    why: str,
    *,
    permanent: bool,
    after: timedelta | None = None,
    away: bool = False,
    by: Person,
    now: datetime,
) -> None:
    """
    Note that it was not sent: it rests and is tried again, goes by the next channel, or is dead where there is none.

    Args:
        permanent: whether trying it again by this channel is of no use.
        after: how long the other side wants to be left alone.
        away: whether it did not answer at all: what else it is owed on this lane rests as long, so that nobody waits
            behind it. That counts as no try.
    """
    row = session.execute(MINE, {"delivery": owed.id, "lease_of": owed.lock}).one_or_none()
    if row is None:
        return
    tries = row.attempts + 1
    _note(session, row, "refused" if permanent else "failed", why, now=now)
    if (permanent or tries >= PATIENCE) and _pass_on(session, row, now=now):
        end(session, [End(row=row, status="passed_on", tries=tries, why=why)], by=by, now=now)
    elif permanent or tries > len(WAITS):
        end(session, _all(session, row, "dead", tries, why), by=by, now=now)
    else:
        moment = now + max(rest(tries, row.id), min(after or timedelta(0), LONGEST_WAIT))
        given = {"becomes": "owed", "tries": tries, "moment": moment, "ends": None}
        session.execute(ENDS, {"delivery": row.id, "why": why[:LONGEST_ANSWER], **given})
        if away:
            whom = {"of_lane": row.lane, "to": row.recipient, "by_channel": row.channel}
            session.execute(LEAVE_ALONE, {"later": moment, **whom})


def _pass_on(session: Session, row: Any, *, now: datetime) -> bool:
    """Whether another channel takes over; one by which he is told of this already does not."""
    kept = ("instance_id", "task_id", "lane", "event", "kind", "recipient", "body")
    again = {name: getattr(row, name) for name in kept}
    for place, channel in enumerate(row.further, 1):
        further = row.further[place:]
        begins = {"status": "owed", "owed_at": now, "next_attempt_at": now, "attempts": 0}
        new = _insert(session, [{"id": new_id(), "channel": channel, "further": further, **again, **begins}])
        if new:
            session.execute(MOVE_TO, {"digest": row.id, "other": new[0], "by": channel})
            return True
    return False


def retry(session: Session, delivery_id: UUID, *, by: Person, now: datetime) -> None:
    """
    Owe once more what is dead, under the same Message-ID.

    Raises:
        NotFound: there is no such delivery.
        Forbidden: `by` neither manages the platform nor is to be told.
        Conflict: it is not dead, or it was part of a digest.
    """
    access.must_act(by)
    row = session.execute(BY_ID, {"delivery": delivery_id}).one_or_none()
    if row is None:
        raise NotFound("delivery", str(delivery_id))
    if not by.platform_admin and by.id != row.recipient:
        raise Forbidden(f"{by.name} does not look after deliveries.", "Ask an administrator of the platform.")
    if row.status != "dead":
        raise Conflict(f"It is {row.status}; only what is dead is sent again by hand.")
    if row.digest_id:
        raise Conflict(f"It was part of a digest. Send that once more: {row.digest_id}.")
    given = {"becomes": "owed", "tries": 0, "moment": now, "ends": None, "why": None}
    session.execute(ENDS, {"delivery": row.id, **given})
    session.execute(DEAD_WITH, {"digest": row.id})
    audit.append(session, chain_of(row), "delivery.retried", row.id, {"recipient": row.recipient}, by=by, now=now)


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


def _note(session: Session, row: Any, outcome: str, answer: str, *, now: datetime) -> None:
    tried = session.scalar(select(func.max(ATTEMPT.c.number)).where(ATTEMPT.c.delivery_id == row.id)) or 0
    noted = {"delivery_id": row.id, "number": tried + 1, "at": now, "outcome": outcome}
    session.execute(insert(ATTEMPT), [noted | {"answer": answer[:LONGEST_ANSWER]}])


def _all(session: Session, row: Any, status: str, tries: int, why: str | None) -> list[End]:
    """The end of a delivery and, where it is a digest, of all that is left in it."""
    items = session.execute(IN_DIGEST, {"digest": row.id}).all() if row.kind == DIGEST else []
    gathered = [End(row=item, status=status, tries=1, why=why) for item in items]
    return [End(row=row, status=status, tries=tries, why=why), *gathered]
