"""
The public ways in: which there are, what they say, and how they change.

Each change is a version of its own; the newest is in force, and none is ever
taken away. ISO/IEC 42001, A.3.3 and A.8.3.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.orm import Session

from engine import audit
from engine.errors import Forbidden, NotFound
from engine.ids import new_id
from engine.person import Person
from engine.public.content import Way, digest_of, read
from engine.store.base import table_of
from engine.store.public import WayVersion

TABLE = table_of(WayVersion)
HISTORY = select(TABLE).where(TABLE.c.key == bindparam("key")).order_by(TABLE.c.number)
ALL = select(TABLE).order_by(TABLE.c.key, TABLE.c.number)
KEEP = insert(TABLE)


def in_force(session: Session) -> list[Row[Any]]:
    """The newest version of each way in, by key."""
    return list({row.key: row for row in session.execute(ALL)}.values())


def history(session: Session, key: str) -> list[Row[Any]]:
    """
    All versions of a way in, the oldest first.

    Raises:
        NotFound: there is no such way.
    """
    found = list(session.execute(HISTORY, {"key": key}))
    if not found:
        raise NotFound("way in", key)
    return found


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
    chain = audit.extend(session, audit.PLATFORM)  # One at a time, so that version numbers follow one another.
    before = list(session.execute(HISTORY, {"key": key}))
    digest = digest_of(key, kept)
    if before and before[-1].digest == digest:
        return UUID(str(before[-1].id))
    made = new_id()
    row = {"id": made, "key": key, "number": len(before) + 1, "digest": digest, "content": kept}
    session.execute(KEEP, [row | {"since": now, "by": by.id}])
    said = {"id": made, "number": row["number"], "digest": digest, "name": kept["name"], "active": kept["active"]}
    chain.add("way.changed", key, said, by=by.id, now=now)
    audit.save(session, chain)
    return made


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
