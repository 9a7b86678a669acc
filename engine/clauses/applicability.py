"""The statement of applicability: which clauses count for this organisation, and why others do not."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select
from sqlalchemy.orm import Session

from engine import access, audit
from engine.clauses.standards import standard
from engine.core.catalogue import Standard
from engine.errors import Forbidden, Invalid, NotFound
from engine.identity.person import Person
from engine.store.base import table_of
from engine.store.clauses import Applicability

TABLE = table_of(Applicability)
OF_STANDARD = (
    select(TABLE)
    .where(TABLE.c.standard_id == bindparam("standard"), TABLE.c.at <= bindparam("until"))
    .order_by(TABLE.c.ref, TABLE.c.number)
)
OF_CLAUSE = (
    select(TABLE)
    .where(TABLE.c.standard_id == bindparam("standard"), TABLE.c.ref == bindparam("of_ref"))
    .order_by(TABLE.c.number.desc())
)
LAST = select(func.max(TABLE.c.number)).where(
    TABLE.c.standard_id == bindparam("standard"), TABLE.c.ref == bindparam("of_ref")
)


def state(
    session: Session, standard_id: str, ref: str, *, applies: bool, reason: str, by: Person, now: datetime
) -> None:
    """
    State whether a clause applies to this organisation; what was stated before stays (ISO/IEC 42001, 6.1.3).

    Raises:
        NotFound: there is no such standard or clause.
        Forbidden: `by` belongs to none of the groups that state it.
        Invalid: it is left out without a reason.
    """
    found = standard(session, standard_id)
    if ref not in found.by_ref:
        raise NotFound("clause", f"{found.family}:{ref}")
    access.must_act(by)
    if not may_state(found, by):
        who = " or ".join(found.stated_by) or "who keeps the standard"
        raise Forbidden(f"{by.name} does not state what of {found.name} applies.", f"Ask {who}.")
    if not applies and not reason.strip():
        raise Invalid("Say why the clause does not apply.", {"reason": ["A reason is needed."]})
    last: int = session.scalar(LAST, {"standard": standard_id, "of_ref": ref}) or 0
    said = {"number": last + 1, "applies": applies, "reason": reason.strip()}
    row = {"standard_id": standard_id, "ref": ref, "at": now, "by": by.id}
    audit.append(session, audit.PLATFORM, "applicability.stated", found.key(ref), said, by=by, now=now)
    session.execute(insert(TABLE), [row | said])


def may_state(found: Standard, by: Person) -> bool:
    """Whether `by` states what of a standard applies."""
    return bool(by.groups & set(found.stated_by))


def statements(session: Session, standard_id: str, ref: str) -> list[Row[Any]]:
    """All that was ever stated about a clause, the newest first."""
    return list(session.execute(OF_CLAUSE, {"standard": standard_id, "of_ref": ref}))


def statement(session: Session, standard_id: str, *, at: datetime) -> dict[str, Row[Any]]:
    """What was last stated about each clause at a moment, by number; what nobody spoke of applies."""
    rows = session.execute(OF_STANDARD, {"standard": standard_id, "until": at})
    return {row.ref: row for row in rows}
