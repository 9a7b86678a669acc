"""Other programs that are told: seen, tried, and changed by administrators."""

import re
from datetime import datetime
from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from engine.errors import Invalid
from engine.identity.person import Person
from engine.subscriptions import again, book
from web.language import _
from web.pages import acting, typed
from web.pages.deliveries import states
from web.pages.layout import Reader, look, page, show
from web.pages.typed import Wrong
from web.reads import deliveries, entries
from web.services import services

pages = Blueprint("subscriptions_pages", __name__)
acting.register(pages)
HERE = "/subscriptions"
ONE = f"{HERE}/<subscription_key>"
LISTS = ("types", "processes", "subjects", "standards")


@page(pages, HERE, scope="admin")
def all_subscriptions() -> Response:
    """Which programs are told of what, and the form for a further one."""
    return _all()


@page(pages, HERE, scope="admin", method="POST")
def subscribe() -> Response:
    """Let a further program be told; its secret is shown once."""
    kept = _typed()
    key = kept["key"]

    def verb(session: Session, by: Person, now: datetime) -> str:
        if any(row.key == key for row in book.in_force(session)):
            said = _("There is a subscription with this key already.")
            raise Invalid(said, {"key": [said]})
        book.change(session, key, _content(kept, active=True), by=by, now=now)
        return book.rotate(session, key, services().strongbox, by=by, now=now)

    try:
        return _one(key, made=acting.perform(verb))
    except Invalid as error:
        return _all(Wrong("subscribe", error, kept))


@page(pages, ONE, scope="admin")
def one(subscription_key: str) -> Response:
    """One subscription: what it is told, what was delivered, and how it was."""
    return _one(subscription_key)


@page(pages, ONE, scope="admin", method="POST")
def change(subscription_key: str) -> Response:
    """Tell it of something else, or somewhere else: a further version."""
    kept = _typed()

    def verb(session: Session, by: Person, now: datetime) -> None:
        book.must_manage(by)
        content = _content(kept, active=book.find(session, subscription_key).active)
        book.change(session, subscription_key, content, by=by, now=now)

    try:
        acting.perform(verb)
    except Invalid as error:
        return _one(subscription_key, Wrong("change", error, kept))
    return acting.then(f"{HERE}/{subscription_key}", _("It is changed, for what happens from now on."))


@page(pages, f"{ONE}/<any(pause, resume):turn>", scope="admin", method="POST")
def turn_subscription(subscription_key: str, turn: str) -> Response:
    """Tell it nothing for a while, or again."""

    def verb(session: Session, by: Person, now: datetime) -> None:
        book.must_manage(by)
        content = book.find(session, subscription_key).content() | {"active": turn == "resume"}
        book.change(session, subscription_key, content, by=by, now=now)

    said = _("It is told again.") if turn == "resume" else _("It is told nothing until you let it be told again.")
    return acting.done(verb, f"{HERE}/{subscription_key}", said)


@page(pages, f"{ONE}/secret", scope="admin", method="POST")
def rotate(subscription_key: str) -> Response:
    """A new secret, shown once; the one before signs too for a day."""

    def verb(session: Session, by: Person, now: datetime) -> str:
        return book.rotate(session, subscription_key, services().strongbox, by=by, now=now)

    return _one(subscription_key, made=acting.perform(verb))


@page(pages, f"{ONE}/test", scope="admin", method="POST")
def try_subscription(subscription_key: str) -> Response:
    """Send it a test event."""
    made = acting.perform(lambda session, by, now: again.try_out(session, subscription_key, by=by, now=now))
    return acting.then(f"/deliveries/{made}", _("The test is on its way. What the other side said stands here soon."))


def _all(wrong: Wrong | None = None) -> Response:
    def read(session: Session, reader: Reader) -> dict[str, Any]:
        book.must_manage(reader.person)
        return {"subscriptions": [book.said(row) for row in book.in_force(session)], "wrong": wrong}

    return show("subscriptions.html", 422 if wrong else 200, **look(read))


def _one(key: str, wrong: Wrong | None = None, made: str = "") -> Response:
    def read(session: Session, reader: Reader) -> dict[str, Any]:
        book.must_manage(reader.person)
        versions = [book.said(row) for row in book.history(session, key)[::-1]]
        asked = {"status": None, "recipient": book.owner_of(key), "limit": 10, "cursor": None}
        return {
            "one": versions[0],
            "versions": versions,
            "deliveries": deliveries.deliveries(session, reader.person, asked).items,
            "owner": book.owner_of(key),
            "names": entries.names_in(session, [version["by"] for version in versions]),
            "wrong": wrong,
            "made": made,
        }

    return show("subscription.html", 422 if wrong else 200, **look(read), states=states())


def _typed() -> dict[str, str]:
    return {name: typed.said(name) for name in ("key", "name", "address", *LISTS)}


def _content(kept: dict[str, str], *, active: bool) -> dict[str, Any]:
    lists = {name: [one for one in re.split(r"[\s,]+", kept[name]) if one] for name in LISTS}
    return {"name": kept["name"], "address": kept["address"], "active": active} | {
        name: found for name, found in lists.items() if found
    }
