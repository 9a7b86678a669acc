"""
The hash chain of the audit trail: pure arithmetic over links.

A link's hash covers the link before it, so nothing in between can be changed,
dropped, added or moved. What a link speaks of lies beside it under a salted
digest: it can be erased without breaking the chain, and the digest of a short
text betrays nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """One entry of a chain. `happened_at` is the due moment of what came late, `recorded_at` when it was written."""

    chain: str
    number: int
    happened_at: datetime
    recorded_at: datetime
    actor: str
    acting_for: str | None
    verb: str
    subject: str
    salt: bytes
    body: bytes
    digest: bytes
    hash: bytes


def canonical(value: Any) -> bytes:
    """The one spelling of a JSON value: UTF-8, keys sorted, no blanks. Moments and UUIDs become texts."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def settled(value: Any) -> Any:
    """The same JSON value with whole numbers as int: a database may give back 1e16 as 10000000000000000."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**64:
        return int(value)
    if isinstance(value, dict):
        return {key: settled(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [settled(held) for held in value]
    return value


def content_digest(value: Any) -> bytes:
    """SHA-256 over a JSON value in its one spelling, the same whichever database it came back from."""
    return sha256(canonical(settled(value))).digest()


def digest_of(salt: bytes, body: bytes) -> bytes:
    """SHA-256 over salt and body."""
    return sha256(salt + body).digest()


def hash_of(
    previous: bytes,
    *,
    chain: str,
    number: int,
    happened_at: datetime,
    recorded_at: datetime,
    actor: str,
    acting_for: str | None,
    verb: str,
    subject: str,
    digest: bytes,
) -> bytes:
    """SHA-256 over the hash before (empty for the first link) and the canonical list of what the link says."""
    moments = [moment.astimezone(UTC).isoformat(timespec="microseconds") for moment in (happened_at, recorded_at)]
    sealed = [chain, number, *moments, actor, acting_for, verb, subject, digest.hex()]
    return sha256(previous + canonical(sealed)).digest()


@dataclass
class Chain:
    """
    A chain from its present end on, growing.

    Args:
        key: an instance's id, or the name of a chain that no instance owns.
        length: how many links there are.
        head: the hash of the last of them; empty when there is none.
        salts: where the salts come from.
        told: the newest change of who is told of its entries, as its owner was locked; None where nobody ever was.
    """

    key: str
    length: int
    head: bytes
    salts: Callable[[], bytes]
    links: list[Link] = field(default_factory=list)
    told: UUID | None = None
    _before: bytes = b""
    """The head before the newest link."""

    def add(
        self,
        verb: str,
        subject: object,
        body: Any,
        *,
        by: str,
        now: datetime,
        happened_at: datetime | None = None,
        acting_for: str | None = None,
    ) -> Link:
        """Put one more link to the end."""
        salt, text, self._before = self.salts(), canonical(body), self.head
        digest = digest_of(salt, text)
        number, happened_at, subject = self.length + 1, happened_at or now, str(subject)
        sealed = hash_of(
            self.head,
            chain=self.key,
            number=number,
            happened_at=happened_at,
            recorded_at=now,
            actor=by,
            acting_for=acting_for,
            verb=verb,
            subject=subject,
            digest=digest,
        )
        link = Link(
            chain=self.key,
            number=number,
            happened_at=happened_at,
            recorded_at=now,
            actor=by,
            acting_for=acting_for,
            verb=verb,
            subject=subject,
            salt=salt,
            body=text,
            digest=digest,
            hash=sealed,
        )
        self.length, self.head = link.number, link.hash
        self.links.append(link)
        return link

    def owes(self, deliveries: Iterable[Mapping[str, Any]]) -> None:
        """
        Let the newest link say what is owed with it: the event and the recipient of each of these deliveries.

        The link must not be written yet; where there is none, nothing is said.
        """
        owed = sorted([str(one["event"]), str(one["recipient"])] for one in deliveries)
        if not owed or not self.links:
            return
        last = self.links.pop()
        self.length, self.head = last.number - 1, self._before
        said = {**orjson.loads(last.body), "tells": owed}
        self.add(
            last.verb,
            last.subject,
            said,
            by=last.actor,
            now=last.recorded_at,
            happened_at=last.happened_at,
            acting_for=last.acting_for,
        )
