"""Does a chain hold? Pure: from its links to the first one that is not what it was."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from engine.core.chain import digest_of, hash_of

Kind = Literal["altered", "missing", "inserted", "reordered"]


class Stored(Protocol):
    """A link as a table gives it back; salt and body are None where they were erased."""

    chain: str
    number: int
    happened_at: datetime
    recorded_at: datetime
    actor: str
    acting_for: str | None
    verb: str
    subject: str
    salt: bytes | None
    body: bytes | None
    digest: bytes
    hash: bytes


@dataclass(frozen=True, kw_only=True)
class Fault:
    """The first link of a chain that does not hold, by its number, and what seems to have been done to it."""

    kind: Kind
    number: int
    why: str


def first_fault(links: Sequence[Stored], *, length: int, head: bytes) -> Fault | None:
    """
    The first link that does not follow from the one before, if there is one.

    Args:
        links: all that are there, sorted by number.
        length, head: what the owner of the chain says of its end.
    """
    before = b""
    for place, link in enumerate(links):
        expected = place + 1
        if link.number != expected:
            return Fault(kind="missing", number=expected, why=f"Record {expected} is missing.")
        if link.body is not None and link.salt is not None and digest_of(link.salt, link.body) != link.digest:
            return Fault(kind="altered", number=expected, why=f"What record {expected} says was altered.")
        if rehashed(link, before) != link.hash:
            return _misplaced(links, place, before)
        before = link.hash
    return _end(len(links), before, length, head)


def rehashed(link: Stored, before: bytes, number: int | None = None) -> bytes:
    """The hash that a link has behind `before`, at its own place or at another."""
    return hash_of(
        before,
        chain=link.chain,
        number=link.number if number is None else number,
        happened_at=link.happened_at,
        recorded_at=link.recorded_at,
        actor=link.actor,
        acting_for=link.acting_for,
        verb=link.verb,
        subject=link.subject,
        digest=link.digest,
    )


def merkle_root(leaves: Iterable[bytes], digest: Callable[[bytes], bytes]) -> bytes:
    """The root of a Merkle tree (RFC 9162, 2.1.1: leaves and nodes are hashed apart)."""
    level = [digest(b"\x00" + leaf) for leaf in leaves]
    if not level:
        return digest(b"")
    while len(level) > 1:
        level = list(_paired(level, digest))
    return level[0]


def _paired(level: list[bytes], digest: Callable[[bytes], bytes]) -> Iterator[bytes]:
    for left in range(0, len(level), 2):
        pair = level[left : left + 2]
        yield digest(b"\x01" + pair[0] + pair[1]) if len(pair) == 2 else pair[0]


def _misplaced(links: Sequence[Stored], place: int, before: bytes) -> Fault:
    """A link that does not follow: was it put in, moved, or altered?"""
    number = place + 1
    if place + 1 < len(links) and rehashed(links[place + 1], before, number) == links[place + 1].hash:
        moved = links[place + 1].hash
        if rehashed(links[place], moved, number + 1) == links[place].hash:
            return Fault(kind="reordered", number=number, why=f"Records {number} and {number + 1} changed places.")
        return Fault(kind="inserted", number=number, why=f"Record {number} was put in afterwards.")
    return Fault(kind="altered", number=number, why=f"Record {number} does not follow from the one before.")


def _end(found: int, last: bytes, length: int, head: bytes) -> Fault | None:
    if found < length:
        number = found + 1
        return Fault(kind="missing", number=number, why=f"Records {number} to {length} are missing: the tail was cut.")
    if found > length:
        number = length + 1
        return Fault(kind="inserted", number=number, why=f"Record {number} was put in behind the end.")
    if last != head:
        return Fault(kind="altered", number=found, why=f"Record {found} is not the end that the chain's owner knows.")
    return None
