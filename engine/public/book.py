"""
The public ways in: which there are, what they say, and how they change.

Each change is a version of its own; the newest is in force, and none is ever
taken away. ISO/IEC 42001, A.3.3 and A.8.3.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from engine.errors import Forbidden, NotFound
from engine.identity.person import Person
from engine.public.content import Way, digest_of, read
from engine.store.public import WayVersion
from engine.versioned import Book

BOOK = Book(WayVersion, "way in", "way.changed")


def in_force(session: Session) -> list[Row[Any]]:
    """The newest version of each way in, by key."""
    return BOOK.in_force(session)


def open_ways(session: Session) -> list[dict[str, Any]]:
    """The ways in that are open now, as lists show them, by key."""
    return [row for row in (said(one) for one in in_force(session)) if row["active"]]


def history(session: Session, key: str) -> list[Row[Any]]:
    """
    All versions of a way in, the oldest first.

    Raises:
        NotFound: there is no such way.
    """
    return BOOK.history(session, key)


def find(session: Session, key: str) -> Way:
    """
    The way in that is in force under a key.

    Raises:
        NotFound: there is none, or it is not active.
    """
    way = read(key, history(session, key)[-1].content)
    if not way.active:
        raise NotFound("way in", key)
    return way


def change(session: Session, key: str, content: Mapping[str, Any], *, by: Person, now: datetime) -> UUID:
    """
    Make a way in, or a new version of one; returns the version's id. What is the same as before makes no version.

    Raises:
        Forbidden: `by` does not manage the platform.
        Invalid: with one problem a place.
    """
    if not by.platform_admin:
        raise Forbidden(f"{by.name} may not change public ways in.", "Ask an administrator of the platform.")
    kept = read(key, content).content()
    return BOOK.keep(session, key, kept, digest_of(key, kept), by=by, now=now)


def seed(session: Session, content: Mapping[str, Any], *, by: Person, now: datetime) -> None:
    """
    Make the ways of `config/public.toml` that are not there yet; those that are stay as they are.

    Raises:
        Invalid: a way of the file cannot be used.
    """
    there = {row.key for row in in_force(session)}
    for key, given in content.items():
        if key not in there:
            change(session, key, given, by=by, now=now)


def said(row: Row[Any]) -> dict[str, Any]:
    """One version as lists show it: `key`, `number`, `since`, `by`, `digest`, and what it says."""
    return {**row._mapping, **row.content}
