"""Ladders with their history, and the rungs that were climbed for tasks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Id, Table, index_where, one_of

OUTCOMES = ("sent", "passed_over", "nobody", "held", "acknowledged")


class LadderRow(Table):
    """One version of a ladder, under its digest. The highest number is in force; cases keep theirs."""

    __tablename__ = "ladders"
    __table_args__ = (
        UniqueConstraint("key", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("key <> 'none'", name="key"),
    )

    id: Mapped[Id]
    key: Mapped[str]
    number: Mapped[int]
    digest: Mapped[str]
    content: Mapped[dict[str, Any]]
    since: Mapped[datetime]
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))


class LadderStep(Table):
    """
    What became of one rung for one task in one episode: the key says that it happens once, ever.

    A rung that is held may yet be climbed; every other outcome is the last.
    """

    __tablename__ = "ladder_steps"
    __table_args__ = (
        CheckConstraint(one_of("outcome", *OUTCOMES), name="outcome"),
        CheckConstraint("episode > 0 AND rung > 0", name="numbers"),
        index_where("ladder_steps_kept_for", "kept_for IS NOT NULL", "kept_for", "at"),
    )

    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"), primary_key=True)
    episode: Mapped[int] = mapped_column(primary_key=True)
    rung: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"), index=True)
    planned_at: Mapped[datetime]
    at: Mapped[datetime]
    outcome: Mapped[str]
    because: Mapped[str]
    kept_for: Mapped[str | None]


class LadderTold(Table):
    """Who was told on a rung. Whoever was told of a task sees its case."""

    __tablename__ = "ladder_told"
    __table_args__ = (
        ForeignKeyConstraint(
            ["task_id", "episode", "rung"], ["ladder_steps.task_id", "ladder_steps.episode", "ladder_steps.rung"]
        ),
        Index("ladder_told_sees", "instance_id", "person_id"),
    )

    task_id: Mapped[UUID] = mapped_column(primary_key=True)
    episode: Mapped[int] = mapped_column(primary_key=True)
    rung: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"))
