"""
Secrets at rest: locked in the database, under a key that lies in a file beside it.

Whoever holds a copy of the database alone cannot sign in anybody's name.
ISO 27001, A.8.24.
"""

import base64
import secrets as chance
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from engine import audit
from engine.errors import Broken, Invalid
from engine.identity.person import Person
from engine.ids import new_id
from engine.store.base import table_of
from engine.store.hooks import Secret

PREFIX = "whsec_"
SHORTEST = 24
"""Signs of a secret that somebody else made."""

OVERLAP = timedelta(hours=24)
"""How long the secret before stays valid, so that both sides can change over."""

TABLE = table_of(Secret)
KEEP = insert(TABLE)
END = (
    update(TABLE)
    .where(TABLE.c.owner == bindparam("of_owner"), or_(TABLE.c.until.is_(None), TABLE.c.until > bindparam("end")))
    .values(until=bindparam("end"))
)
VALID = (
    select(TABLE.c.locked)
    .where(TABLE.c.owner == bindparam("of_owner"))
    .where(or_(TABLE.c.until.is_(None), TABLE.c.until > bindparam("at")))
    .order_by(TABLE.c.since.desc(), TABLE.c.id.desc())
)


class Strongbox:
    """
    Locks and opens secrets.

    Args:
        key: 32 bytes in URL-safe base64 (Fernet).
    """

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    @classmethod
    def fleeting(cls) -> "Strongbox":
        """One whose key is gone with the process."""
        return cls(Fernet.generate_key())

    def lock(self, secret: str) -> bytes:
        """The secret as a database may hold it."""
        return self._fernet.encrypt(secret.encode())

    def open(self, locked: bytes) -> str:
        """
        The secret again.

        Raises:
            Broken: it was locked with another key, or altered.
        """
        try:
            return self._fernet.decrypt(locked).decode()
        except InvalidToken as error:
            raise Broken("A secret was locked with another key than secrets.key of the working folder.") from error


def rotate(
    session: Session,
    owner: str,
    box: Strongbox,
    *,
    secret: str | None = None,
    overlap: timedelta = OVERLAP,
    by: Person,
    now: datetime,
) -> str:
    """
    Give `owner` a new secret; the one before stays valid for `overlap`, none before that. Returns the secret.

    It is told here and never again.

    Args:
        owner: whose secret it is, such as `hook:alerts`; the trail speaks of it by this name.
        secret: one that somebody else made; None makes one of 32 bytes in the form of Standard Webhooks.

    Raises:
        Invalid: a secret from elsewhere is shorter than 24 signs, or says `whsec_` without base64 behind it.
    """
    made = secret or PREFIX + base64.b64encode(chance.token_bytes(32)).decode()
    _must_serve(made)
    chain = audit.extend(session, audit.PLATFORM)  # One at a time, so that at most two are valid at once.
    before = session.execute(select(TABLE.c.id).where(TABLE.c.owner == owner, TABLE.c.until.is_(None))).scalars().all()
    session.execute(END, {"of_owner": owner, "end": now})
    for one in before:
        session.execute(update(TABLE).where(TABLE.c.id == one).values(until=now + overlap))
    row: dict[str, Any] = {"id": new_id(), "owner": owner, "locked": box.lock(made), "since": now, "until": None}
    session.execute(KEEP, [row | {"by": by.id}])
    said = {"id": row["id"], "digest": sha256(row["locked"]).hexdigest(), "overlap": overlap.total_seconds()}
    chain.add("secret.rotated", owner, said, by=by.id, now=now)
    audit.save(session, chain)
    return made


def end(session: Session, owner: str, *, by: Person, now: datetime) -> None:
    """Make the secrets of `owner` void at once; where none is valid, nothing happens."""
    chain = audit.extend(session, audit.PLATFORM)
    if session.connection().execute(END, {"of_owner": owner, "end": now}).rowcount:
        chain.add("secret.ended", owner, {}, by=by.id, now=now)
        audit.save(session, chain)


def valid(session: Session, owner: str, box: Strongbox, *, at: datetime) -> list[str]:
    """The secrets of `owner` that are valid at a moment, the newest first."""
    found = session.execute(VALID, {"of_owner": owner, "at": at}).scalars()
    return [box.open(bytes(locked)) for locked in found]


def holds(session: Session, owner: str) -> bool:
    """Whether `owner` has a secret that has no end."""
    newest = select(TABLE.c.id).where(TABLE.c.owner == owner, TABLE.c.until.is_(None)).limit(1)
    return session.execute(newest).first() is not None


def _must_serve(secret: str) -> None:
    if len(secret) < SHORTEST or not secret.isascii() or not secret.isprintable():
        raise Invalid(f"A secret has at least {SHORTEST} visible ASCII signs.", {"secret": ["Too short."]})
    if secret.startswith(PREFIX):
        try:
            base64.b64decode(secret.removeprefix(PREFIX) + "==", validate=False)
        except ValueError as error:
            raise Invalid("What follows whsec_ is no base64.", {"secret": ["No base64."]}) from error
