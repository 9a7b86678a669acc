"""Who is away and who stands in, who is on call when, and who is leaving."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Document, Id, Table, index_where, one_of

SUBSTITUTION_STATUS = ("planned", "active", "ended", "cancelled")
LEVELS = (1, 2, 3, 4)


class SubstitutionRow(Table):
    """
    For a period somebody else does what one person has to do.

    It stands from `begins_at` until `ends_at`, or until `stopped_at` where it
    was ended early. `status` says how far the moving of tasks has come: it is
    `active` when all have gone to the stand-in, `ended` when all are back.
    `process` narrows it to one process. Two of one person and scope never
    overlap: whoever plans one holds the person's row.
    """

    __tablename__ = "substitutions"
    __table_args__ = (
        CheckConstraint(one_of("status", *SUBSTITUTION_STATUS), name="status"),
        CheckConstraint("begins_at < ends_at", name="period"),
        CheckConstraint("first <> person_id AND (second IS NULL OR second <> person_id)", name="not_himself"),
        CheckConstraint("second IS NULL OR second <> first", name="two_people"),
        CheckConstraint("status <> 'cancelled' OR stopped_at IS NOT NULL", name="cancelled"),
        index_where("substitutions_live", "status IN ('planned', 'active')", "person_id", "begins_at"),
    )

    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    process: Mapped[str | None]
    first: Mapped[str] = mapped_column(ForeignKey("people.id"))
    second: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    status: Mapped[str] = mapped_column(default="planned")
    reason: Mapped[str]
    made_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]


class RotationRow(Table):
    """
    Who takes turns on one level of a subject or service, from `since` until `until`; rows are never deleted.

    `starts_on` is the day of the first handover, which comes every `days`
    days at `handover` by the clocks of `zone`. No people: nobody is on call.
    """

    __tablename__ = "rotations"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 4", name="level"),
        CheckConstraint("days > 0", name="days"),
        CheckConstraint("until IS NULL OR until >= since", name="until"),
        index_where("rotations_in_force", "until IS NULL", "subject", "level", unique=True),
    )

    id: Mapped[Id]
    subject: Mapped[str]
    level: Mapped[int]
    people: Mapped[list[str]] = mapped_column(Document)
    days: Mapped[int]
    handover: Mapped[str]
    zone: Mapped[str]
    starts_on: Mapped[date] = mapped_column(Date)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))


class OverrideRow(Table):
    """For a period one person is on call on a level, whoever's turn it is. Of two, the one made later counts."""

    __tablename__ = "overrides"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 4", name="level"),
        CheckConstraint("begins_at < ends_at", name="period"),
        index_where("overrides_standing", "cancelled_at IS NULL", "subject", "level", "begins_at"),
    )

    id: Mapped[Id]
    subject: Mapped[str]
    level: Mapped[int]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    made_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class DepartureRow(Table):
    """
    Somebody is leaving, and `to` says who gets what.

    His cases are handed over one by one, each in a transaction of its own;
    when none is left he is let go, and `done_at` is set. One at a time.
    """

    __tablename__ = "departures"
    __table_args__ = (index_where("departures_under_way", "done_at IS NULL", "person_id", unique=True),)

    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    to: Mapped[dict[str, Any]]
    reason: Mapped[str]
    begun_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    begun_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
