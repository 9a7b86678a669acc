"""Chat channels: which there are, how they change, and where they lead."""

from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from engine.identity.person import Person
from engine.outreach import book
from web.acts import act, look
from web.operations import Theme
from web.outside import must_be_allowed
from web.schemas.base import list_of
from web.schemas.channels import ChannelOut, SetAddress, SetChannel
from web.services import services

theme = Theme("channels", __name__, description="By which chats people are told.")
LIST, ONE = list_of(ChannelOut), ChannelOut()


@theme.operation("GET", "/channels", scope="read", gives=LIST)
def all_channels() -> Response:
    """The channels in force, by key."""
    return look(lambda session, _: {"items": [book.said(session, row) for row in book.in_force(session)]}, LIST)


@theme.operation("GET", "/channels/<channel_key>", scope="read", gives=ONE)
def one(channel_key: str) -> Response:
    """One channel in the version in force."""
    return look(lambda session, _: _newest(session, channel_key), ONE)


@theme.operation("GET", "/channels/<channel_key>/history", scope="read", gives=LIST)
def history(channel_key: str) -> Response:
    """All versions of a channel, the newest first."""

    def read(session: Session, _: Person) -> dict[str, Any]:
        return {"items": [book.said(session, row) for row in book.history(session, channel_key)[::-1]]}

    return look(read, LIST)


@theme.operation("PUT", "/channels/<channel_key>", scope="admin", body=SetChannel, gives=ONE)
def change(body: dict[str, Any], channel_key: str) -> Response:
    """Make a channel, or a new version of it. The same again is no new version."""
    content = {"for" if name == "serves" else name: value for name, value in body.items()}

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        book.change(session, channel_key, content, by=by, now=now)
        return _newest(session, channel_key)

    return act(verb, ONE)


@theme.operation("PUT", "/channels/<channel_key>/address", scope="admin", body=SetAddress, gives=ONE)
def address(body: dict[str, Any], channel_key: str) -> Response:
    """Let a channel lead somewhere; the address is a secret, and never told again."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        book.set_address(session, channel_key, body["address"], services().strongbox, by=by, now=now)
        must_be_allowed(body["address"])
        return _newest(session, channel_key)

    return act(verb, ONE)


@theme.operation("DELETE", "/channels/<channel_key>", scope="admin", gives=ONE)
def end(channel_key: str) -> Response:
    """Let nothing go there any more, and make its address void. Its versions stay."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        book.end(session, channel_key, by=by, now=now)
        return _newest(session, channel_key)

    return act(verb, ONE)


def _newest(session: Session, key: str) -> dict[str, Any]:
    return book.said(session, book.history(session, key)[-1])
