"""
Calendar feeds: secret addresses under which a calendar program reads the dates of a person or of a group.

A calendar program cannot sign in, so the address itself is the secret: 256
bits of chance, of which only the SHA-256 is kept. Closing it ends it.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine import audit
from engine.errors import Forbidden, NotFound
from engine.identity import people
from engine.identity.person import Person
from engine.ids import new_id, new_secret
from engine.store.base import table_of
from engine.store.people import CalendarFeed

FEED = table_of(CalendarFeed)


def open_feed(session: Session, *, group: str | None = None, by: Person, now: datetime) -> str:
    """
    Make an address for oneself, or for a group that one belongs to; returns the secret, which is never shown again.

    Raises:
        Forbidden: `by` does not belong to the group, or is an auditor: nobody would know what he reads there.
    """
    if by.auditor:
        raise Forbidden(f"{by.name} reads as an auditor.", "What a calendar program reads cannot be put down as read.")
    if group is not None and group not in by.groups:
        raise Forbidden(f"You do not belong to {group}.", "Ask one of its members for an address.")
    feed, secret = new_id(), new_secret(32)
    row = {"id": feed, "person_id": by.id, "group_key": group, "digest": _digest(secret), "opened_at": now}
    session.execute(insert(FEED), [row | {"closed_at": None}])
    audit.append(session, audit.PLATFORM, "feed.opened", feed, {"group": group}, by=by, now=now)
    return secret


def close(session: Session, feed_id: UUID, *, by: Person, now: datetime) -> None:
    """
    End an address of one's own.

    Raises:
        NotFound: `by` has no such open address.
    """
    mine = (FEED.c.id == feed_id, FEED.c.person_id == by.id, FEED.c.closed_at.is_(None))
    if session.execute(update(FEED).where(*mine).values(closed_at=now)).rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound("calendar address", str(feed_id))
    audit.append(session, audit.PLATFORM, "feed.closed", feed_id, {}, by=by, now=now)


def feeds_of(session: Session, person_id: str) -> list[Any]:
    """The open addresses of a person, the oldest first: id, group_key, opened_at."""
    mine = (FEED.c.person_id == person_id, FEED.c.closed_at.is_(None))
    return list(session.execute(select(FEED).where(*mine).order_by(FEED.c.id)).all())


def reader(session: Session, secret: str) -> tuple[Person, str | None]:
    """
    Whose dates an address shows, and of which group; only while that person belongs to it.

    Raises:
        NotFound: there is no such open address, or its person has left or is an auditor by now.
    """
    query = select(FEED.c.person_id, FEED.c.group_key).where(
        FEED.c.digest == _digest(secret), FEED.c.closed_at.is_(None)
    )
    found = session.execute(query).one_or_none()
    who = people.find(session, found.person_id) if found else None
    of_group = found is None or found.group_key is None or (who is not None and found.group_key in who.groups)
    if found is None or who is None or who.auditor or not of_group:
        raise NotFound("calendar", "address")
    return who, found.group_key


def _digest(secret: str) -> bytes:
    return sha256(secret.encode(errors="replace")).digest()
