"""What a process does to a register: it changes a row or adds one, by the register's rules and in its trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.errors import Invalid
from engine.identity.person import Person
from engine.registers.checking import must_say_why
from engine.registers.definitions import defined
from engine.registers.keeping import added, changed, locked
from engine.registers.reading import Row, row


@dataclass(frozen=True, kw_only=True)
class Wish:
    """
    What is to be kept.

    Args:
        key: the row; None where the changes say it.
        create: whether it may be added where it is not there.
        because: what the trail says besides, such as the case.
    """

    register: str
    key: str | None
    changes: Mapping[str, Any]
    reason: str
    create: bool
    because: Mapping[str, Any]


def keep(session: Session, wish: Wish, *, by: Person, now: datetime) -> Row:
    """
    The row as it is kept now. Who keeps the register is not asked: whoever released the process has allowed it.

    Raises:
        NotFound: there is no such register; or no such row, and none may be added.
        Conflict: the row has ended.
        Invalid: the rules of the register refuse it, by field; or it says no reason, or which row it means.
    """
    found = defined(session, wish.register)
    field = found.definition.row_key
    key = wish.key or str(wish.changes.get(field) or "")
    if not key:
        raise Invalid("It does not say which row it means.", {"row": ["Name the row."]})
    if wish.create and row(session, wish.register, key) is None:
        return added(session, found, {field: key, **wish.changes}, because=wish.because, by=by, now=now)
    before = locked(session, found, key, None)
    must_say_why(wish.reason)
    return changed(session, found, before, wish.changes, reason=wish.reason, because=wish.because, by=by, now=now)
