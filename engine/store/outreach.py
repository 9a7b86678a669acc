"""Where people are reached beside their mail: chat channels, with history."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Id, Table


class ChannelVersion(Table):
    """One version of a chat channel, under its digest. The highest number is in force; its address is a secret."""

    __tablename__ = "channels"
    __table_args__ = (UniqueConstraint("key", "number"), CheckConstraint("number > 0", name="number"))

    id: Mapped[Id]
    key: Mapped[str]
    number: Mapped[int]
    digest: Mapped[str]
    content: Mapped[dict[str, Any]]
    since: Mapped[datetime]
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))


class WishesRow(Table):
    """How one person wishes to be told; who has no row is told by mail, at once."""

    __tablename__ = "wishes"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    content: Mapped[dict[str, Any]]
