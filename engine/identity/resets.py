"""
A new password by mail, for whoever has forgotten his.

Asking writes down what was typed and nothing else, so whether there is such an
account shows in no answer and in no time that it takes; the worker looks, and
owes the letter. The link in it is made when the letter is sent, and signed by
a key beside the database: no copy of the database holds one. It works once,
leaves a second factor on, and signs everybody out. People read letters by the
machine's clock, so a link holds by that.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from engine import acting, audit
from engine.errors import Conflict, Invalid, NotFound
from engine.hot import Hot
from engine.identity import attempts, notices, passwords, people, visits
from engine.identity.person import Person
from engine.ids import new_id
from engine.store.accounts import Reset
from engine.store.base import table_of
from engine.transactions import Database

LIFE, LIFE_OF_INVITATION = timedelta(hours=1), timedelta(days=1)
MOST = 3
"""So many links of one person hold at once."""
KEPT = timedelta(days=30)
"""How long what became of a link is kept; the trail keeps that it was sent and used."""
LONGEST = 300
PURPOSE = b"steward password 1\0"

RESET = table_of(Reset)
WAITING = RESET.c.said.is_not(None)
NEXT = Hot(select(func.min(RESET.c.asked_at)).where(WAITING, RESET.c.asked_at > bindparam("after")))


def ask(session: Session, said: str, *, now: datetime) -> None:
    """Write down that somebody wants a new password who says that this is his name or mail address."""
    row = {"id": new_id(), "said": said.strip()[:LONGEST], "asked_at": now}
    session.execute(insert(RESET), [row | {"person_id": None, "expires_at": None, "used_at": None}])


def drain_resets(database: Database, *, now: datetime, machine_now: datetime, limit: int = 100) -> int:
    """
    Look who it was that asked, and owe him a link; safe to call from anywhere and at once.

    Where nobody is called so, has no mail address, or has three links already, nothing is sent and nothing kept.

    Returns:
        How many requests were looked at.
    """
    with database.reading() as session:
        waiting = list(session.execute(select(RESET.c.id).where(WAITING).order_by(RESET.c.id).limit(limit)).scalars())
    if not waiting:
        return 0
    worker = acting.worker(database, now=now)
    for one in waiting:
        database.perform(partial(_look, reset_id=one, by=worker, now=now, machine_now=machine_now), by=worker, now=now)
        database.breathe()
    return len(waiting)


def next_due(session: Session, after: datetime) -> datetime | None:
    """The earliest moment strictly after `after` at which somebody asked who has not been looked for."""
    return NEXT.earliest(session, {"after": after})


def invite(session: Session, person_id: str, *, by: Person, now: datetime, machine_now: datetime) -> None:
    """
    Send somebody a link by which he chooses a password: his first one, or a new one.

    Raises:
        Forbidden: `by` does not manage people.
        NotFound: nobody has this id, or he has left.
        Invalid: he has no mail address.
        Conflict: three links are on their way to him already.
    """
    people.must_manage(by)
    people.person(session, person_id)
    if not notices.address_of(session, person_id):
        raise Invalid(f"{person_id} has no mail address. Write it down first.", {"email": "There is none."})
    if _valid(session, person_id, machine_now) >= MOST:
        raise Conflict(f"{MOST} links are on their way to {person_id} already. They hold for a day.")
    reset_id, until = new_id(), machine_now + LIFE_OF_INVITATION
    row = {"id": reset_id, "said": None, "asked_at": now, "person_id": person_id, "used_at": None}
    session.execute(insert(RESET), [row | {"expires_at": until}])
    _send(session, reset_id, person_id, "invited", until, by=by, now=now)


def whose(session: Session, reset_id: UUID, *, machine_now: datetime) -> Person | None:
    """Who may choose a password by this link; None where it is over, was used, or he has left."""
    held = (RESET.c.id == reset_id, RESET.c.expires_at > machine_now, RESET.c.used_at.is_(None))
    person_id = session.execute(select(RESET.c.person_id).where(*held)).scalar()
    return people.find(session, person_id) if person_id else None


def use(session: Session, reset_id: UUID, password: str, *, now: datetime, machine_now: datetime) -> None:
    """
    Choose a password by a link. All his other links are void, the account is open again, and he is told.

    Raises:
        NotFound: the link is over, or was used.
        Invalid: the password is too short, too long or his own name.
    """
    session.execute(select(RESET.c.id).where(RESET.c.id == reset_id).with_for_update())  # Two at once: one of them.
    himself = whose(session, reset_id, machine_now=machine_now)
    if himself is None:
        raise NotFound("link", str(reset_id))
    passwords.set_password(session, himself.id, password, letter="new_password", by=himself, now=now)
    mine = (RESET.c.person_id == himself.id, RESET.c.used_at.is_(None))
    session.execute(update(RESET).where(*mine).values(used_at=machine_now))
    attempts.forgiven(session, himself.id, now=now)
    audit.append(session, audit.PLATFORM, "person.reset_used", himself.id, {"link": str(reset_id)}, by=himself, now=now)


def forget(session: Session, *, machine_now: datetime) -> None:
    """Delete links that are over for a month."""
    session.execute(delete(RESET).where(RESET.c.expires_at < machine_now - KEPT))


def signed(key: bytes, reset_id: UUID) -> str:
    """The text of a link, safe in an address (HMAC-SHA256, RFC 2104)."""
    return _text(reset_id.bytes + _seal(key, reset_id.bytes))


def opened(key: bytes, text: str) -> UUID | None:
    """What a link stands for, whether or not it still holds; None where it was not made with this key."""
    try:
        held = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        return None
    if len(held) != 48 or not hmac.compare_digest(held[16:], _seal(key, held[:16])):
        return None
    return UUID(bytes=held[:16])


def _look(session: Session, *, reset_id: UUID, by: Person, now: datetime, machine_now: datetime) -> None:
    waiting = select(RESET.c.said).where(RESET.c.id == reset_id, WAITING).with_for_update(skip_locked=True)
    said = session.execute(waiting).scalar()
    if said is None:
        return
    person_id = visits.person_called(session, said)
    if not notices.address_of(session, person_id) or _valid(session, person_id, machine_now) >= MOST:
        session.execute(delete(RESET).where(RESET.c.id == reset_id))
        return
    until = machine_now + LIFE
    found = {"said": None, "person_id": person_id, "expires_at": until}
    session.execute(update(RESET).where(RESET.c.id == reset_id).values(found))
    _send(session, reset_id, person_id, "reset", until, by=by, now=now)


def _send(
    session: Session, reset_id: UUID, person_id: str, template: str, until: datetime, *, by: Person, now: datetime
) -> None:
    notices.tell(session, person_id, template, event=f"reset:{reset_id}", now=now, reset=str(reset_id))
    said = {"link": str(reset_id), "until": until}
    audit.append(session, audit.PLATFORM, "person.reset_sent", person_id, said, by=by, now=now)


def _valid(session: Session, person_id: str, machine_now: datetime) -> int:
    """How many links of his were sent whose time is not over, used or not."""
    his = select(func.count()).where(RESET.c.person_id == person_id, RESET.c.expires_at > machine_now)
    return session.execute(his).scalar_one()


def _seal(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, PURPOSE + body, sha256).digest()


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
