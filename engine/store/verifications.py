"""Verifications: what was recomputed outside of requests, how far, for whom, and what did not hold."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Big, Id, Table, index_where, one_of


class VerificationRow(Table):
    """
    One recomputation of everything, or of the cases that a mandate covers; one at a time.

    `scope` is what of a mandate bounds it, None for everything. `reached` is the last chain that was recomputed, empty
    before the first; the counts are of chains up to there that are no confidential case. `in_all` is how many there
    were to recompute when it began. A worker has it until `leased_until`, which is the machine's; `tries` says how
    often one took it up since it last came on.
    """

    __tablename__ = "verifications"
    __table_args__ = (
        CheckConstraint(one_of("status", "running", "done", "broken_off"), name="status"),
        CheckConstraint("(status = 'running') = (ended_at IS NULL)", name="ended_at"),
        CheckConstraint("status <> 'done' OR begun_at IS NOT NULL", name="done_was_begun"),
        index_where("verifications_one_at_a_time", "status = 'running'", "status", unique=True),
    )

    id: Mapped[Id]
    status: Mapped[str]
    scope: Mapped[dict[str, Any] | None]
    started_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reached: Mapped[str]
    in_all: Mapped[Big]
    chains: Mapped[Big]
    entries: Mapped[Big]
    seals: Mapped[Big]
    files: Mapped[Big]
    erased: Mapped[Big]
    leased_until: Mapped[datetime | None]
    tries: Mapped[int]


class FindingRow(Table):
    """
    Something that did not hold, as it was found.

    Ids sort as it was found; a number would tell how much somebody is not told. `case_id` is the case whose trail it
    is; that case may be gone, so nothing refers to it. `secret_id` is a confidential case of which it speaks: only
    whoever may see that one is told.
    """

    __tablename__ = "verification_findings"

    id: Mapped[Id]
    verification_id: Mapped[UUID] = mapped_column(ForeignKey("verifications.id"), index=True)
    kind: Mapped[str]
    chain: Mapped[str] = mapped_column(index=True)
    entry: Mapped[Big]
    record: Mapped[str | None]
    why: Mapped[str]
    case_id: Mapped[UUID | None]
    secret_id: Mapped[UUID | None]
