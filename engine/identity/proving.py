"""
Proving who one is: with the password and, where a second factor is on, with a code as well.

Every door goes through here: signing in at a browser, trading a password for a
token, the modeler's login, and the login that each signature asks for anew.
"""

from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine.errors import CodeNeeded, WrongProof
from engine.identity import attempts, factors, passwords
from engine.identity.attempts import SIGNED_IN, STRANGERS
from engine.identity.factors import Second
from engine.identity.person import Person
from engine.store.people import PersonRow

WRONG = "The name or the password is wrong."
WRONG_CODE = "The code is wrong, or was used already."


def prove(
    session: Session,
    person_id: str,
    password: str,
    second: Second | None = None,
    *,
    place: str = STRANGERS,
    now: datetime,
) -> None:
    """
    Let pass whoever proves to be this person, and count who does not.

    An unknown name takes as long as a wrong password and reads the same.

    Args:
        place: where it is tried from, as `attempts` counts them.

    Raises:
        WrongProof: something is wrong, or was too often lately (LockedOut). What is counted must be committed, so the
            error says `keeps`.
        CodeNeeded: the password is right, a second factor is on and no code was given.
    """
    if by_password(session, person_id, password, place=place, now=now):
        attempts.succeeded(session, person_id, place=place, now=now)
    elif second is None or not second.code.strip():
        raise CodeNeeded("A second factor is on for this account.", "Give a code of it as well.")
    else:
        by_code(session, person_id, second, place=place, now=now)


def again(session: Session, by: Person, password: str, second: Second | None = None, *, now: datetime) -> None:
    """
    Let pass whoever speaks for `by` already and proves it once more, as a signature asks.

    Raises:
        WrongProof, CodeNeeded: as for `prove`.
    """
    prove(session, by.id, password, second, place=SIGNED_IN, now=now)


def by_password(session: Session, person_id: str, password: str, *, place: str, now: datetime) -> bool:
    """
    The first of two steps: whether the right password is enough; False where a second factor is on.

    Raises:
        WrongProof: as for `prove`.
    """
    kept = _account(session, person_id)
    attempts.must_be_open(session, person_id, "password", place=place, now=now)
    right = passwords.matches(password, kept.password if kept and kept.password else passwords.nobodys())
    if kept is None or not right:
        attempts.failed(session, person_id, "password", place=place, now=now)
        raise WrongProof(WRONG, keeps=True)
    passwords.renew(session, person_id, password, str(kept.password), now=now)
    return not factors.is_on(session, person_id)


def by_code(session: Session, person_id: str, second: Second, *, place: str, now: datetime) -> None:
    """
    The second of two steps, after the password was right.

    Raises:
        WrongProof: the code is wrong, was used before, or there were too many wrong ones (LockedOut).
    """
    _account(session, person_id)
    attempts.must_be_open(session, person_id, "code", place=place, now=now)
    himself = Person(id=person_id, name=person_id)
    if not factors.check(session, person_id, second, by=himself, now=now):
        attempts.failed(session, person_id, "code", place=place, now=now)
        raise WrongProof(WRONG_CODE, kind="code", keeps=True)
    attempts.succeeded(session, person_id, place=place, now=now)


def _account(session: Session, person_id: str) -> Row[str, str | None] | None:
    """The account, locked, so that guesses at the same moment are counted one by one."""
    query = select(PersonRow.id, PersonRow.password).where(PersonRow.id == person_id, PersonRow.active)
    return session.execute(query.with_for_update(key_share=True)).first()
