"""What became of a try: sent, tried again later, passed on to another channel, or dead until somebody retries it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from engine import access, audit
from engine.backoff import WAITS, rest
from engine.delivered import ENDS, LONGEST_ANSWER, End, chain_of, end
from engine.errors import Conflict, Forbidden, NotFound
from engine.identity.person import Person
from engine.ids import new_id
from engine.outbox.leasing import Owed
from engine.outbox.owing import DIGEST, insert_new
from engine.outbox.statements import ATTEMPT, BY_ID, DEAD_WITH, IN_DIGEST, LEAVE_ALONE, MINE, MOVE_TO

PATIENCE = 3
"""Failures after which another channel takes over, where there is one."""
LONGEST_WAIT = timedelta(hours=2)
"""The longest rest that the other side may ask for."""


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
        new = insert_new(session, [{"id": new_id(), "channel": channel, "further": further, **again, **begins}])
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


def _note(session: Session, row: Any, outcome: str, answer: str, *, now: datetime) -> None:
    tried = session.scalar(select(func.max(ATTEMPT.c.number)).where(ATTEMPT.c.delivery_id == row.id)) or 0
    noted = {"delivery_id": row.id, "number": tried + 1, "at": now, "outcome": outcome}
    session.execute(insert(ATTEMPT), [noted | {"answer": answer[:LONGEST_ANSWER]}])


def _all(session: Session, row: Any, status: str, tries: int, why: str | None) -> list[End]:
    """The end of a delivery and, where it is a digest, of all that is left in it."""
    items = session.execute(IN_DIGEST, {"digest": row.id}).all() if row.kind == DIGEST else []
    gathered = [End(row=item, status=status, tries=1, why=why) for item in items]
    return [End(row=row, status=status, tries=tries, why=why), *gathered]
