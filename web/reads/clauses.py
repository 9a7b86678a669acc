"""Standards, and what stands under their clauses."""

import re
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from engine import clauses
from engine.clauses import Covered, Scope
from engine.core.catalogue import Standard
from engine.identity.person import Person
from engine.subject import Subject

PARTS = re.compile(r"[.:]")


class Named(NamedTuple):
    """A clause as a link shows it: the id of its standard, its number, the standard's name, and its title."""

    standard: str
    ref: str
    name: str
    title: str


def standards(session: Session, now: datetime) -> dict[str, Any]:
    """Every standard; `in_force` says which edition counts today."""
    counts = set(clauses.in_force(session, now.date()).values())
    return {"items": [_told(one) | {"in_force": one.id in counts} for one in clauses.standards(session)]}


def one_standard(session: Session, standard_id: str, now: datetime) -> dict[str, Any]:
    """
    A standard with its clauses.

    Raises:
        NotFound: there is none with this id.
    """
    found = clauses.standard(session, standard_id)
    counts = found.id in clauses.in_force(session, now.date()).values()
    listed = [asdict(clause) | {"key": found.key(clause.ref)} for clause in found.clauses]
    return _told(found) | {"in_force": counts, "clauses": listed}


def coverage(session: Session, person: Person, standard_id: str, query: dict[str, Any]) -> dict[str, Any]:
    """Each clause of a standard, with what stands under it in a period."""
    scope = _scope(query)
    period = {"since": query["since"], "until": query["until"]}
    found = clauses.coverage(session, standard_id, **period, scope=scope, by=person)
    return {"standard": standard_id, **period, "items": [_covered(one) for one in found]}


def records(session: Session, person: Person, standard_id: str, ref: str, query: dict[str, Any]) -> dict[str, Any]:
    """The tasks that stand under a clause in a period."""
    scope, period = _scope(query), {"since": query["since"], "until": query["until"]}
    return {"items": clauses.records(session, standard_id, ref, **period, scope=scope, by=person)}


def rows(session: Session, person: Person, standard_id: str, ref: str, query: dict[str, Any]) -> dict[str, Any]:
    """The rows of registers that stood under a clause when a period ended."""
    subject = _scope(query).subject
    return {"items": clauses.under(session, standard_id, ref, until=query["until"], subject=subject, by=person)}


def only_here(session: Session, standard_id: str, at: datetime) -> dict[str, Any]:
    """The clauses that no other standard has."""
    found = clauses.standard(session, standard_id)
    listed = clauses.only_here(session, standard_id, at=at)
    return {"items": [asdict(clause) | {"key": found.key(clause.ref)} for clause in listed]}


def strengths(session: Session, person: Person, standard_id: str, query: dict[str, Any]) -> dict[str, Any]:
    """The clauses that are met more than once, and against which nothing was found in a period."""
    found = clauses.strengths(session, standard_id, **query, by=person)
    return {"items": [_covered(one) for one in found]}


def figures(session: Session, person: Person, query: dict[str, Any]) -> dict[str, Any]:
    """How much work of a period counts more than once."""
    found = clauses.figures(session, **query, by=person)
    names = ("actions", "evidence", "served", "per_evidence", "hours")
    audits = [{"row": row, "title": title, "hours": hours} for row, title, hours in found.audits]
    return {**query, **{name: getattr(found, name) for name in names}, "audits": audits}


def statement(session: Session, standard_id: str, at: datetime) -> dict[str, Any]:
    """The statement of applicability as it stood at a moment: one line for each clause."""
    found = clauses.standard(session, standard_id)
    said = clauses.statement(session, standard_id, at=at)
    return {"items": [_stated(found, clause.ref, clause.title, said.get(clause.ref)) for clause in found.clauses]}


def named(session: Session, keys: Collection[str], now: datetime) -> list[Named]:
    """The clauses that models name by these keys, by standard and number, in the editions that count at `now`."""
    found, counting = [], clauses.counting(session, now.date()) if keys else {}
    for key in sorted(keys, key=_in_order):
        family, _colon, ref = key.partition(":")
        standard = counting.get(family)
        clause = standard.by_ref.get(ref) if standard else None
        known = (standard.id, ref, standard.name) if standard else (family, ref, family)
        found.append(Named(*known, clause.title if clause else ""))
    return found


def _in_order(key: str) -> list[tuple[int, str]]:
    """`9.2` before `10.1`."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in PARTS.split(key)]


def _scope(query: dict[str, Any]) -> Scope:
    return Scope(process=query["process"], subject=Subject.of(query["subject"] or ""))


def _stated(found: Standard, ref: str, title: str, row: Any) -> dict[str, Any]:
    nobody = {"applies": True, "reason": "", "number": 0, "by": None, "at": None}
    told = {name: getattr(row, name) for name in nobody} if row is not None else nobody
    return {"ref": ref, "key": found.key(ref), "title": title, **told}


def _told(one: Standard) -> dict[str, Any]:
    names = ("id", "family", "name", "edition", "subject", "amendments", "stated_by")
    return {name: getattr(one, name) for name in names}


def _covered(one: Covered) -> dict[str, Any]:
    names = ("records", "evidence", "rows", "open", "late", "shared", "state", "reason")
    return {"ref": one.clause.ref, "title": one.clause.title, **{name: getattr(one, name) for name in names}}
