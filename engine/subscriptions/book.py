"""
The subscriptions of the organisation: which there are, what they say, and how they change.

Each change is a version of its own; the newest is in force, and none is ever
taken away. ISO 9001, 7.5.3.
"""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session

from engine import strongbox
from engine.errors import Forbidden, Invalid, NotFound
from engine.identity.person import Person
from engine.store.base import table_of
from engine.store.subscriptions import SubscriptionVersion
from engine.strongbox import Strongbox
from engine.subscriptions.content import Subscription, digest_of, read
from engine.versioned import Book

TABLE = table_of(SubscriptionVersion)
NEWEST = select(TABLE).where(TABLE.c.key == bindparam("key")).order_by(TABLE.c.number.desc()).limit(1)
CHANGES = select(func.max(TABLE.c.change))
BOOK = Book(
    SubscriptionVersion,
    "subscription",
    "subscription.changed",
    lambda session: {"change": (session.scalar(CHANGES) or 0) + 1},
)


def owner_of(key: str) -> str:
    """Under which name deliveries and secrets of a subscription are kept; no person has such an id."""
    return f"subscription:{key}"


def key_of(owner: str) -> str:
    """The key of the subscription that is kept under this name."""
    return owner.removeprefix("subscription:")


def in_force(session: Session) -> list[Row[Any]]:
    """The newest version of each subscription, by key."""
    return BOOK.in_force(session)


def history(session: Session, key: str) -> list[Row[Any]]:
    """
    All versions of a subscription, the oldest first.

    Raises:
        NotFound: there is no such subscription.
    """
    return BOOK.history(session, key)


def find(session: Session, key: str) -> Subscription:
    """
    The subscription in force under a key, active or not.

    Raises:
        NotFound: there is none.
    """
    row = session.execute(NEWEST, {"key": key}).one_or_none()
    if row is None:
        raise NotFound("subscription", key)
    return read(key, row.content)


def change(session: Session, key: str, content: Mapping[str, Any], *, by: Person, now: datetime) -> UUID:
    """
    Make a subscription, or a new version of one; returns the version's id. What is the same makes no version.

    It is told of what happens from here on.

    Raises:
        Forbidden: `by` does not manage the platform.
        Invalid: with one problem a place.
    """
    must_manage(by)
    kept = read(key, content).content()
    return BOOK.keep(session, key, kept, digest_of(key, kept), by=by, now=now)


def seed(session: Session, content: Mapping[str, Any], *, by: Person, now: datetime) -> None:
    """
    Make the subscriptions of `config/subscriptions.toml` that are not there yet; those that are stay as they are.

    Raises:
        Invalid: a subscription of the file cannot be used.
    """
    there = {row.key for row in in_force(session)}
    for key, given in content.items():
        if key not in there:
            change(session, key, given, by=by, now=now)


def rotate(
    session: Session,
    key: str,
    box: Strongbox,
    *,
    secret: str | None = None,
    overlap: timedelta = strongbox.OVERLAP,
    by: Person,
    now: datetime,
) -> str:
    """
    Give a subscription a new secret; the one before signs too for `overlap`. Returns the secret, told this once.

    Args:
        secret: one that the receiver made, as Standard Webhooks write it; None makes one.

    Raises:
        Forbidden: `by` does not manage the platform.
        NotFound: there is no such subscription.
        Invalid: the secret is not `whsec_` and base64 of 24 to 64 bytes.
    """
    must_manage(by)
    history(session, key)
    if secret is not None and not _serves(secret):
        why = "Write it as Standard Webhooks do: whsec_ and base64 of 24 to 64 bytes. Or leave it out: one is made."
        raise Invalid(why, {"secret": [why]})
    return strongbox.rotate(session, owner_of(key), box, secret=secret, overlap=overlap, by=by, now=now)


def _serves(secret: str) -> bool:
    try:
        made = base64.b64decode(secret.removeprefix(strongbox.PREFIX), validate=True)
    except ValueError:
        return False
    return secret.startswith(strongbox.PREFIX) and 24 <= len(made) <= 64


def must_manage(by: Person) -> None:
    """
    Let pass who manages the platform.

    Raises:
        Forbidden: `by` does not.
    """
    if not by.platform_admin:
        raise Forbidden(f"{by.name} may not look after subscriptions.", "Ask an administrator of the platform.")


def said(row: Row[Any]) -> dict[str, Any]:
    """One version as lists show it: `key`, `number`, `since`, `by`, `digest`, and what it says."""
    return {**row._mapping, **row.content}
