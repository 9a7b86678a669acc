"""Who is away and who stands in. Everybody who can sign in knows; why, only who sees to it."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.absence.planning import may_plan
from engine.errors import NotFound
from engine.identity.person import Person
from engine.identity.substitutes import LIVE
from engine.store.absence import SubstitutionRow

MOST = 1000


def substitutions(session: Session, person: Person, filters: dict[str, Any]) -> dict[str, Any]:
    """Substitutions by their beginning, the newest first, at most a thousand."""
    query = select(SubstitutionRow).order_by(SubstitutionRow.begins_at.desc(), SubstitutionRow.id).limit(MOST)
    if filters["person"]:
        query = query.where(SubstitutionRow.person_id == filters["person"])
    if filters["live"]:
        query = query.where(LIVE)
    rows = list(session.scalars(query))
    open_to = {one: may_plan(session, person, one) for one in sorted({row.person_id for row in rows})}
    return {"items": [_shown(row, open_to[row.person_id]) for row in rows]}


def one_substitution(session: Session, person: Person, substitution_id: UUID) -> dict[str, Any]:
    """
    A substitution.

    Raises:
        NotFound: there is no such one.
    """
    row = session.get(SubstitutionRow, substitution_id, populate_existing=True)
    if row is None:
        raise NotFound("substitution", str(substitution_id))
    return _shown(row, may_plan(session, person, row.person_id))


def _shown(row: SubstitutionRow, with_reason: bool) -> dict[str, Any]:
    names = ("id", "begins_at", "ends_at", "stopped_at", "process", "first", "second", "status", "made_by", "made_at")
    shown = {name: getattr(row, name) for name in names}
    return shown | {"person": row.person_id, "reason": row.reason if with_reason else None}
