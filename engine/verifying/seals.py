"""Do the seals hold, and do the chains still end, or pass, where the seals say?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.seals import digest_of, name_of, root_of, statement
from engine.store.records import AuditEntry, Seal
from engine.verifying.findings import Finding

SEALS = "seals"


@dataclass
class Sealed:
    """What the seals say: for each chain its length and hash (hexadecimal), by seal, oldest first."""

    count: int = 0
    heads: dict[str, list[tuple[int, str, int]]] = field(default_factory=dict)


def sealed(
    session: Session, key: Ed25519PublicKey | None, findings: list[Finding], newest: tuple[int, bytes] | None = None
) -> Sealed:
    """
    Read all seals; what does not hold about themselves goes to `findings`.

    Args:
        newest: number and digest of a seal that was made, as somebody keeps them outside the database.
    """
    told, before = Sealed(), b""
    for row in session.scalars(select(Seal).order_by(Seal.number)):
        told.count += 1
        if row.number != told.count:
            findings.append(Finding(kind="missing", chain=SEALS, number=told.count, why="A seal was deleted."))
            return told
        why = _wrong(row, before, key)
        if why:
            findings.append(Finding(kind="seal", chain=SEALS, number=row.number, why=why))
            return told
        for chain, length, head in row.heads:
            told.heads.setdefault(chain, []).append((length, head, row.number))
        before = digest_of(row)
        if newest and row.number == newest[0] and before != newest[1]:
            findings.append(
                Finding(kind="seal", chain=SEALS, number=row.number, why="It is not the one that was made.")
            )
    if newest and told.count < newest[0]:
        why = f"Seal {newest[0]} was made; the newest seals were deleted."
        findings.append(Finding(kind="missing", chain=SEALS, number=told.count + 1, why=why))
    return told


def against(chain: str, entries: Sequence[AuditEntry], told: Sealed) -> Iterator[Finding]:
    """The first entry of a chain, which holds in itself, that is not what a seal says."""
    good = 0
    for length, head, seal in told.heads.get(chain, ()):
        if length > len(entries):
            why = f"Seal {seal} knows {length} records: the tail was cut."
            yield Finding(kind="missing", chain=chain, number=len(entries) + 1, why=why)
            return
        if entries[length - 1].hash.hex() != head:
            why = f"Seal {seal} knows another record {length}: since record {good + 1} the chain was hashed anew."
            yield Finding(kind="altered", chain=chain, number=good + 1, why=why)
            return
        good = length


def _wrong(row: Seal, before: bytes, key: Ed25519PublicKey | None) -> str | None:
    if row.previous != before:
        return "It does not name the seal before."
    if root_of(row.heads) != row.root:
        return "What it says about the chains was altered."
    if key is None:
        return None
    if row.key != name_of(key):
        return "It was signed with another key."
    try:
        key.verify(row.signature, statement(row))
    except InvalidSignature:
        return "Its signature does not hold."
    return None
