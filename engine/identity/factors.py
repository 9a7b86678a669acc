"""
Second factors: the codes of an authenticator beside the password (TOTP, RFC 6238), and recovery codes for its loss.

Authenticators go by the clocks of people, so the moments of codes are the
machine's. The secret lies in the database, locked by a key beside it; it is
shown while it is set up and never again. Each code counts once.
"""

import base64
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from engine import audit
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.identity import notices, people, visits
from engine.identity.person import Person
from engine.ids import new_id
from engine.store.accounts import RecoveryCode, SecondFactor
from engine.store.base import table_of
from engine.strongbox import Strongbox

STEP, DIGITS, DRIFT = 30, 6, 1
"""Seconds that a code stands for, its digits, and how many steps a clock may be off."""
CODES = 10
ISSUER = "Steward"
NOT_NOW = "That is not the code of this moment. Look at the clock of your phone, and give the next code."

FACTOR, CODE = table_of(SecondFactor), table_of(RecoveryCode)
ON = FACTOR.c.confirmed_at.is_not(None)


@dataclass(frozen=True, kw_only=True)
class Second:
    """
    A code as somebody gave it.

    Args:
        box: opens the secret that it is checked against.
        at: the machine's moment.
    """

    code: str
    box: Strongbox
    at: datetime


def is_on(session: Session, person_id: str) -> bool:
    """Whether a person shows a second factor when he signs in."""
    return session.execute(select(FACTOR.c.person_id).where(FACTOR.c.person_id == person_id, ON)).first() is not None


def left(session: Session, person_id: str) -> int:
    """How many recovery codes he has not used."""
    unused = select(func.count()).where(CODE.c.person_id == person_id, CODE.c.used_at.is_(None))
    return session.execute(unused).scalar_one()


def begin(session: Session, box: Strongbox, *, by: Person) -> str:
    """
    A secret for the authenticator of `by`, in base32; it is on once `confirm` has seen a code of it.

    Whoever calls this has let `by` prove his password.

    Raises:
        Conflict: a second factor is on already.
        Forbidden: `by` is no person.
    """
    if by.kind != "person":
        raise Forbidden(f"{by.name} has no second factor.", "Only a person who signs in has one.")
    if is_on(session, by.id):
        raise Conflict("A second factor is on already. Turn it off before you set up another one.")
    secret = base64.b32encode(os.urandom(20)).decode()
    session.execute(delete(FACTOR).where(FACTOR.c.person_id == by.id))
    session.execute(insert(FACTOR), [{"person_id": by.id, "locked": box.lock(secret), "confirmed_at": None}])
    return secret


def pending(session: Session, box: Strongbox, person_id: str) -> str | None:
    """The secret that a person is setting up; None where there is none, or it is on."""
    locked = session.execute(select(FACTOR.c.locked).where(FACTOR.c.person_id == person_id, ~ON)).scalar()
    return box.open(bytes(locked)) if locked is not None else None


def address(secret: str, person_id: str) -> str:
    """What an authenticator reads from a picture: `otpauth://totp/...`."""
    return _totp(secret).get_provisioning_uri(person_id, ISSUER)


def confirm(session: Session, given: Second, *, visit: Any = None, by: Person, now: datetime) -> tuple[str, ...]:
    """
    Turn it on, shown a code of the new authenticator. Whoever is signed in as `by` elsewhere is signed out.

    Args:
        visit: the one that goes on all the same.

    Returns:
        Ten recovery codes, told here and never again.

    Raises:
        NotFound: none is being set up.
        Invalid: the code is not one of this moment.
    """
    row = _row(session, by.id, ~ON)
    if row is None:
        raise NotFound("second factor", by.id)
    step = _step(given, row, by.id)
    if step is None:
        raise Invalid(NOT_NOW, {"code": NOT_NOW})
    session.execute(update(FACTOR).where(FACTOR.c.person_id == by.id).values(confirmed_at=now, last_step=step))
    visits.end_all(session, by.id, but=visit)
    said = {"digest": sha256(row.locked).hexdigest()}
    audit.append(session, audit.PLATFORM, "person.second_factor_on", by.id, said, by=by, now=now)
    notices.tell(session, by.id, "factor_on", event=f"factor_on:{new_id()}", now=now)
    return _fresh_codes(session, by=by, now=now)


def new_codes(session: Session, *, by: Person, now: datetime) -> tuple[str, ...]:
    """Ten other recovery codes for `by`, who has proved who he is; those before are void. They are told here alone."""
    notices.tell(session, by.id, "recovery_codes_made", event=f"recovery_codes_made:{new_id()}", now=now)
    return _fresh_codes(session, by=by, now=now)


