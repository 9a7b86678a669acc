"""What is kept of a verification: how far it came, what was counted, every finding, and how it ended."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine import audit
from engine.identity.person import Person
from engine.ids import new_id
from engine.store.base import table_of
from engine.store.records import AuditEntry
from engine.store.running import Instance
from engine.store.verifications import FindingRow, VerificationRow
from engine.verify import Report
from engine.verifying.findings import COUNTS, Finding
from engine.verifying.verifications import result

AN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, kw_only=True)
class Piece:
    """
    A part of a verification that is done.

    Args:
        before, reached: the last chain that had been recomputed, and that is now.
        report: what is counted, with what was found.
        rows: all that was found, that of confidential cases too, as it is kept.
        over: whether nothing is left to recompute.
    """

    before: str
    reached: str
    report: Report
    rows: Sequence[dict[str, Any]]
    over: bool


def keep(session: Session, verification: UUID, piece: Piece, *, by: Person, now: datetime) -> bool:
    """Keep what was found in a piece, and let any worker take up the next one; returns whether there is one."""
    row = session.get_one(VerificationRow, verification, with_for_update=True, populate_existing=True)
    if row.status != "running" or row.reached != piece.before:
        return False  # Another worker has done this piece.
    for name in COUNTS:
        setattr(row, name, getattr(row, name) + getattr(piece.report, name))
    row.reached, row.in_all = piece.reached, max(row.in_all, row.chains)
    row.tries, row.leased_until = 0, None
    if piece.rows:
        session.execute(insert(table_of(FindingRow)), list(piece.rows))
    if piece.over:
        row.in_all = row.chains
        end(session, row, "done", by=by, now=now)
    return not piece.over


def end(session: Session, row: VerificationRow, status: str, *, by: Person, now: datetime) -> None:
    """Let a verification have ended, and say so in the trail, which the result is held against from then on."""
    row.status, row.ended_at, row.leased_until = status, now, None
    session.flush()
    audit.append(session, audit.PLATFORM, "verification.ended", row.id, result(session, row), by=by, now=now)


def rows_of(session: Session, verification: UUID, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as they are kept: each with the case whose trail it is, and a confidential one that it speaks of."""
    listed = list(findings)
    named = [[UUID(one) for one in AN_ID.findall(f"{finding.chain} {finding.why}")] for finding in listed]
    secret = _confidential(session, {one for ids in named for one in ids})
    return [
        {
            "id": new_id(),
            "verification_id": verification,
            **{name: getattr(finding, name) for name in ("kind", "chain", "record", "why")},
            "entry": finding.number,
            "case_id": case_of(finding.chain),
            "secret_id": next((one for one in ids if one in secret), None),
        }
        for finding, ids in zip(listed, named, strict=True)
    ]


def case_of(chain: str) -> UUID | None:
    """The case that a chain is of, if it is one's."""
    return UUID(chain) if AN_ID.fullmatch(chain) else None


def _confidential(session: Session, ids: set[UUID]) -> set[UUID]:
    """Those of these cases that are confidential; of one that is gone, its trail tells whether it was."""
    if not ids:
        return set()
    rows = session.execute(select(Instance.id, Instance.confidential).where(Instance.id.in_(ids)))
    there = {row.id: row.confidential for row in rows}
    gone = [str(one) for one in ids - there.keys()]
    begun = select(AuditEntry.chain, AuditEntry.body).where(AuditEntry.chain.in_(gone), AuditEntry.number == 1)
    told = {UUID(chain): orjson.loads(body) for chain, body in session.execute(begun) if body}
    was = {one for one, body in told.items() if body.get("confidential")}
    return was | {one for one, confidential in there.items() if confidential}
