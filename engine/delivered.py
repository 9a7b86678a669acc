"""
How deliveries end: on their rows and in the trail, in one transaction.

Each end is an entry of the chain of the case, or of the platform where there
is none, with a digest of what was said to whom and of every try. What a
subscription was told has a chain of its own, as what comes in by a hook has:
else every entry of a case would have an entry about being told. So `verify`
finds a delivery that was edited, sent again in silence, or deleted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from engine import audit
from engine.core.chain import content_digest
from engine.hot import Hot
from engine.identity.person import Person
from engine.store.base import table_of
from engine.store.records import Delivery, DeliveryAttempt

DELIVERY, ATTEMPT = table_of(Delivery), table_of(DeliveryAttempt)
LONGEST_ANSWER = 1_000
SUBSCRIBER = "subscription:"
"""How recipients begin that are no people."""

ENDS = (
    update(DELIVERY)
    .where(DELIVERY.c.id == bindparam("delivery"))
    .values(
        status=bindparam("becomes"),
        attempts=bindparam("tries"),
        next_attempt_at=bindparam("moment"),
        ended_at=bindparam("ends"),
        note=bindparam("why"),
        lock=None,
        leased_until=None,
    )
)
TRIED = Hot(
    select(ATTEMPT.c.number, ATTEMPT.c.at, ATTEMPT.c.outcome, ATTEMPT.c.answer)
    .where(ATTEMPT.c.delivery_id == bindparam("delivery"))
    .order_by(ATTEMPT.c.number)
)
SAID = ("event", "recipient", "channel", "kind", "lane", "body")


@dataclass(frozen=True, kw_only=True)
class End:
    """
    What becomes of a delivery.

    Args:
        row: as it stands in the database.
        status: `sent`, `dead`, `withdrawn` or `passed_on`.
        why: unless it was sent.
    """

    row: Any
    status: str
    tries: int
    why: str | None = None


def end(session: Session, ends: Iterable[End], *, by: Person, now: datetime) -> None:
    """End these; chains are locked in the same order by whoever ends several, and the platform's last."""
    for _, together in groupby(sorted(ends, key=lambda one: _place(one.row)), key=lambda one: _place(one.row)):
        found = list(together)
        chain = audit.extend(session, chain_of(found[0].row))
        for one in found:
            why = one.why[:LONGEST_ANSWER] if one.why else None
            given = {"becomes": one.status, "tries": one.tries, "moment": one.row.next_attempt_at, "ends": now}
            session.execute(ENDS, {"delivery": one.row.id, "why": why, **given})
            told = {name: getattr(one.row, name) for name in ("recipient", "channel", "kind")}
            told |= {"digest": digest_of(one.row), "tried": tried_of(session, one.row.id), "tries": one.tries}
            chain.add(f"delivery.{one.status}", one.row.id, told | {"why": why}, by=by.id, now=now)
        audit.save(session, chain)


def chain_of(row: Any) -> UUID | str:
    """The chain that speaks of a delivery."""
    if row.recipient.startswith(SUBSCRIBER):
        return str(row.recipient)
    return row.instance_id or audit.PLATFORM


def digest_of(row: Any) -> str:
    """SHA-256 of what a delivery says, to whom and because of what."""
    said: Mapping[str, Any] = {name: getattr(row, name) for name in SAID}
    ids = {name: str(value) if (value := getattr(row, name)) else None for name in ("id", "instance_id", "task_id")}
    return content_digest({**said, **ids, "owed_at": row.owed_at.isoformat()}).hex()


def tried_of(session: Session, delivery_id: UUID) -> str:
    """SHA-256 of every try to send it, and of what the other side said."""
    rows = TRIED.all(session, {"delivery": delivery_id})
    return content_digest([[row.number, row.at.isoformat(), row.outcome, row.answer] for row in rows]).hex()


def _place(row: Any) -> tuple[bool, str]:
    chain = chain_of(row)
    return chain == audit.PLATFORM, str(chain)
