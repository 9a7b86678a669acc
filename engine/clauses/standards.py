"""Standards as the organisation has them: by edition, and which one counts from which day on."""

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.orm import Session

from engine import audit
from engine.cache import Cache
from engine.core.catalogue import CatalogueError, Standard, read_standard
from engine.core.chain import canonical
from engine.errors import Conflict, Invalid, NotFound
from engine.identity.people import must_manage
from engine.identity.person import Person
from engine.store.base import table_of
from engine.store.clauses import EditionInForce, StandardRow

STANDARD, EDITION = table_of(StandardRow), table_of(EditionInForce)
ALL = select(STANDARD).order_by(STANDARD.c.id)
BY_ID = select(STANDARD).where(STANDARD.c.id == bindparam("standard_id"))
EDITIONS = select(EDITION).order_by(EDITION.c.family, EDITION.c.since)

_read: Cache[str, Standard] = Cache(32)


def adopt(session: Session, content: Mapping[str, Any], *, by: Person, now: datetime) -> Standard:
    """
    Bring a standard, or a further edition of one; the first of its family counts from that day on.

    Args:
        content: a file of `config/clauses/`, parsed.

    Raises:
        Forbidden: `by` does not manage the platform.
        Invalid: the content is no standard.
        Conflict: this edition is there already, with other content.
    """
    must_manage(by)
    try:
        found = read_standard(content)
    except CatalogueError as error:
        raise Invalid(f"This is no standard. {error}", {error.where: [error.message]}) from error
    digest = sha256(canonical(dict(content))).hexdigest()
    known = session.execute(BY_ID, {"standard_id": found.id}).one_or_none()
    if known is not None:
        if known.digest != digest:
            raise Conflict(f"{found.id} is there already and says something else. Give a new edition its own id.")
        return found
    row = {"id": found.id, "family": found.family, "content": dict(content), "digest": digest}
    session.execute(insert(STANDARD), [row | {"since": now, "by": by.id}])
    audit.append(session, audit.PLATFORM, "standard.adopted", found.id, {"digest": digest}, by=by, now=now)
    if not any(edition.family == found.family for edition in session.execute(EDITIONS)):
        _put_in_force(session, found, now.date(), by=by, now=now)
    return found


def choose(session: Session, standard_id: str, *, since: date, by: Person, now: datetime) -> None:
    """
    Let an edition count for the clauses of its family from a day on.

    Raises:
        Forbidden: `by` does not manage the platform.
        NotFound: there is no such standard.
        Conflict: another edition begins on that very day.
    """
    must_manage(by)
    found = standard(session, standard_id)
    if any((one.family, one.since) == (found.family, since) for one in session.execute(EDITIONS)):
        raise Conflict(f"An edition of {found.name} begins to count on {since} already.")
    _put_in_force(session, found, since, by=by, now=now)


def standards(session: Session) -> list[Standard]:
    """Every standard, by its id."""
    return [_standard(row) for row in session.execute(ALL)]


def standard(session: Session, standard_id: str) -> Standard:
    """
    One edition of a standard.

    Raises:
        NotFound: there is none with this id.
    """
    row = session.execute(BY_ID, {"standard_id": standard_id}).one_or_none()
    if row is None:
        raise NotFound("standard", standard_id)
    return _standard(row)


def in_force(session: Session, on: date) -> dict[str, str]:
    """The edition that counts on a day, by family."""
    found: dict[str, str] = {}
    for row in session.execute(EDITIONS):
        if row.since <= on:
            found[row.family] = row.standard_id
    return found


def counting(session: Session, on: date) -> dict[str, Standard]:
    """The editions that count on a day, by family."""
    chosen = set(in_force(session, on).values())
    return {one.family: one for one in standards(session) if one.id in chosen}


def _put_in_force(session: Session, found: Standard, since: date, *, by: Person, now: datetime) -> None:
    session.execute(insert(EDITION), [{"family": found.family, "since": since, "standard_id": found.id}])
    said = {"family": found.family, "since": since.isoformat()}
    audit.append(session, audit.PLATFORM, "standard.chosen", found.id, said, by=by, now=now)


def _standard(row: Row[Any]) -> Standard:
    return _read.get(row.digest, lambda: read_standard(row.content))
