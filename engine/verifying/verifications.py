"""Is what is kept of verifications what the platform's trail says of them?"""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import audit
from engine.core.chain import content_digest
from engine.store.records import AuditEntry
from engine.store.verifications import FindingRow, VerificationRow
from engine.verifying.findings import COUNTS, Finding, Told, compared, hidden


def of_platform(session: Session, entries: Sequence[AuditEntry]) -> Iterator[Finding]:
    """What differs from what the chain `platform` says of who started one, and of how it ended."""
    told: Told = {}
    for entry in entries:
        if entry.body and entry.verb == "verification.started":
            said = {"started_by": entry.actor, "asked_at": entry.recorded_at}
            told[entry.subject] = {"#": entry.number, **said, **orjson.loads(entry.body)}
        elif entry.body and entry.verb == "verification.ended":
            ended = {"#": entry.number, "ended_at": entry.recorded_at, **orjson.loads(entry.body)}
            told[entry.subject] = told.get(entry.subject, {}) | ended
    rows = {str(row.id): _row(session, row) for row in session.scalars(select(VerificationRow))}
    yield from compared("verifications", audit.PLATFORM, told, rows, hidden(entries), len(entries))


def result(session: Session, row: Any) -> dict[str, Any]:
    """How a verification ended, as the trail says it: with the digest of what was found, but for confidential cases."""
    columns = (FindingRow.kind, FindingRow.chain, FindingRow.entry, FindingRow.record, FindingRow.why)
    found = select(*columns).where(FindingRow.verification_id == row.id, FindingRow.secret_id.is_(None))
    told = [list(one) for one in session.execute(found.order_by(FindingRow.id))]
    counts = {name: getattr(row, name) for name in COUNTS}
    return {"status": row.status, **counts, "digest": content_digest(told).hex()}


def _row(session: Session, row: VerificationRow) -> dict[str, Any]:
    said = {"started_by": row.started_by, "asked_at": row.asked_at, "scope": row.scope}
    return said if row.ended_at is None else said | {"ended_at": row.ended_at} | result(session, row)
