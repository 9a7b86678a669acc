"""Cycles, the series that each makes for its subjects, and every time that one came round."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Document, Id, Table, index_where, one_of

CYCLE_STATUS = ("inactive", "active", "ended")
OUTCOMES = ("started", "joined", "passed_over", "skipped", "refused", "failed", "imported")


class CycleRow(Table):
    """
    A plan that recurs. Its history is in the trail of the platform.

    `calendar` and `register_head` are what its series were last counted with.
    """

    __tablename__ = "cycles"
    __table_args__ = (
        CheckConstraint(one_of("status", *CYCLE_STATUS), name="status"),
        CheckConstraint("status <> 'active' OR activated_at IS NOT NULL", name="activated"),
        CheckConstraint("version > 0", name="version"),
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    definition: Mapped[dict[str, Any]]
    status: Mapped[str]
    activated_at: Mapped[datetime | None]
    note: Mapped[str | None]
    calendar: Mapped[str | None]
    register_head: Mapped[int | None]


class SeriesRow(Table):
    """
    What one cycle plans for one subject, or alone: the next date, and from what it is counted.

    `plan` is empty where the subject has none (any more); `fault` says why it
    cannot be. `since` is the moment from which the plan holds, and `last_on`
    the day by which the newest occurrence is known; `counted_from` is the day
    on which the case before ended, where that is the basis.
    """

    __tablename__ = "series"
    __table_args__ = (
        UniqueConstraint("cycle", "subject"),
        CheckConstraint("(planned_on IS NULL) = (next_at IS NULL)", name="next"),
        CheckConstraint("next_at IS NULL OR plan IS NOT NULL", name="plan"),
        CheckConstraint("waits_for IS NULL OR next_at IS NULL", name="waits"),
        index_where("series_next", "next_at IS NOT NULL", "next_at", "id"),
        index_where("series_waits", "waits_for IS NOT NULL", "waits_for"),
    )

    id: Mapped[Id]
    cycle: Mapped[str] = mapped_column(ForeignKey("cycles.key"))
    subject: Mapped[str]
    plan: Mapped[dict[str, Any] | None] = mapped_column(Document)
    since: Mapped[datetime]
    last_on: Mapped[date | None] = mapped_column(Date)
    counted_from: Mapped[date | None] = mapped_column(Date)
    recorded: Mapped[int]
    planned_on: Mapped[date | None] = mapped_column(Date)
    next_at: Mapped[datetime | None]
    waits_for: Mapped[UUID | None] = mapped_column(ForeignKey("instances.id"))
    fault: Mapped[str | None]


class OccurrenceRow(Table):
    """
    One time that a cycle came round. Writing this row is the right to start its case: the key lets one do it.

    Rows are never deleted: they are evidence. `extra` are those outside the rhythm, for a `reason` that somebody gave.
    """

    __tablename__ = "occurrences"
    __table_args__ = (
        UniqueConstraint("cycle", "subject", "planned_on", "extra"),
        CheckConstraint("extra = (reason IS NOT NULL)", name="reason"),
        CheckConstraint(one_of("outcome", *OUTCOMES), name="outcome"),
        CheckConstraint("outcome NOT IN ('started', 'joined') OR instance_id IS NOT NULL", name="instance"),
        CheckConstraint("(explained_by IS NULL) = (explanation IS NULL)", name="explained_by"),
        CheckConstraint("(explained_at IS NULL) = (explanation IS NULL)", name="explained_at"),
        CheckConstraint("starts_at <= planned_at AND planned_at <= limit_at", name="moments"),
    )

    id: Mapped[Id]
    cycle: Mapped[str] = mapped_column(ForeignKey("cycles.key"))
    subject: Mapped[str]
    planned_on: Mapped[date] = mapped_column(Date)
    extra: Mapped[bool] = mapped_column(default=False, server_default=false())
    reason: Mapped[str | None]
    planned_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    limit_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    outcome: Mapped[str]
    instance_id: Mapped[UUID | None] = mapped_column(ForeignKey("instances.id"), index=True)
    overlaps: Mapped[bool]
    must_end: Mapped[bool]
    note: Mapped[str | None]
    explanation: Mapped[str | None]
    explained_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    explained_at: Mapped[datetime | None]
