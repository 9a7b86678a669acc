"""
What one transaction writes, row by row. Pure: ids come from outside, like the time.

One `Rows` gathers everything that one transaction writes: the step of one
case that exists already, the steps of the cases it calls into being, and the
decisions that are answered on the way. What opens and closes within the same
transaction is written once, as it ended.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from engine.cases import Case, packed
from engine.core.chain import Chain

Row = dict[str, Any]
MESSAGE_LIFE = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Assigned:
    """
    Who gets a task: candidates (`person:ID`, `group:KEY`), a holder from the start, and who is accountable, why.

    `acting_for` is for whom the holder stands in.
    """

    candidates: tuple[str, ...]
    assignee: str | None
    accountable: str
    because: str
    acting_for: str | None = None


@dataclass(frozen=True, kw_only=True)
class Context:
    """Whom and when a step is due to, and where its ids come from. `acting_for` is who `by` stood in for."""

    by: str
    now: datetime
    new_id: Callable[[], UUID]
    acting_for: str | None = None


@dataclass
class Rows:
    """Rows to insert by table, and what becomes of rows that exist."""

    new: dict[str, list[Row]] = field(default_factory=dict)
    moved: list[Case] = field(default_factory=list)
    begun: list[tuple[Case, Row]] = field(default_factory=list)
    closed: list[Row] = field(default_factory=list)
    uncandidated: list[Row] = field(default_factory=list)
    changed: list[Row] = field(default_factory=list)
    cleared: list[Row] = field(default_factory=list)
    unsubscribed: list[Row] = field(default_factory=list)
    withdrawn: list[Row] = field(default_factory=list)
    served: list[Row] = field(default_factory=list)
    readmitted: list[Row] = field(default_factory=list)
    forgotten: list[Row] = field(default_factory=list)
    cancelled: list[tuple[Case, int]] = field(default_factory=list)
    """Called cases that exist already and are to be cancelled, by caller and token; the shell looks them up."""

    def add(self, table: str, row: Row) -> Row:
        """One more row to insert."""
        self.new.setdefault(table, []).append(row)
        return row

    def pending(self, table: str, case: Case, token: int) -> Row | None:
        """The newest row of this transaction for a token, if it has one."""
        rows = reversed(self.new.get(table, []))
        return next((row for row in rows if row["token"] == token and row["instance_id"] == case.id), None)


def message_row(
    kind: str,
    name: str,
    payload: Row,
    context: Context,
    *,
    source: Case | None = None,
    key: str | None = None,
    target: UUID | None = None,
    token: int | None = None,
    life: timedelta = MESSAGE_LIFE,
) -> Row:
    """A message on its way, to be applied in a transaction of its receiver's own."""
    return {
        "id": context.new_id(),
        "kind": kind,
        "name": name,
        "key": key,
        "target_id": target,
        "target_token": token,
        "source_id": source.id if source else None,
        "payload": payload,
        "sent_by": context.by,
        "sent_at": context.now,
        "next_try_at": context.now,
        "expires_at": context.now + life,
        "attempts": 0,
        "status": "owed",
        "note": None,
    }


def to_callers(case: Case, kind: str, payload: Row, context: Context) -> list[Row]:
    """What a called case has to tell each of its callers."""
    return [
        message_row(kind, case.title, payload, context, source=case, target=caller, token=token)
        for caller, token in case.callers
    ]


def instance_row(case: Case) -> Row:
    """What a step moves of an instance."""
    return {
        "status": case.status,
        "ended_at": case.ended_at,
        "version": case.version,
        "state": packed(case.state or b""),
        "events": case.events,
        "chain_length": case.chain.length,
        "chain_head": case.chain.head,
        "subject_register": case.subject.register if case.subject else None,
        "subject_row": case.subject.row if case.subject else None,
        "subject_number": case.subject_number,
    }


def retries_of(text: str | None) -> int:
    """How often a failed job is tried again: a number, the `n` of `Rn/...`, or 3."""
    digits = (text or "").split("/")[0].lstrip("R").strip()
    return int(digits) if digits.isdecimal() else 3


def chain_links(chain: Chain) -> list[Row]:
    """The new links of a chain, as the table holds them."""
    return [{name: getattr(link, name) for name in link.__slots__} | {"erased_at": None} for link in chain.links]
