"""What a request proves of whoever makes it, as the engine asks for it; and whose role asks for a second factor."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from flask import g
from sqlalchemy.orm import Session

from engine.errors import WrongProof
from engine.identity import factors
from engine.identity.factors import Second
from engine.identity.person import Person
from web.problems import SignInFailed
from web.services import services

T = TypeVar("T")
ADMINISTRATORS = "admin"
"""Stands in the setting for those who manage the platform, whatever their groups."""


def second(code: str | None) -> Second:
    """A code of a second factor, given at this moment."""
    return Second(code=code or "", box=services().strongbox, at=services().machine_clock())


def let(verb: Callable[[Session], T], *, by: Person, now: datetime) -> T:
    """
    One transaction of a verb that may ask for a proof; a wrong one counts against the address it came from.

    Raises:
        Rejected: what the verb raised, after its record was committed.
    """
    try:
        return services().database.perform(verb, by=by, now=now)
    except (WrongProof, SignInFailed):
        g.wrong_proof = True
        raise


def was_wrong(_answer: object = None) -> bool:
    """Whether this request has given a wrong proof."""
    return bool(g.get("wrong_proof"))


def must_set_up(session: Session, person: Person) -> bool:
    """Whether his role asks for a second factor, and none is on."""
    return role_asks(person) and not factors.is_on(session, person.id)


def role_asks(person: Person) -> bool:
    """Whether the setting `second_factor_for` names a group of his, or administrators and he is one."""
    asking = services().second_factor_for
    return bool(asking & person.groups) or (ADMINISTRATORS in asking and person.platform_admin)
