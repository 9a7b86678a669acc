"""Which rows an auditor reads whose mandate names processes: those that a case of his is about or tied to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from engine import access
from engine.identity.person import Person
from engine.registers.reading import Row, row
from engine.store.registers import RowLink
from engine.store.running import Instance


def touched(session: Session, by: Person) -> frozenset[tuple[str, str]] | None:
    """
    Registers and keys of the rows that `by` may read; None where no mandate binds him to some.

    One statement for each session.
    """
    if not by.auditor or by.mandate is None or not by.mandate.processes:
        return None
    name = f"rows that {by.id} may read"
    if name not in session.info:
        seen = access.visible_instances(by)
        about = select(Instance.subject_register, Instance.subject_row).where(seen, Instance.subject_row.is_not(None))
        tied = select(RowLink.register, RowLink.key).join(Instance, Instance.id == RowLink.instance_id).where(seen)
        rows: Any = session.execute(union(about, tied))
        session.info[name] = frozenset((one[0], one[1]) for one in rows)
    found: frozenset[tuple[str, str]] = session.info[name]
    return found


def within(session: Session, rows: Iterable[Row], by: Person) -> list[Row]:
    """Those of these rows that `by` may read."""
    allowed = touched(session, by)
    return [one for one in rows if allowed is None or (one.register, one.key) in allowed]


def seen_row(session: Session, register: str, key: str, *, at: datetime | None = None, by: Person) -> Row | None:
    """One row as it is, or as it was at a moment; None where there is, or was, none that `by` may read."""
    found = row(session, register, key, at=at)
    return found if found is not None and within(session, [found], by) else None
