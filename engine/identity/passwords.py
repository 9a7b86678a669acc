"""
Passwords: kept as argon2id, checked at sign-in and again at each signature.

The hashes are those that Flask-Security writes and reads with
`SECURITY_PASSWORD_HASH = "argon2"` and `SECURITY_PASSWORD_SINGLE_HASH = ["argon2"]`,
so an account made here can use the front door, and the other way round.
"""

import unicodedata
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlalchemy.orm import Session

from engine import audit
from engine.errors import Forbidden, Invalid, LockedOut, NotFound, Record
from engine.identity import visits
from engine.identity.person import Person
from engine.ids import new_id
from engine.store.people import PersonRow, SignIn

SHORTEST, LONGEST = 8, 200
FAILURES, PERIOD = 10, timedelta(minutes=15)
"""So many wrong passwords within this time, and the account waits until they are older."""

WRONG = "The name or the password is wrong."


class Hashing:
    """
    How much work a hash costs; the defaults are argon2-cffi's (RFC 9106, low memory).

    Tests lower it with `Hashing.use(time_cost=1, memory_cost=8)`.
    """

    hasher = PasswordHasher()

    @classmethod
    def use(cls, *, time_cost: int, memory_cost: int) -> None:
        """Hash from now on with so many passes over so many KiB."""
        cls.hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_cost, parallelism=1)


def hashed(password: str) -> str:
    """The argon2id hash of a password, with a salt of its own."""
    return Hashing.hasher.hash(_normal(password))


def matches(password: str, kept: str) -> bool:
    """Whether a password is the one that was hashed."""
    try:
        return Hashing.hasher.verify(kept, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def set_password(
    session: Session, person_id: str, password: str, *, visit: UUID | None = None, by: Person, now: datetime
) -> None:
    """
    Give a person a password. Everybody may change his own; the trail says that, not what.

    Whoever is signed in at a browser under the one before is signed out.

    Args:
        visit: the one that goes on all the same: that of whoever changes his own.

    Raises:
        Forbidden: it is another person's, and `by` does not manage people.
        NotFound: nobody has this id, or he has left.
        Invalid: it is too short, too long or the person's own name.
    """
    if by.id != person_id and not by.platform_admin:
        raise Forbidden(f"{by.name} may change no password but his own.", "Ask an administrator of the platform.")
    _check_choice(person_id, password)
    kept = hashed(password)
    changed = update(PersonRow).where(PersonRow.id == person_id, PersonRow.active).values(password=kept)
    if session.connection().execute(changed).rowcount != 1:
        raise NotFound("person", person_id)
    visits.end_all(session, person_id, but=visit)
    said = {"digest": sha256(kept.encode()).hexdigest()}
    audit.append(session, audit.PLATFORM, "person.password_set", person_id, said, by=by, now=now)


def check_password(session: Session, person_id: str, password: str, *, now: datetime) -> None:
    """
    Let pass whoever knows the password, and count who does not.

    An unknown name takes as long as a wrong password and reads the same.

    Raises:
        Forbidden: it is wrong, or there were too many wrong ones lately. What is
            counted must be committed, so the error says `keeps`.
    """
    kept = _account(session, person_id)
    failed = _failed(session, person_id, now - PERIOD)
    if session.execute(select(func.count()).select_from(SignIn).where(*failed)).scalar_one() >= FAILURES:
        raise _locked_out(session, failed, now)
    right = matches(password, kept.password if kept and kept.password else _nobodys())
    _count(session, person_id, succeeded=right and kept is not None, now=now)
    if kept is None or not right:
        record = Record(audit.PLATFORM, "person.sign_in_failed", person_id) if kept else None
        raise Forbidden(WRONG, keeps=True, record=record)
    if Hashing.hasher.check_needs_rehash(kept.password):
        _hash_anew(session, person_id, password, now)


def count_wrong(session: Session, person_id: str, *, now: datetime) -> None:
    """Count a wrong password whose own transaction was undone."""
    _count(session, person_id, succeeded=False, now=now)


def _hash_anew(session: Session, person_id: str, password: str, now: datetime) -> None:
    """The same password, hashed as hard as the settings ask for by now."""
    kept, himself = hashed(password), Person(id=person_id, name=person_id)
    session.execute(update(PersonRow).where(PersonRow.id == person_id).values(password=kept))
    said = {"digest": sha256(kept.encode()).hexdigest(), "hashed_anew": True}
    audit.append(session, audit.PLATFORM, "person.password_set", person_id, said, by=himself, now=now)


def _account(session: Session, person_id: str) -> Row[str, str | None] | None:
    """The account, locked, so that guesses at the same moment are counted one by one."""
    query = select(PersonRow.id, PersonRow.password).where(PersonRow.id == person_id, PersonRow.active)
    return session.execute(query.with_for_update(key_share=True)).first()


def _failed(session: Session, person_id: str, since: datetime) -> tuple[ColumnElement[bool], ...]:
    """
    What wrong passwords count: those since the last right one.

    They are told apart by their ids: a clock that is set may stand still.
    """
    recent = (SignIn.person_id == person_id, SignIn.at > since)
    right = select(SignIn.id).where(*recent, SignIn.succeeded).order_by(SignIn.id.desc()).limit(1)
    last = session.execute(right).scalar()
    return (*recent, ~SignIn.succeeded, *([SignIn.id > last] if last else []))


def _locked_out(session: Session, failed: tuple[ColumnElement[bool], ...], now: datetime) -> LockedOut:
    oldest = select(SignIn.at).where(*failed)
    nth = session.execute(oldest.order_by(SignIn.at.desc()).offset(FAILURES - 1).limit(1)).scalar() or now
    until = nth + PERIOD
    remedy = f"Try again after {until.isoformat(timespec='minutes')}."
    return LockedOut("There were too many wrong passwords.", remedy, until=until)


def _count(session: Session, person_id: str, *, succeeded: bool, now: datetime) -> None:
    row = {"id": new_id(), "person_id": person_id[:100], "at": now, "succeeded": succeeded, "token_id": None}
    session.execute(insert(SignIn), [row])


def _check_choice(person_id: str, password: str) -> None:
    problem = ""
    if len(password) < SHORTEST:
        problem = f"A password needs at least {SHORTEST} signs."
    elif len(password) > LONGEST:
        problem = f"A password has at most {LONGEST} signs."
    elif password.casefold() in (person_id.casefold(), person_id.partition("@")[0].casefold()):
        problem = "A password must not be the person's own name."
    if problem:
        raise Invalid(problem, {"password": problem})


@lru_cache(1)
def _nobodys() -> str:
    return hashed("nobody knows this one")


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKD", password)