def _fresh_codes(session: Session, *, by: Person, now: datetime) -> tuple[str, ...]:
    codes = tuple(_grouped(base64.b32encode(os.urandom(10)).decode().lower()) for _ in range(CODES))
    digests = [_digest(by.id, code) for code in codes]
    session.execute(delete(CODE).where(CODE.c.person_id == by.id))
    rows = [{"id": new_id(), "person_id": by.id, "digest": digest, "used_at": None} for digest in digests]
    session.execute(insert(CODE), rows)
    said = {"digest": digest_of(digests), "left": CODES}
    audit.append(session, audit.PLATFORM, "person.recovery_codes_made", by.id, said, by=by, now=now)
    return codes


def check(session: Session, person_id: str, given: Second, *, by: Person, now: datetime) -> bool:
    """Whether a code is right, and was not used before; it is used from now on."""
    row = _row(session, person_id, ON)
    if row is None:
        return False
    step = _step(given, row, person_id)
    if step is not None:
        newer = (FACTOR.c.person_id == person_id, or_(FACTOR.c.last_step.is_(None), FACTOR.c.last_step < step))
        used = session.connection().execute(update(FACTOR).where(*newer).values(last_step=step))
        return used.rowcount == 1
    return _recovered(session, person_id, given, by=by, now=now)


def turn_off(session: Session, *, visit: Any = None, by: Person, now: datetime) -> None:
    """
    Let the password alone be enough again for `by`, who has proved who he is with both.

    Raises:
        NotFound: none is on.
    """
    _off(session, by.id, visit=visit, said={}, by=by, now=now)


def remove(session: Session, person_id: str, *, reason: str, by: Person, now: datetime) -> None:
    """
    Take the second factor from somebody who has lost it; the trail says who did and why, and he is told.

    Raises:
        Forbidden: `by` does not manage people, or it is his own.
        Invalid: no reason is given.
        NotFound: there is no such person, or none is on.
    """
    people.must_manage(by)
    people.person(session, person_id)
    if person_id == by.id:
        raise Forbidden("Nobody takes a second factor from himself.", "Turn it off on the page of your account.")
    if not reason.strip():
        raise Invalid("Say why, and how you know that it is this person.", {"reason": "Say why."})
    _off(session, person_id, visit=None, said={"reason": reason.strip()}, by=by, now=now)


def _off(session: Session, person_id: str, *, visit: Any, said: dict[str, str], by: Person, now: datetime) -> None:
    if not is_on(session, person_id):
        raise NotFound("second factor", person_id)
    session.execute(delete(CODE).where(CODE.c.person_id == person_id))
    session.execute(delete(FACTOR).where(FACTOR.c.person_id == person_id))
    visits.end_all(session, person_id, but=visit)
    audit.append(session, audit.PLATFORM, "person.second_factor_off", person_id, said, by=by, now=now)
    notices.tell(session, person_id, "factor_off", event=f"factor_off:{new_id()}", now=now)


def _row(session: Session, person_id: str, state: ColumnElement[bool]) -> Any:
    query = select(FACTOR.c.locked, FACTOR.c.last_step).where(FACTOR.c.person_id == person_id, state)
    return session.execute(query.with_for_update()).one_or_none()


def _step(given: Second, row: Any, person_id: str) -> int | None:
    """The newest step that has this code and is later than the last one used; None where there is none."""
    code = "".join(given.code.split())
    if len(code) != DIGITS or not (code.isascii() and code.isdecimal()):
        return None
    totp, middle = _totp(given.box.open(bytes(row.locked))), int(given.at.timestamp()) // STEP
    steps = range(middle - DRIFT, middle + DRIFT + 1)
    right = [one for one in steps if hmac.compare_digest(totp.generate(one * STEP).decode(), code)]
    return max(right, default=None)


def _recovered(session: Session, person_id: str, given: Second, *, by: Person, now: datetime) -> bool:
    unused = (CODE.c.person_id == person_id, CODE.c.digest == _digest(person_id, given.code), CODE.c.used_at.is_(None))
    used = session.connection().execute(update(CODE).where(*unused).values(used_at=now))
    if used.rowcount != 1:
        return False
    said = {"left": left(session, person_id)}
    audit.append(session, audit.PLATFORM, "person.recovery_code_used", person_id, said, by=by, now=now)
    notices.tell(session, person_id, "recovery_code_used", event=f"recovery_code_used:{new_id()}", now=now)
    return True


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP)  # noqa: S303 (what RFC 6238 and authenticators mean)


def _grouped(code: str) -> str:
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def _digest(person_id: str, code: str) -> bytes:
    """Of a code as it was typed. It holds 80 bits of chance, so no slow hash is needed."""
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    return sha256(f"{person_id}\0{plain}".encode(errors="replace")).digest()


def digest_of(codes: Iterable[bytes]) -> str:
    """One SHA-256 over the digests of somebody's recovery codes, in hexadecimal."""
    return sha256(b"".join(sorted(codes))).hexdigest()
