"""What people without an account may tell: the ways in, what came in by them, and what was answered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Big, Id, Table


class WayVersion(Table):
    """One version of a way in, under its digest. The highest number is in force."""

    __tablename__ = "public_ways"
    __table_args__ = (UniqueConstraint("key", "number"), CheckConstraint("number > 0", name="number"))

    id: Mapped[Id]
    key: Mapped[str]
    number: Mapped[int]
    digest: Mapped[str]
    content: Mapped[dict[str, Any]]
    since: Mapped[datetime]
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))


class PublicThread(Table):
    """
    What ties a case to somebody nobody knows: the digest of a code that he alone has.

    `told` is the message by which the case hears that he wrote again; without one he cannot.
    """

    __tablename__ = "public_threads"
    __table_args__ = (CheckConstraint("length(code_digest) = 64", name="code_digest"),)

    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"), primary_key=True)
    way: Mapped[str]
    code_digest: Mapped[str] = mapped_column(unique=True)
    told: Mapped[str | None]
    opened_at: Mapped[datetime]


class PublicLetter(Table):
    """What whoever has the code reads."""

    __tablename__ = "public_letters"
    __table_args__ = (CheckConstraint("number > 0", name="number"), CheckConstraint("length(text) > 0", name="text"))

    instance_id: Mapped[UUID] = mapped_column(ForeignKey("public_threads.instance_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    text: Mapped[str]


class PublicFile(Table):
    """A file that came in with a report. The bytes lie in the evidence folder, by their content."""

    __tablename__ = "public_files"

    id: Mapped[Id]
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("public_threads.instance_id"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[Big]
    sha256: Mapped[str]
    received_at: Mapped[datetime]
