"""The audit trail as an auditor reads it: any chain that he may look into, the newest entry first."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import registers
from engine.audit import PLATFORM
from engine.errors import Forbidden, NotFound
from engine.identity import mandates
from engine.identity.mandates import READS
from engine.identity.person import Person
from engine.store.records import AuditEntry, Chain, Seal
from web.paging import Key, Page, page
from web.reads import cases, chains, entries

OWNED = "register:"


def must_read(session: Session, person: Person, chain: str) -> str:
    """
    What a chain is about, for people, where `person` may read it.

    Raises:
        Forbidden: he may not.
        NotFound: there is no such chain, or what it is about does not exist for him.
    """
    if chain == PLATFORM or (not chain.startswith((OWNED, READS)) and _case(chain) is None):
        cases.must_read_platform(person)
        if session.get(Chain, chain) is None:
            raise NotFound("chain", chain)
        return "" if chain == PLATFORM else chain
    if chain.startswith(OWNED):
        if registers.touched(session, person) is not None:
            cases.must_read_platform(person)
        return entries.register(session, person, chain.removeprefix(OWNED)).definition.name
    if chain.startswith(READS):
        reader = chain.removeprefix(READS)
        mandates.must_read_log(person, reader)
        return entries.names_in(session, [reader]).get(reader, reader)
    case = _case(chain)
    assert case is not None
    return str(cases.one_case(session, person, case).title)


def newest(session: Session, person: Person, chain: str, *, filters: dict[str, Any]) -> Page:
    """
    The entries of a chain, the newest first; without those about a case that `person` may not see.

    Args:
        filters: `verb`, how it begins; `actor`; `since`, `until`, when it was recorded; `limit`, `cursor`.
    """
    query = select(*AuditEntry.__table__.columns).where(AuditEntry.chain == chain, *chains.bounds(person, chain))
    if filters["verb"]:
        query = query.where(AuditEntry.verb.startswith(filters["verb"], autoescape=True))
    if filters["actor"]:
        query = query.where(AuditEntry.actor == filters["actor"])
    since: datetime | None = filters["since"]
    until: datetime | None = filters["until"]
    query = query.where(*([AuditEntry.recorded_at >= since] if since else []))
    query = query.where(*([AuditEntry.recorded_at < until] if until else []))
    keys = (Key(AuditEntry.number.expression, descending=True),)
    found = page(session, query, keys, limit=filters["limit"], cursor=filters["cursor"])
    shown = chains.allowed(session, person, found.items)
    return Page([{**row._mapping, "said": _said(row.body)} for row in shown], found.next)


def others(session: Session, person: Person) -> list[tuple[str, str]]:
    """The chains beside those of cases that `person` may read, each with what it is about."""
    return list(abouts(session, person, session.scalars(select(Chain.key).order_by(Chain.key))).items())


def abouts(session: Session, person: Person, chains: Iterable[str]) -> dict[str, str]:
    """What each of these chains is about, as far as `person` may read it."""
    found = {}
    for chain in chains:
        with suppress(Forbidden, NotFound):
            found[chain] = must_read(session, person, chain)
    return found


def seals(session: Session, most: int) -> list[Any]:
    """
    The newest seals: number, when, and the name of its key.

    Not how many trails each holds: among them are those of cases that exist for few.
    """
    return list(session.execute(select(Seal.number, Seal.at, Seal.key).order_by(Seal.number.desc()).limit(most)))


def _case(chain: str) -> UUID | None:
    try:
        return UUID(chain)
    except ValueError:
        return None


def _said(body: bytes | None) -> list[tuple[str, str]] | None:
    """What an entry says, as names and values; None where it was erased."""
    if body is None:
        return None
    told = orjson.loads(body)
    if not isinstance(told, dict):
        return [("", told if isinstance(told, str) else orjson.dumps(told).decode())]
    return [(name, value if isinstance(value, str) else orjson.dumps(value).decode()) for name, value in told.items()]
