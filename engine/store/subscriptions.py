"""Who is told of which events, with history."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Id, Table


class SubscriptionVersion(Table):
    """
    One version of a webhook subscription, under its digest. The highest number is in force.

    `change` counts the changes of all: the newest row says whether what is known of them still holds.
    """

    __tablename__ = "webhook_subscriptions"
    __table_args__ = (
        UniqueConstraint("key", "number"),
        UniqueConstraint("change"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("change > 0", name="change"),
    )

    id: Mapped[Id]
    key: Mapped[str]
    number: Mapped[int]
    change: Mapped[int]
    digest: Mapped[str]
    content: Mapped[dict[str, Any]]
    since: Mapped[datetime]
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))
