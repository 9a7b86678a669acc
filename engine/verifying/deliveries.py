"""
Are deliveries there as the trail says, and did they end so?

Finds one that was edited, sent again in silence, inserted, or deleted, also while it was owed still.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import and_, or_, select, text
from sqlalchemy.orm import Session

from engine import audit
from engine.delivered import SUBSCRIBER, digest_of, tried_of
from engine.store.records import AuditEntry, Delivery, Setting
from engine.verifying.findings import Finding, Told, compared, hidden

PREFIX = "delivery."
OLDER = "deliveries_before_the_trail"
"""The setting that names the newest delivery at the time when the trail began to speak of them."""

ENDED = text("deliveries.status <> 'owed'")
NOT_PASSED_ON = text("deliveries.status <> 'passed_on'")


def against(session: Session, chain: str, entries: Sequence[AuditEntry]) -> Iterator[Finding]:
    """What differs from what the chain of a case, of a subscription or of the platform says of ends of deliveries."""
    mine = _mine(chain)
    if mine is None:
        return
    told: Told = {}
    for entry in entries:
        if entry.verb.startswith(PREFIX) and entry.body:
            told[entry.subject] = {"#": entry.number, **_said(entry, orjson.loads(entry.body))}
    spoken = [UUID(one) for one in told]
    query = select(Delivery).where(mine, or_(ENDED, Delivery.id.in_(spoken)))
    older, rows = _older(session), dict[str, dict[str, Any]]()
    for row in session.scalars(query):
        if str(row.id) in told or older is None or row.id > older:
            rows[str(row.id)] = _row(session, row, told.get(str(row.id), {}))
    gone = hidden([entry for entry in entries if entry.verb.startswith(PREFIX)])
    yield from compared("deliveries", chain, told, rows, gone, len(entries))
    lost = Counter(said["recipient"] for key, said in told.items() if key not in rows)
    yield from _owed(session, chain, entries, lost)


def _owed(session: Session, chain: str, entries: Sequence[AuditEntry], lost: Counter[str]) -> Iterator[Finding]:
    """
    Whatever became of it, what a case owed is there, on as many ways as its trail says.

    Args:
        lost: how many of each recipient are known to be missing already, by their ends.
    """
    first: dict[tuple[str, str], tuple[int, int]] = {}
    for entry in entries:
        said = orjson.loads(entry.body).get("tells", ()) if entry.body and b'"tells"' in entry.body else ()
        for (event, recipient), ways in Counter(map(tuple, said)).items():
            first.setdefault((event, recipient), (entry.number, ways))
    if not first:
        return
    query = select(Delivery.event, Delivery.recipient).where(Delivery.instance_id == UUID(chain), NOT_PASSED_ON)
    there = Counter((event, recipient) for event, recipient in session.execute(query))
    for (event, recipient), (number, ways) in first.items():
        if there[event, recipient] >= ways:
            continue
        if lost[recipient]:
            lost[recipient] -= 1
            continue
        why = f"What {recipient} is told of {event} is missing."
        yield Finding(kind="missing", chain=chain, number=number, record="deliveries", why=why)


def _mine(chain: str) -> Any:
    """Which deliveries a chain speaks of; None where it speaks of none."""
    if chain.startswith(SUBSCRIBER):
        return Delivery.recipient == chain
    people = Delivery.recipient.not_like(f"{SUBSCRIBER}%")
    if chain == audit.PLATFORM:
        return and_(people, Delivery.instance_id.is_(None))
    try:
        return and_(people, Delivery.instance_id == UUID(chain))
    except ValueError:
        return None


def _older(session: Session) -> UUID | None:
    found = session.get(Setting, OLDER)
    return UUID(found.value["newest"]) if found else None


def _said(entry: AuditEntry, body: dict[str, Any]) -> dict[str, Any]:
    """What must be so after an entry: it has ended like this, or is owed once more."""
    if entry.verb == "delivery.retried":
        return {"recipient": body["recipient"]}
    status, names = entry.verb.removeprefix(PREFIX), ("recipient", "channel", "kind", "digest", "tried", "tries", "why")
    return {"status": status, "at": entry.recorded_at, **{name: body[name] for name in names}}


def _row(session: Session, row: Delivery, said: dict[str, Any]) -> dict[str, Any]:
    """A delivery as its last entry speaks of it; where none does, whatever it says is too much."""
    whole = {
        "status": row.status,
        "at": row.ended_at,
        "recipient": row.recipient,
        "channel": row.channel,
        "kind": row.kind,
        "digest": digest_of(row),
        "tried": tried_of(session, row.id),
        "tries": row.attempts,
        "why": row.note,
    }
    return {name: whole[name] for name in said if name in whole} if said else whole
