"""Rows of registers under the clauses that they serve: their own, else those of their register."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from engine import registers
from engine.clauses.standards import standard
from engine.core.register import Definition
from engine.identity.person import Person
from engine.registers import Row
from engine.subject import Subject


@dataclass(frozen=True)
class Entry:
    """A row as it stood, and the clauses that it serves, without their edition."""

    row: Row
    keys: frozenset[str]


def entries(session: Session, *, until: datetime, subject: Subject | None, by: Person) -> Iterator[Entry]:
    """
    The rows that stood at a moment and served a clause, as far as `by` may look into their registers; no findings.

    Args:
        subject: only this row.
    """
    serving = {
        found.definition.key: found.definition
        for found in registers.all_registers(session)
        if registers.may_read(found, by) and _serves(found.definition)
    }
    looked_at = [key for key in serving if subject is None or key == subject.register]
    for row in registers.within(session, registers.rows_then(session, looked_at, at=until), by):
        keys = served(serving[row.register], row)
        if keys and (subject is None or row.key == subject.row):
            yield Entry(row, keys)


def _serves(definition: Definition) -> bool:
    return not definition.finding_on and bool(definition.clauses or definition.row_clauses is not None)


def under(
    session: Session, standard_id: str, ref: str, *, until: datetime, subject: Subject | None, by: Person
) -> list[Row]:
    """
    The rows that stood under a clause, or one below it, by register and key.

    Raises:
        NotFound: there is no such standard.
    """
    found = standard(session, standard_id)
    known = entries(session, until=until, subject=subject, by=by)
    return [one.row for one in known if ref in {above for key in one.keys for above in found.above(key)}]


def served(definition: Definition, row: Row) -> frozenset[str]:
    """The clauses that a row names itself, else those of its register."""
    said = str(row.values.get(definition.row_clauses or "") or "")
    own = frozenset(key.strip() for key in said.split(",") if key.strip())
    return own or frozenset(definition.clauses)
