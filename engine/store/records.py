"""Records beside the run: evidence, signatures, comments, the audit trail with its seals, and what is owed outside."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Big, Document, Id, Table, index_where, one_of


class Evidence(Table):
    """
    A file or a link that proves something, in a slot of a task. Newer versions keep the older.

    `effective_on` is the day the evidence speaks of, `version` that of what it speaks of, such as a model, and
    `received_at` the moment it arrived (ISO 9001, 7.5.3).
    """

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint(one_of("kind", "file", "link"), name="kind"),
        CheckConstraint("(kind = 'file') = (sha256 IS NOT NULL)", name="file_has_digest"),
        CheckConstraint("(kind = 'link') = (url IS NOT NULL)", name="link_has_url"),
        CheckConstraint("version <> ''", name="version_is_not_blank"),
        UniqueConstraint("replaces_id"),
        index_where("evidence_replacing", "replaces_id IS NOT NULL", "by", "task_id"),
    )

    id: Mapped[Id]
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"), index=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"), index=True)
    slot: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str | None]
    size: Mapped[Big | None]
    sha256: Mapped[str | None] = mapped_column(index=True)
    url: Mapped[str | None]
    effective_on: Mapped[date | None]
    version: Mapped[str | None]
    received_at: Mapped[datetime]
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("evidence.id"))


class Signature(Table):
    """
    A person's statement under a digest of what it covers and of the diagram's version.

    When covered content changes later, `outdated_at` says since when the
    signature is for an earlier version; the row itself stays as it was.
    """

    __tablename__ = "signatures"
    __table_args__ = (
        CheckConstraint(one_of("meaning", "approved", "verified", "reviewed", "authored"), name="meaning"),
        UniqueConstraint("task_id", "by"),
    )

    id: Mapped[Id]
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"), index=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"))
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    meaning: Mapped[str]
    at: Mapped[datetime]
    digest: Mapped[str]
    covered: Mapped[dict[str, Any]]
    definition_id: Mapped[UUID] = mapped_column(ForeignKey("definitions.id"))
    outdated_at: Mapped[datetime | None]


class Comment(Table):
    """What somebody said about a case or one of its tasks."""

    __tablename__ = "comments"

    id: Mapped[Id]
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"), index=True)
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id"))
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    text: Mapped[str]


class FrozenDocument(Table):
    """Content that a case has frozen at one moment: canonical JSON under its SHA-256. Rows are never changed."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("instance_id", "name", "digest"),
        CheckConstraint("length(name) > 0", name="name"),
    )

    id: Mapped[Id]
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"))
    element: Mapped[str]
    name: Mapped[str]
    digest: Mapped[str]
    content: Mapped[bytes]
    at: Mapped[datetime]


class Chain(Table):
    """The head of a chain that no instance owns, such as `platform`. Its writers lock this row first."""

    __tablename__ = "chains"

    key: Mapped[str] = mapped_column(primary_key=True)
    length: Mapped[int] = mapped_column(default=0)
    head: Mapped[bytes] = mapped_column(default=b"")


class AuditEntry(Table):
    """
    One link of a chain: append-only.

    `chain` is an instance's id or `platform`. The key also refuses a lost
    update: two steps from one version would both write the same number.
    `digest` is over `salt` and `body`: what the link speaks of. These two can
    be erased and leave the chain whole; `verify` then says erased.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("(body IS NULL) = (erased_at IS NOT NULL)", name="erased"),
        CheckConstraint("(body IS NULL) = (salt IS NULL)", name="salt"),
    )

    chain: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    actor: Mapped[str]
    acting_for: Mapped[str | None]
    verb: Mapped[str]
    subject: Mapped[str]
    salt: Mapped[bytes | None]
    body: Mapped[bytes | None]
    digest: Mapped[bytes]
    hash: Mapped[bytes]
    erased_at: Mapped[datetime | None]


class Seal(Table):
    """
    The heads of all chains at one moment, in a Merkle tree whose root is signed (Ed25519).

    The key lies outside the database, so cutting a tail or rehashing a whole
    chain is found. Each seal names the one before.
    """

    __tablename__ = "seals"
    __table_args__ = (Index("seals_at", "at"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    heads: Mapped[list[Any]] = mapped_column(Document)
    root: Mapped[bytes]
    previous: Mapped[bytes]
    key: Mapped[str]
    signature: Mapped[bytes]


class Delivery(Table):
    """
    One message owed to the outside: one for each event, recipient and channel, ever.

    Leased by `lock` while it is sent; `leased_until` is the machine's clock. When
    it fails, the first of the channels `further` takes over, as a delivery of
    its own, and this one is `passed_on`. What is gathered in a digest is not
    sent by itself, but ends with the digest.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("event", "recipient", "channel"),
        CheckConstraint(one_of("lane", "urgent", "bulk", "webhooks"), name="lane"),
        CheckConstraint(one_of("status", "owed", "sent", "dead", "withdrawn", "passed_on"), name="status"),
        CheckConstraint("(lock IS NULL) = (leased_until IS NULL)", name="lock"),
        index_where("deliveries_owed", "status = 'owed'", "lane", "next_attempt_at", "id"),
        index_where("deliveries_digest", "digest_id IS NOT NULL", "digest_id"),
    )

    id: Mapped[Id]
    instance_id: Mapped[UUID | None] = mapped_column(ForeignKey("instances.id"), index=True)
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id"))
    lane: Mapped[str]
    event: Mapped[str]
    kind: Mapped[str]
    recipient: Mapped[str]
    channel: Mapped[str]
    further: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'"))
    digest_id: Mapped[UUID | None] = mapped_column(ForeignKey("deliveries.id"))
    body: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(default="owed")
    owed_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lock: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    note: Mapped[str | None]


class DeliveryAttempt(Table):
    """One try to send: when, what came of it, and what the other side said."""

    __tablename__ = "delivery_attempts"
    __table_args__ = (CheckConstraint(one_of("outcome", "sent", "failed", "refused"), name="outcome"),)

    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    outcome: Mapped[str]
    answer: Mapped[str] = mapped_column(default="")


class SimulatedMoment(Table):
    """The moment of a clock that moves only when told. At most one row; none means the machine's clock rules."""

    __tablename__ = "simulated_moment"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    now: Mapped[datetime]


class Heartbeat(Table):
    """The last sign of life of each worker, by the machine's clock."""

    __tablename__ = "heartbeats"

    worker: Mapped[str] = mapped_column(primary_key=True)
    lanes: Mapped[list[str]] = mapped_column(Document)
    at: Mapped[datetime]


class Setting(Table):
    """A fact about this installation that must survive restarts, such as which seeds were applied."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
