"""
The hooks of the organisation: which there are, what they say, and how they change.

Each change is a version of its own; the newest is in force, and none is ever
taken away. ISO 9001, 7.5.3.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from engine.errors import Forbidden, NotFound
from engine.hooks.content import Hook, digest_of, read
from engine.identity.person import Person
from engine.store.base import table_of
from engine.store.hooks import HookVersion
from engine.versioned import Book

TABLE = table_of(HookVersion)
NEWEST = select(TABLE).where(TABLE.c.key == bindparam("key")).order_by(TABLE.c.number.desc()).limit(1)
BOOK = Book(HookVersion, "hook", "hook.changed")


def in_force(session: Session) -> list[Row[Any]]:
    """The newest version of each hook, by key."""
    return BOOK.in_force(session)


def history(session: Session, key: str) -> list[Row[Any]]:
    """
    All versions of a hook, the oldest first.

    Raises:
        NotFound: there is no such hook.
    """
    return BOOK.history(session, key)


def find(session: Session, key: str) -> tuple[Hook, int]:
    """
    The hook in force under a key, and its version.

    Raises:
        NotFound: there is none, or it is not active.
    """
    row = session.execute(NEWEST, {"key": key}).one_or_none()
    hook = read(key, row.content) if row else None
    if row is None or hook is None or not hook.active:
        raise NotFound("hook", key)
    return hook, row.number


def change(session: Session, key: str, content: Mapping[str, Any], *, by: Person, now: datetime) -> UUID:
    """
    Make a hook, or a new version of one; returns the version's id. What is the same as before makes no version.

    Raises:
        Forbidden: `by` does not manage the platform.
        Invalid: with one problem a place.
    """
    must_manage(by)
    kept = read(key, content).content()
    return BOOK.keep(session, key, kept, digest_of(key, kept), by=by, now=now)


def seed(session: Session, content: Mapping[str, Any], *, by: Person, now: datetime) -> None:
    """
    Make the hooks of `config/hooks.toml` that are not there yet; those that are stay as they are.

    Raises:
        Invalid: a hook of the file cannot be used.
    """
    there = {row.key for row in in_force(session)}
    for key, given in content.items():
        if key not in there:
            change(session, key, given, by=by, now=now)


def must_manage(by: Person) -> None:
    """
    Let pass who manages the platform.

    Raises:
        Forbidden: `by` does not.
    """
    if not by.platform_admin:
        raise Forbidden(f"{by.name} may not change hooks.", "Ask an administrator of the platform.")


def said(row: Row[Any]) -> dict[str, Any]:
    """One version as lists show it: `key`, `number`, `since`, `by`, `digest`, and what it says."""
    return {**row._mapping, **row.content}
