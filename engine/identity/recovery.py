"""The way back in that an operator opens on the machine, where no administrator is left who could."""

from datetime import datetime

from sqlalchemy.orm import Session

from engine import audit
from engine.errors import Forbidden, Invalid
from engine.identity import attempts, factors, passwords, people
from engine.identity.person import Person


def let_in(session: Session, person_id: str, password: str, *, reason: str, by: Person, now: datetime) -> bool:
    """
    Give somebody a new password, open his account and remove his second factor; whether he had one.

    Raises:
        Forbidden: `by` is no operator.
        NotFound: nobody has this id, or he has left.
        Invalid: no reason is given, or the password is too short, too long or his own name.
    """
    if by.kind != "operator":
        raise Forbidden(f"{by.name} does not work on the machine itself.", "An administrator sends a link by mail.")
    if not reason.strip():
        raise Invalid("Say why, and how you know that it is this person.", {"reason": "Say why."})
    people.person(session, person_id)
    audit.append(session, audit.PLATFORM, "person.let_in", person_id, {"reason": reason.strip()}, by=by, now=now)
    passwords.set_password(session, person_id, password, by=by, now=now)
    attempts.forgiven(session, person_id, now=now)
    had = factors.is_on(session, person_id)
    if had:
        factors.remove(session, person_id, reason=reason, by=by, now=now)
    return had
