"""Standards by edition, which edition is in force when, and what applies to this organisation."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Table


class StandardRow(Table):
    """One edition of one standard, as its file said; never changed, a further edition is a further row."""

    __tablename__ = "standards"

    id: Mapped[str] = mapped_column(primary_key=True)
    family: Mapped[str] = mapped_column(index=True)
    content: Mapped[dict[str, Any]]
    digest: Mapped[str]
    since: Mapped[datetime]
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))


class EditionInForce(Table):
    """From which day on an edition counts for the clauses of its family."""

    __tablename__ = "editions_in_force"

    family: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[date] = mapped_column(primary_key=True)
    standard_id: Mapped[str] = mapped_column(ForeignKey("standards.id"))


class Applicability(Table):
    """
    What the organisation states about one clause: a further statement is a further row.

    Together the newest rows are the statement of applicability (ISO/IEC 42001, 6.1.3; ISO 9001, 4.3).
    """

    __tablename__ = "applicability"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("applies OR length(reason) > 0", name="left_out_with_reason"),
    )

    standard_id: Mapped[str] = mapped_column(ForeignKey("standards.id"), primary_key=True)
    ref: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    applies: Mapped[bool]
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))
