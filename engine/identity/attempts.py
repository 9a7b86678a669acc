"""
Attempts to prove an identity: counted, so that guessing closes an account for a while.

They are counted apart by the place from which they come: all strangers
together, each browser at which the person has signed in before by itself, and
whoever speaks for the person already. So a stranger who guesses closes the
account to strangers alone, and the person is told of it.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, func, insert, select
from sqlalchemy.orm import Session

from engine import audit
from engine.errors import LockedOut
from engine.identity import notices, people
from engine.ids import new_id
from engine.store.people import SignIn, WrongFrom

STRANGERS = ""
SIGNED_IN = "signed in"
"""The place of whoever speaks for the person already, and proves it again for a signature."""

FAILURES, PERIOD = 10, timedelta(minutes=15)
BOUNDS = {
    "password": ((FAILURES, PERIOD),),
    "code": ((5, timedelta(minutes=15)), (20, timedelta(days=1))),
}
"""So many wrong ones within this time, and the account waits until they are older. A code is tried by someone who
knows the password, and there are only a million of them."""
WORDS = {"password": "passwords", "code": "codes"}
KEPT, SOURCES_KEPT = timedelta(days=30), timedelta(hours=1)
LONGEST = 100
"""Signs of a name that are kept; nobody has a longer one."""


def must_be_open(session: Session, person_id: str, kind: str, *, place: str, now: datetime) -> None:
    """
    Refuse whoever comes from a place where too much was wrong lately.

    Args:
        kind: `password` or `code`.

    Raises:
        LockedOut: until then.
    """
    until = _closed_until(session, person_id, kind, place, now)
    if until is not None:
        remedy = f"Try again after {until.isoformat(timespec='minutes')}, or set a new password by mail."
        raise LockedOut(f"There were too many wrong {WORDS[kind]}.", remedy, kind=kind, until=until)


def failed(session: Session, person_id: str, kind: str, *, place: str, now: datetime) -> None:
    """
    Count a wrong one. Where it closes the account, the trail says so and the person is told, once a day.

    All in the transaction of whoever was wrong, so that a name that nobody has takes about as long as another.
    """
    _count(session, person_id, kind, place, succeeded=False, now=now)
    until, himself = _closed_until(session, person_id, kind, place, now), people.find(session, person_id)
    if himself is None:
        return
    audit.append(session, audit.PLATFORM, "person.sign_in_failed", person_id, {"kind": kind}, by=himself, now=now)
    if until is None:
        return
    said = {"kind": kind, "strangers": place == STRANGERS, "until": until}
    audit.append(session, audit.PLATFORM, "person.locked", person_id, said, by=himself, now=now)
    notices.tell(session, person_id, f"locked_{kind}", event=f"locked:{kind}:{now:%Y-%m-%d}", now=now)


def succeeded(session: Session, person_id: str, *, place: str, now: datetime) -> None:
    """Wipe out what was wrong at this place before."""
    _count(session, person_id, "password", place, succeeded=True, now=now)


def forgiven(session: Session, person_id: str, *, now: datetime) -> None:
    """Open the account to strangers: its person has shown by another way who he is."""
    succeeded(session, person_id, place=STRANGERS, now=now)


def wrong_from(session: Session, source: bytes, *, within: timedelta, machine_now: datetime) -> int:
    """
    Count a wrong one against where it came from, whatever the account; how many there were lately.

    Args:
        source: a keyed digest of the address.
        within: how far back they count.
    """
    session.execute(insert(WrongFrom), [{"id": new_id(), "source": source, "at": machine_now}])
    lately = (WrongFrom.source == source, WrongFrom.at > machine_now - within)
    return session.execute(select(func.count()).select_from(WrongFrom).where(*lately)).scalar_one()


def forget(session: Session, *, now: datetime, machine_now: datetime) -> None:
    """Delete what counts no more for long: names that strangers made up would be kept for ever."""
    session.execute(delete(SignIn).where(SignIn.at < now - KEPT))
    session.execute(delete(WrongFrom).where(WrongFrom.at < machine_now - SOURCES_KEPT))


def _closed_until(session: Session, person_id: str, kind: str, place: str, now: datetime) -> datetime | None:
    """Until when the account is closed here; None where it is open."""
    moments = [
        found + period
        for most, period in BOUNDS[kind]
        if (found := session.execute(_nth(session, person_id, kind, place, now - period, most)).scalar())
    ]
    return max(moments, default=None)


def _nth(session: Session, person_id: str, kind: str, place: str, since: datetime, number: int) -> Select[datetime]:
    """
    When the wrong one was tried that fills the bound, counted back from the newest; those before a right one are void.

    They are told apart by their ids: a clock that is set may stand still.
    """
    here = (SignIn.person_id == person_id[:LONGEST], SignIn.place == place, SignIn.at > since)
    right = select(SignIn.id).where(*here, SignIn.succeeded).order_by(SignIn.id.desc()).limit(1)
    last = session.execute(right).scalar()
    wrong: list[ColumnElement[bool]] = [*here, ~SignIn.succeeded, SignIn.kind == kind]
    wrong += [SignIn.id > last] if last else []
    return select(SignIn.at).where(*wrong).order_by(SignIn.id.desc()).offset(number - 1).limit(1)


def _count(session: Session, person_id: str, kind: str, place: str, *, succeeded: bool, now: datetime) -> None:
    row = {"id": new_id(), "person_id": person_id[:LONGEST], "at": now, "succeeded": succeeded, "token_id": None}
    session.execute(insert(SignIn), [row | {"kind": kind, "place": place}])
