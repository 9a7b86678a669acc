"""
Seals: the ends of all chains at one moment, signed with a key that lies outside the database.

Who cuts a tail or rehashes a whole chain can make it hold in itself, but not
end where a seal says it did. A seal names the one before; it holds the chains
that grew since a seal last named them.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.core.chain import canonical
from engine.core.chain_check import merkle_root
from engine.store.records import Chain, Seal
from engine.store.running import Instance

Head = list[Any]
"""A chain's key, its length, and the hash of its last link in hexadecimal."""


def seal(session: Session, key: Ed25519PrivateKey, *, now: datetime) -> Seal:
    """
    Sign where all chains end now.

    Args:
        key: Ed25519 (RFC 8032); whoever has it can make chains hold, so it lies outside the database.
    """
    last = session.scalars(select(Seal).order_by(Seal.number.desc()).limit(1)).one_or_none()
    known = sealed_heads(session)
    heads = [head for head in heads_now(session) if known.get(head[0]) != (head[1], head[2])]
    row = Seal(
        number=last.number + 1 if last else 1,
        at=now,
        heads=heads,
        root=root_of(heads),
        previous=digest_of(last) if last else b"",
        key=name_of(key.public_key()),
    )
    row.signature = key.sign(statement(row))
    session.add(row)
    session.flush()
    return row


def heads_now(session: Session) -> list[Head]:
    """Where each chain ends, sorted by its key."""
    cases = session.execute(select(Instance.id, Instance.chain_length, Instance.chain_head))
    others = session.execute(select(Chain.key, Chain.length, Chain.head))
    found = [[str(key), length, head.hex()] for key, length, head in (*cases, *others) if length]
    return sorted(found, key=lambda head: str(head[0]))


def sealed_heads(session: Session) -> dict[str, tuple[int, str]]:
    """The last sealed end of each chain."""
    known: dict[str, tuple[int, str]] = {}
    for heads in session.scalars(select(Seal.heads).order_by(Seal.number)):
        known |= {key: (length, head) for key, length, head in heads}
    return known


def root_of(heads: Iterable[Head]) -> bytes:
    """The root of the Merkle tree (SHA-256) over these heads."""
    return merkle_root((canonical(head) for head in heads), lambda data: sha256(data).digest())


def statement(row: Seal) -> bytes:
    """What the signature covers."""
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    return canonical(["steward seal 1", row.number, at, row.root.hex(), row.previous.hex(), row.key])


def digest_of(row: Seal) -> bytes:
    """What the next seal says about this one."""
    return sha256(statement(row) + row.signature).digest()


def name_of(key: Ed25519PublicKey) -> str:
    """What a key is called: SHA-256 of its 32 bytes, in hexadecimal."""
    return sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()
