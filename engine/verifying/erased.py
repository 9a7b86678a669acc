"""Was what is gone from the trail erased by somebody who had the right to, or just emptied?"""

from collections.abc import Iterator, Sequence

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import audit
from engine.store.records import AuditEntry
from engine.verifying.findings import Finding

ERASED = "trail.erased"
"""An entry of the platform's chain: its subject is the other chain, its `number` the entry that was erased."""


def told(session: Session) -> frozenset[tuple[str, int]]:
    """Which entries the platform's trail says were erased: chain and number."""
    query = select(AuditEntry.subject, AuditEntry.body).where(
        AuditEntry.chain == audit.PLATFORM, AuditEntry.verb == ERASED, AuditEntry.body.is_not(None)
    )
    return frozenset((subject, orjson.loads(body or b"{}").get("number")) for subject, body in session.execute(query))


def against(chain: str, entries: Sequence[AuditEntry], erased: frozenset[tuple[str, int]]) -> Iterator[Finding]:
    """The entries that are empty although nothing says that they were erased."""
    for entry in entries:
        if entry.body is None and (chain, entry.number) not in erased:
            why = f"What record {entry.number} says is gone, and nobody is said to have erased it."
            yield Finding(kind="missing", chain=chain, number=entry.number, why=why)
