"""Channels by which people are told: made, led somewhere, tried, let rest and ended by administrators."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from engine import outbox
from engine.errors import Invalid, NotFound
from engine.identity.person import Person
from engine.outreach import book
from engine.outreach.content import KINDS, MAIL, name_of
from web.language import _
from web.outside import must_be_allowed
from web.pages import acting, typed
from web.pages.layout import Reader, look, page, show
from web.pages.typed import Wrong
from web.reads import entries
from web.reads.people import everybody
from web.services import services

pages = Blueprint("channels_pages", __name__)
acting.register(pages)
HERE = "/channels"
ONE = f"{HERE}/<channel_key>"
TYPED = ("key", "name", "kind", "for", "room", "fallback")
CHATS = {"google_chat": "Google Chat", "teams": "Microsoft Teams"}
"""What chats are called whose names are no words of ours."""


@page(pages, HERE, scope="admin")
def all_channels() -> Response:
    """By which ways people are told, and the forms for a further one and for a test."""
    return _all()


@page(pages, HERE, scope="admin", method="POST")
def make() -> Response:
    """A further channel, and where it leads; the address is never shown again."""
    kept = _typed()
    key = kept["key"]

    def verb(session: Session, by: Person, now: datetime) -> None:
        if any(row.key == key for row in book.in_force(session)):
            said = _("There is a channel with this key already.")
            raise Invalid(said, {"key": [said]})
        book.change(session, key, _content(kept, active=True), by=by, now=now)
        _lead(session, key, by, now)

    try:
        acting.perform(verb)
    except Invalid as error:
        return _all(Wrong("make", error, kept))
    return acting.then(f"{HERE}/{key}", _("The channel is there. Send a test to see whether somebody is reached."))


@page(pages, ONE, scope="admin")
def one(channel_key: str) -> Response:
    """One channel: what it is, whom it is for, and who changed it."""
    return _one(channel_key)


@page(pages, ONE, scope="admin", method="POST")
def change(channel_key: str) -> Response:
    """Let it be for others, or be called otherwise: a further version."""
    kept = _typed()

    def verb(session: Session, by: Person, now: datetime) -> None:
        book.must_manage(by)
        active = book.history(session, channel_key)[-1].content["active"]
        book.change(session, channel_key, _content(kept, active=active), by=by, now=now)

    return _changed(channel_key, "change", verb, _("It is changed, for what is told from now on."), kept)


@page(pages, f"{ONE}/address", scope="admin", method="POST")
def lead(channel_key: str) -> Response:
    """Let it lead somewhere else; the address before is void at once."""

    def verb(session: Session, by: Person, now: datetime) -> None:
        _lead(session, channel_key, by, now)

    return _changed(channel_key, "lead", verb, _("It leads there from now on."))


@page(pages, f"{ONE}/<any(pause, resume):turn>", scope="admin", method="POST")
def turn_channel(channel_key: str, turn: str) -> Response:
    """Let nothing go there for a while, or let it go again."""

    def verb(session: Session, by: Person, now: datetime) -> None:
        book.must_manage(by)
        content = book.history(session, channel_key)[-1].content | {"active": turn == "resume"}
        book.change(session, channel_key, content, by=by, now=now)

    said = _("It is used again.") if turn == "resume" else _("It rests: people are told by the next way.")
    return acting.done(verb, f"{HERE}/{channel_key}", said)


@page(pages, f"{ONE}/end", scope="admin", method="POST")
def end(channel_key: str) -> Response:
    """Let nothing go there any more, and make its address void."""

    def verb(session: Session, by: Person, now: datetime) -> None:
        book.end(session, channel_key, by=by, now=now)

    return acting.done(verb, f"{HERE}/{channel_key}", _("It has ended, and its address is void. Its history stays."))


@page(pages, "/deliveries/test", scope="admin", method="POST")
def try_channel() -> Response:
    """Send somebody a test message by a channel."""
    kept = {name: typed.said(name) for name in ("person", "channel")}

    def verb(session: Session, by: Person, now: datetime) -> Any:
        return outbox.try_out(session, kept["person"], channel=kept["channel"] or None, by=by, now=now)

    try:
        made = acting.perform(verb)
    except (Invalid, NotFound) as error:
        return _all(Wrong("test", error, kept))
    return acting.then(f"/deliveries/{made}", _("The test is on its way. What the other side said stands here soon."))


def _changed(
    key: str,
    form: str,
    verb: Callable[[Session, Person, datetime], None],
    said: str,
    kept: dict[str, str] | None = None,
) -> Response:
    try:
        acting.perform(verb)
    except Invalid as error:
        return _one(key, Wrong(form, error, kept or {}))
    return acting.then(f"{HERE}/{key}", said)


def _lead(session: Session, key: str, by: Person, now: datetime) -> None:
    address = typed.said("address")
    book.set_address(session, key, address, services().strongbox, by=by, now=now)
    must_be_allowed(address)


def _all(wrong: Wrong | None = None) -> Response:
    def read(session: Session, reader: Reader) -> dict[str, Any]:
        book.must_manage(reader.person)
        listed = [book.said(session, row) for row in book.in_force(session)]
        known = {"channels": listed, "ways": _ways(listed), "everybody": everybody(session)}
        return known | {"wrong": wrong, "chats": _chats()}

    return show("channels.html", 422 if wrong else 200, **look(read))


def _one(key: str, wrong: Wrong | None = None) -> Response:
    def read(session: Session, reader: Reader) -> dict[str, Any]:
        book.must_manage(reader.person)
        versions = [book.said(session, row) for row in book.history(session, key)[::-1]]
        others = [book.said(session, row) for row in book.in_force(session) if row.key != key]
        names = entries.names_in(session, [version["by"] for version in versions])
        known = {"one": versions[0], "versions": versions, "ways": _ways(others), "names": names}
        return known | {"wrong": wrong, "chats": _chats()}

    return show("channel.html", 422 if wrong else 200, **look(read))


def _ways(channels: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(MAIL, _("Mail")), *((name_of(one["key"]), one["name"]) for one in channels)]


def _chats() -> dict[str, str]:
    return {kind: CHATS.get(kind, kind.capitalize()) for kind in KINDS}


def _typed() -> dict[str, str]:
    return {name: typed.said(name) for name in TYPED}


def _content(kept: dict[str, str], *, active: bool) -> dict[str, Any]:
    serves = [one for one in re.split(r"[\s,]+", kept["for"]) if one]
    said = {name: kept[name] for name in ("name", "kind", "room", "fallback")}
    return said | {"for": serves, "active": active}
