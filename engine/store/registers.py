"""Registers: what each one holds by which rules, its rows as they are, and as they were."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Table, one_of


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
