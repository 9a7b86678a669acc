"""Are standards, the editions in force and the statement of applicability what the platform's trail says of them?"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import audit
from engine.core.chain import canonical
from engine.store.clauses import Applicability, EditionInForce, StandardRow
from engine.store.records import AuditEntry
from engine.verifying.findings import Finding


def of_platform(session: Session, entries: Sequence[AuditEntry]) -> Iterator[Finding]:
    """What differs from the platform's trail, which itself holds."""
    told = [(entry, orjson.loads(entry.body)) for entry in entries if entry.body is not None]
    yield from _compared(
        len(entries),
        "standards",
        {(entry.subject, body["digest"]) for entry, body in told if entry.verb == "standard.adopted"},
        {(row.id, sha256(canonical(row.content)).hexdigest()) for row in session.scalars(select(StandardRow))},
    )
    yield from _compared(
        len(entries),
        "editions_in_force",
        {(body["family"], body["since"], entry.subject) for entry, body in told if entry.verb == "standard.chosen"},
        {(row.family, row.since.isoformat(), row.standard_id) for row in session.scalars(select(EditionInForce))},
    )
    families = {row.id: row.family for row in session.scalars(select(StandardRow))}
    yield from _compared(
        len(entries),
        "applicability",
        {
            (entry.subject, body["number"], body["applies"], body["reason"], entry.actor, entry.recorded_at)
            for entry, body in told
            if entry.verb == "applicability.stated"
        },
        {
            (f"{families.get(row.standard_id)}:{row.ref}", row.number, row.applies, row.reason, row.by, row.at)
            for row in session.scalars(select(Applicability))
        },
    )


def _compared(number: int, table: str, told: set[Any], there: set[Any]) -> Iterator[Finding]:
    for one in sorted(told - there, key=str)[:1]:
        yield _finding("missing", number, table, f"{one[0]} is not as the trail says, or gone.")
    for one in sorted(there - told, key=str)[:1]:
        yield _finding("inserted", number, table, f"The trail says nothing of this of {one[0]}.")


def _finding(kind: str, number: int, table: str, why: str) -> Finding:
    return Finding(kind=kind, chain=audit.PLATFORM, number=number, record=table, why=why)
