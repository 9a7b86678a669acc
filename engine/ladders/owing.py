"""Messages owed to those who are told on a rung: one for each event, recipient and channel."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine.ids import new_id
from engine.store.base import table_of
from engine.store.records import Delivery

OWE = insert(table_of(Delivery))


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What one person is to be told. `cause` is who did it; he is not told of his own act."""

    event: str
    recipient: str
    template: str
    urgency: str
    instance_id: UUID | None = None
    task_id: UUID | None = None
    data: dict[str, Any] = field(default_factory=dict)
    cause: str | None = None


def owe(session: Session, notices: Iterable[Notice], *, now: datetime) -> int:
    """Owe each of them, in the transaction of what they tell; returns how many."""
    rows = [
        {
            "id": new_id(),
            "instance_id": one.instance_id,
            "lane": "urgent" if one.urgency == "urgent" else "bulk",
            "event": one.event,
            "kind": one.template,
            "recipient": one.recipient,
            "channel": "mail",
            "body": one.data,
            "owed_at": now,
            "next_attempt_at": now,
        }
        for one in notices
        if one.recipient != one.cause
    ]
    if rows:
        session.execute(OWE, rows)
    return len(rows)
