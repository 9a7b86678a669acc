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


def against(session: Session, chain: str, entries: Sequence[AuditEntry]) -> Iterator[Finding]:
    """The entries that are empty although nothing says that they were erased."""
    empty = [entry.number for entry in entries if entry.body is None]
    erased = _told(session, chain) if empty else frozenset()
    for number in empty:
        if number not in erased:
            why = f"What record {number} says is gone, and nobody is said to have erased it."
            yield Finding(kind="missing", chain=chain, number=number, why=why)


def _told(session: Session, chain: str) -> frozenset[int]:
    """Which entries of a chain the platform's trail says were erased."""
    query = select(AuditEntry.body).where(
        AuditEntry.chain == audit.PLATFORM,
        AuditEntry.verb == ERASED,
        AuditEntry.subject == chain,
        AuditEntry.body.is_not(None),
    )
    return frozenset(orjson.loads(body or b"{}").get("number") for body in session.scalars(query))
