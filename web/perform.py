"""A verb in the name of whoever makes this request: one transaction, and the worker is woken."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from engine.identity.person import Person
from web import proof
from web.auth import caller
from web.services import services

T = TypeVar("T")


def perform(verb: Callable[[Session, Person, datetime], T]) -> T:
    """
    Let a verb happen.

    Raises:
        Rejected: what the verb raised, after its record was committed.
    """
    who = caller()
    done = proof.let(lambda session: verb(session, who.person, who.now), by=who.person, now=who.now)
    services().ring()
    return done
