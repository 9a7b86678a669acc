"""What people without an account do: in the name of the program, for whoever speaks is nobody."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from engine import acting
from engine.identity.person import Person
from web.services import services

T = TypeVar("T")


def let(verb: Callable[[Session, Person, datetime], T]) -> T:
    """Let a verb happen in one transaction, and wake the worker."""
    over, now = services(), services().clock()
    by = acting.operator(over.database, "public", now=now)
    given = over.database.perform(lambda session: verb(session, by, now), by=by, now=now)
    over.ring()
    return given
