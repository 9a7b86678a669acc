"""Hooks with their history and secrets, what came in through them, and samples of metrics."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Id, Table, one_of

OUTCOMES = ("started", "joined", "told", "kept", "passed_over", "refused")


class HookVersion(Table):
    """One version of a hook, under its digest. The highest number is in force."""

    __tablename__ = "hooks"
    __table_args__ = (UniqueConstraint("key", "number"), CheckConstraint("number > 0", name="number"))

    id: Mapped[Id]
    key: Mapped[str]
    number: Mapped[int]
    digest: Mapped[str]
    content: Mapped[dict[str, Any]]
    since: Mapped[datetime]
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))


class Secret(Table):
    """What a hook is signed with, locked by a key that is not in the database. The newest has no end."""

    __tablename__ = "secrets"
    __table_args__ = (CheckConstraint("until IS NULL OR until >= since", name="until"),)

    id: Mapped[Id]
    owner: Mapped[str] = mapped_column(index=True)
    locked: Mapped[bytes]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))


class HookReceipt(Table):
    """What came in through a hook, byte for byte. The same bytes sent again are the same receipt."""

    __tablename__ = "hook_receipts"
    __table_args__ = (UniqueConstraint("hook", "sha256"),)

    id: Mapped[Id]
    hook: Mapped[str]
    version: Mapped[int]
    at: Mapped[datetime]
    sha256: Mapped[bytes]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes]


class HookEvent(Table):
    """One thing that a receipt tells. Its identity says that it has one effect, however often it is sent."""

    __tablename__ = "hook_events"
    __table_args__ = (
        CheckConstraint(one_of("outcome", *OUTCOMES), name="outcome"),
        CheckConstraint("outcome NOT IN ('started', 'joined', 'told') OR instance_id IS NOT NULL", name="instance"),
        CheckConstraint("(outcome IN ('refused', 'passed_over')) = (why IS NOT NULL)", name="why"),
        Index("hook_events_receipt", "receipt_id"),
    )

    hook: Mapped[str] = mapped_column(primary_key=True)
    identity: Mapped[str] = mapped_column(primary_key=True)
    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("hook_receipts.id"))
    at: Mapped[datetime]
    outcome: Mapped[str]
    key: Mapped[str | None]
    instance_id: Mapped[UUID | None] = mapped_column(ForeignKey("instances.id"), index=True)
    why: Mapped[str | None]


class HookCase(Table):
    """The newest case that a hook started under a duplicate key. Its row is what two at once wait for."""

    __tablename__ = "hook_cases"

    hook: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID | None] = mapped_column(ForeignKey("instances.id"))


class Sample(Table):
    """One measurement of one metric about one subject, and the limit it was held against. ISO 42001, 9.1."""

    __tablename__ = "samples"
    __table_args__ = (
        UniqueConstraint("hook", "subject", "name", "part", "at"),
        Index("samples_trend", "subject", "name", "part", "at"),
    )

    id: Mapped[Id]
    hook: Mapped[str]
    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("hook_receipts.id"))
    subject: Mapped[str]
    name: Mapped[str]
    part: Mapped[str]
    value: Mapped[float] = mapped_column(Double)
    limit_value: Mapped[float | None] = mapped_column(Double)
    at: Mapped[datetime]
    model_version: Mapped[str | None]
    breach: Mapped[bool]
    instance_id: Mapped[UUID | None] = mapped_column(ForeignKey("instances.id"), index=True)
