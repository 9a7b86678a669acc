"""Passwords: kept as argon2id (RFC 9106), each with a salt of its own. `proving` checks them."""

import unicodedata
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from engine import audit
from engine.errors import Forbidden, Invalid, NotFound
from engine.identity import notices, visits
from engine.identity.person import Person
from engine.ids import new_id
from engine.store.people import PersonRow

SHORTEST, LONGEST = 8, 200
PASSWORD_OF = select(PersonRow.password).where(PersonRow.id == bindparam("person"))


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
    session: Session,
    person_id: str,
    password: str,
    *,
    visit: UUID | None = None,
    letter: str | None = None,
    by: Person,
    now: datetime,
) -> None:
    """
    Give a person a password. Everybody may change his own; the trail says that, not what.

    He is told by mail, except of a first one that the machine's operator gives.

    Whoever is signed in at a browser under the one before is signed out.

    Args:
        visit: the one that goes on all the same: that of whoever changes his own.
        letter: which words tell him of it; by default those for who did it.

    Raises:
        Forbidden: it is another person's, and `by` does not manage people.
        NotFound: nobody has this id, or he has left.
        Invalid: it is too short, too long or the person's own name.
    """
    if by.id != person_id and not by.platform_admin:
        raise Forbidden(f"{by.name} may change no password but his own.", "Ask an administrator of the platform.")
    _check_choice(person_id, password)
    kept, before = hashed(password), session.execute(PASSWORD_OF, {"person": person_id}).scalar()
    changed = update(PersonRow).where(PersonRow.id == person_id, PersonRow.active).values(password=kept)
    if session.connection().execute(changed).rowcount != 1:
        raise NotFound("person", person_id)
    visits.end_all(session, person_id, but=visit)
    said = {"digest": sha256(kept.encode()).hexdigest()}
    audit.append(session, audit.PLATFORM, "person.password_set", person_id, said, by=by, now=now)
    if before or by.kind == "person":
        words = letter or ("password_changed" if by.id == person_id else "password_set")
        notices.tell(session, person_id, words, event=f"{words}:{new_id()}", now=now)


def renew(session: Session, person_id: str, password: str, hashed_before: str, *, now: datetime) -> None:
    """Hash a right password anew, where it was hashed with less work than the settings ask for by now."""
    if not Hashing.hasher.check_needs_rehash(hashed_before):
        return
    kept, himself = hashed(password), Person(id=person_id, name=person_id)
    session.execute(update(PersonRow).where(PersonRow.id == person_id).values(password=kept))
    said = {"digest": sha256(kept.encode()).hexdigest(), "hashed_anew": True}
    audit.append(session, audit.PLATFORM, "person.password_set", person_id, said, by=himself, now=now)


@lru_cache(1)
def nobodys() -> str:
    """The hash of a password that nobody has: unknown names take as long as known ones."""
    return hashed("nobody knows this one")


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


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKD", password)
