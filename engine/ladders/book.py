"""
The ladders of the organisation: which there are, what they say, and how they change.

Each change is a version of its own; the newest is in force for cases that
start from then on, and none is ever taken away. ISO 9001, 7.5.3.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.orm import Session

from engine import audit, bindings
from engine.core.ladder_text import LadderError, content_of, digest_of, read_ladder, read_whom
from engine.core.ladders import Ladder
from engine.errors import Forbidden, Invalid, NotFound
from engine.identity.person import Person
from engine.ids import new_id
from engine.outreach import book as channels
from engine.store.base import table_of
from engine.store.ladders import LadderRow

TABLE = table_of(LadderRow)
HISTORY = select(TABLE).where(TABLE.c.key == bindparam("key")).order_by(TABLE.c.number)
ALL = select(TABLE).order_by(TABLE.c.key, TABLE.c.number)
KEYS = select(TABLE.c.key).distinct()
KEEP = insert(TABLE)


def keys(session: Session) -> frozenset[str]:
    """The keys of all ladders."""
    return frozenset(session.execute(KEYS).scalars())


def in_force(session: Session) -> list[Row[Any]]:
    """The newest version of each ladder, by key."""
    return list({row.key: row for row in session.execute(ALL)}.values())


def history(session: Session, key: str) -> list[Row[Any]]:
    """
    All versions of a ladder, the oldest first.

    Raises:
        NotFound: there is no such ladder.
    """
    found = list(session.execute(HISTORY, {"key": key}))
    if not found:
        raise NotFound("ladder", key)
    return found


def change(session: Session, key: str, content: Mapping[str, Any], *, by: Person, now: datetime) -> UUID:
    """
    Make a ladder, or a new version of one, for cases that start from now on; returns the version's id.

    What is the same as before makes no version.

    Args:
        content: what the ladder says, as `docs/reference/ladders.md` describes it.

    Raises:
        Forbidden: `by` does not manage the platform.
        Invalid: with one problem a place.
    """
    if not by.platform_admin:
        raise Forbidden(f"{by.name} may not change ladders.", "Ask an administrator of the platform.")
    ladder = _read(session, key, content)
    kept = content_of(ladder)
    chain = audit.extend(session, audit.PLATFORM)  # One at a time, so that version numbers follow one another.
    before = list(session.execute(HISTORY, {"key": key}))
    digest = digest_of(key, kept)
    if before and before[-1].digest == digest:
        return UUID(str(before[-1].id))
    row: dict[str, Any] = {"id": new_id(), "key": key, "number": len(before) + 1, "digest": digest, "content": kept}
    session.execute(KEEP, [row | {"since": now, "by": by.id}])
    said = {"id": row["id"], "number": row["number"], "digest": digest, "name": ladder.name}
    chain.add("ladder.changed", key, said, by=by.id, now=now)
    audit.save(session, chain)
    made: UUID = row["id"]
    return made


def seed(session: Session, content: Mapping[str, Any], *, by: Person, now: datetime) -> None:
    """
    Make the ladders of `config/ladders.toml` that are not there yet; those that are stay as they are.

    Raises:
        Invalid: a ladder of the file cannot be used.
    """
    there = keys(session)
    for key, given in content.items():
        if key not in there:
            change(session, key, given, by=by, now=now)


def naming(session: Session, person_id: str) -> list[str]:
    """The keys of the ladders in force that name a person."""
    return [
        row.key
        for row in in_force(session)
        if any(read_whom(who).name == person_id and who.startswith("person:") for who in _whoms(row.content))
    ]


def _whoms(content: Mapping[str, Any]) -> list[str]:
    return [who for rung in content["rungs"] for who in rung["whom"]]


def _read(session: Session, key: str, content: Mapping[str, Any]) -> Ladder:
    try:
        ladder = read_ladder(key, content)
    except LadderError as error:
        raise Invalid(str(error), error.problems) from error
    named = [read_whom(text) for rung in ladder.rungs for text in rung.whom]
    kinds = {"group": "group", "lead": "group", "person": "person"}
    strangers = bindings.unknown(
        session, {f"{kinds[one.kind]}:{one.name}" for one in named if one.name and one.kind in kinds}
    )
    if strangers:
        raise Invalid(f"The ladder {key}: " + " ".join(strangers.values()), strangers)
    gone = channels.unknown(session, sorted({name for rung in ladder.rungs for name in rung.channels}))
    if gone:
        why = {name: f"There is no channel {name}." for name in gone}
        raise Invalid(f"The ladder {key}: " + " ".join(why.values()), why)
    return ladder


def said(row: Row[Any]) -> dict[str, Any]:
    """One version as lists show it: `key`, `number`, `id`, `since`, `by`, `digest`, and what it says."""
    return {
        **row._mapping,
        **row.content,
        "rungs": [_placed(rung, n) for n, rung in enumerate(row.content["rungs"], 1)],
    }


def _placed(rung: Mapping[str, Any], number: int) -> dict[str, Any]:
    return {"number": number, **rung}
