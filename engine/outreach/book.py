"""
The chat channels of the organisation: which there are, what they say, where they lead, and how they change.

Each change is a version of its own; the newest is in force, and none is ever
taken away (ISO 9001, 7.5.3). The address of a channel lets anybody write into
it, so it is locked like every other secret, and never told again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from engine import bindings, strongbox
from engine.errors import Forbidden, Invalid, NotFound
from engine.identity.person import Person
from engine.outreach.content import CHAT, MAIL, Channel, digest_of, name_of, read
from engine.store.base import table_of
from engine.store.outreach import ChannelVersion
from engine.strongbox import Strongbox
from engine.versioned import Book

TABLE = table_of(ChannelVersion)
NEWEST = select(TABLE).where(TABLE.c.key == bindparam("key")).order_by(TABLE.c.number.desc()).limit(1)
BOOK = Book(ChannelVersion, "channel", "channel.changed")
LONGEST_ADDRESS = 2_000


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a channel leads at a moment. `address` is a secret; None where it has none yet."""

    channel: Channel
    address: str | None


def in_force(session: Session) -> list[Row[Any]]:
    """The newest version of each channel, by key."""
    return BOOK.in_force(session)


def channels(session: Session) -> dict[str, Channel]:
    """The channels in force by their names in deliveries, such as `chat:quality`."""
    return {name_of(row.key): read(row.key, row.content) for row in in_force(session)}


def history(session: Session, key: str) -> list[Row[Any]]:
    """
    All versions of a channel, the oldest first.

    Raises:
        NotFound: there is no such channel.
    """
    return BOOK.history(session, key)


def place(session: Session, key: str, box: Strongbox, *, at: datetime) -> Place:
    """
    The channel in force under a key, and its address.

    Raises:
        NotFound: there is none.
        Broken: its address was locked with another key.
    """
    row = session.execute(NEWEST, {"key": key}).one_or_none()
    if row is None:
        raise NotFound("channel", key)
    addresses = strongbox.valid(session, owner_of(key), box, at=at)
    return Place(channel=read(key, row.content), address=addresses[0] if addresses else None)


def change(session: Session, key: str, content: Mapping[str, Any], *, by: Person, now: datetime) -> UUID:
    """
    Make a channel, or a new version of one; returns the version's id. What is the same as before makes no version.

    Raises:
        Forbidden: `by` does not manage the platform.
        Invalid: with one problem a place.
    """
    must_manage(by)
    channel = read(key, content)
    _must_be_known(session, key, channel)
    kept = channel.content()
    return BOOK.keep(session, key, kept, digest_of(key, kept), by=by, now=now)


def set_address(session: Session, key: str, address: str, box: Strongbox, *, by: Person, now: datetime) -> None:
    """
    Let a channel lead somewhere else from now on; the address before is void at once.

    Args:
        address: the URL that the chat gave. For Matrix the URL of the home server, with an access token behind a `#`.

    Raises:
        Forbidden: `by` does not manage the platform.
        NotFound: there is no such channel.
        Invalid: it is no such address.
    """
    must_manage(by)
    channel = read(key, history(session, key)[-1].content)
    if why := _wrong_address(channel, address):
        raise Invalid(f"The channel {key} cannot lead there. {why}", {"address": [why]})
    strongbox.rotate(session, owner_of(key), box, secret=address, overlap=timedelta(0), by=by, now=now)


def end(session: Session, key: str, *, by: Person, now: datetime) -> None:
    """
    Let nothing go to a channel any more, and make its address void. Its versions stay; it can begin again.

    Raises:
        Forbidden: `by` does not manage the platform.
        NotFound: there is no such channel.
    """
    must_manage(by)
    change(session, key, history(session, key)[-1].content | {"active": False}, by=by, now=now)
    strongbox.end(session, owner_of(key), by=by, now=now)


def seed(session: Session, content: Mapping[str, Any], *, by: Person, now: datetime) -> None:
    """
    Make the channels of `config/channels.toml` that are not there yet; those that are stay as they are.

    Raises:
        Invalid: a channel of the file cannot be used.
    """
    there = {row.key for row in in_force(session)}
    for key, given in content.items():
        if key not in there:
            change(session, key, given, by=by, now=now)


def unknown(session: Session, names: list[str]) -> list[str]:
    """Those of these names under which there is no channel."""
    known = {MAIL, *(name_of(row.key) for row in in_force(session))}
    return [name for name in names if name not in known]


def must_manage(by: Person) -> None:
    """
    Let pass who manages the platform.

    Raises:
        Forbidden: `by` does not.
    """
    if not by.platform_admin:
        raise Forbidden(f"{by.name} may not change channels.", "Ask an administrator of the platform.")


def owner_of(key: str) -> str:
    """The name under which the strongbox and the trail know a channel's address."""
    return f"channel:{key}"


def said(session: Session, row: Row[Any]) -> dict[str, Any]:
    """One version as lists show it, and whether the channel has an address; never the address itself."""
    return {**row._mapping, **row.content, "has_address": strongbox.holds(session, owner_of(row.key))}


def _must_be_known(session: Session, key: str, channel: Channel) -> None:
    strange = list(bindings.unknown(session, set(channel.serves)).values())
    problems = {"for": strange} if strange else {}
    if channel.fallback.startswith(f"{CHAT}:") and unknown(session, [channel.fallback]):
        problems["fallback"] = [f"There is no channel {channel.fallback}."]
    if problems:
        raise Invalid(f"The channel {key}: " + " ".join(why for found in problems.values() for why in found), problems)


def _wrong_address(channel: Channel, address: str) -> str | None:
    if not address.startswith(("https://", "http://")) or not address.isascii() or not address.isprintable():
        return "It is no URL; it begins with https://."
    if " " in address or not strongbox.SHORTEST <= len(address) <= LONGEST_ADDRESS:
        return f"A URL that a chat gives has no blanks, and {strongbox.SHORTEST} to {LONGEST_ADDRESS} signs."
    if (channel.kind == "matrix") != bool(address.partition("#")[2]):
        return "For Matrix, and only there, the access token stands behind a #."
    return None
