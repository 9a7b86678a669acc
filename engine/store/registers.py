"""Registers: what each one holds by which rules, its rows as they are, and as they were."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Table, index_where, one_of


class Register(Table):
    """One register, and the version of its definition that counts now."""

    __tablename__ = "registers"
    __table_args__ = (CheckConstraint("version > 0", name="version"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]


class RegisterVersion(Table):
    """What a register was defined as: its file, and the form that its rows are filled in with."""

    __tablename__ = "register_versions"

    register: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    form: Mapped[bytes]
    digest: Mapped[str]
    since: Mapped[datetime]
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))


class RegisterRow(Table):
    """
    One row as it is now: an AI system, a risk.

    Whoever changes it locks it. An ended row stays, and never changes again.
    `in_force` says whether all who must sign this version have done so.
    """

    __tablename__ = "register_rows"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("ended_at IS NULL OR ended_at >= created_at", name="ended_later"),
    )

    register: Mapped[str] = mapped_column(ForeignKey("registers.key"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    values: Mapped[dict[str, Any]]
    number: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    in_force: Mapped[bool] = mapped_column(default=True)


class RegisterChange(Table):
    """One version of a row, as it counted from `at` on. Rows of this table are never changed."""

    __tablename__ = "register_changes"
    __table_args__ = (
        ForeignKeyConstraint(["register", "key"], ["register_rows.register", "register_rows.key"]),
        CheckConstraint(one_of("kind", "added", "changed", "ended"), name="kind"),
        CheckConstraint("(number = 1) = (kind = 'added')", name="begins_added"),
        CheckConstraint("kind = 'added' OR length(reason) > 0", name="changed_with_reason"),
    )

    register: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    values: Mapped[dict[str, Any]]
    defined: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str] = mapped_column(default="")


class RegisterSignature(Table):
    """A person's signature under one version of a row, for one of the groups that must sign it."""

    __tablename__ = "register_signatures"
    __table_args__ = (
        ForeignKeyConstraint(
            ["register", "key", "number"],
            ["register_changes.register", "register_changes.key", "register_changes.number"],
        ),
        UniqueConstraint("register", "key", "number", "by", name="register_signatures_different_people_key"),
    )

    register: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    digest: Mapped[str]


class RegisterEnding(Table):
    """Somebody's wish that a row ends, and what a second person said to it. One wish at a time."""

    __tablename__ = "register_endings"
    __table_args__ = (
        ForeignKeyConstraint(["register", "key"], ["register_rows.register", "register_rows.key"]),
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="second_person"),
        CheckConstraint("length(reason) > 0", name="with_reason"),
        CheckConstraint("(decided_by IS NULL) = (agreed IS NULL)", name="decided"),
        index_where("register_endings_asked", "agreed IS NULL", "register", "key", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    register: Mapped[str]
    key: Mapped[str]
    reason: Mapped[str]
    asked_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    agreed: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(default="")


class RowLink(Table):
    """A case that has to do with a row, put there by a person."""

    __tablename__ = "register_links"
    __table_args__ = (
        ForeignKeyConstraint(["register", "key"], ["register_rows.register", "register_rows.key"]),
        CheckConstraint(one_of("kind", "caused_by", "raises", "evidence_for"), name="kind"),
        Index("register_links_case", "instance_id"),
    )

    register: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))
