"""Webhook subscriptions: who is told of which events, their secrets, and telling again."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from engine.identity.person import Person
from engine.subscriptions import again, book
from web.acts import act, look
from web.operations import Theme
from web.schemas.base import list_of
from web.schemas.hooks import RotateSecret, SecretOut
from web.schemas.subscriptions import ReplayOut, ReplayPeriod, SetSubscription, SubscriptionOut, TriedOut
from web.services import services

theme = Theme("subscriptions", __name__, description="Who is told of which events, by signed webhooks.")
LIST, ONE, SECRET = list_of(SubscriptionOut), SubscriptionOut(), SecretOut()
REPLAY, TRIED = ReplayOut(), TriedOut()


@theme.operation("GET", "/subscriptions", scope="admin", gives=LIST)
def all_subscriptions() -> Response:
    """The subscriptions in force, by key."""

    def read(session: Session, person: Person) -> dict[str, Any]:
        book.must_manage(person)
        return {"items": [book.said(row) for row in book.in_force(session)]}

    return look(read, LIST)


@theme.operation("GET", "/subscriptions/<subscription_key>", scope="admin", gives=ONE)
def one(subscription_key: str) -> Response:
    """One subscription in the version in force."""

    def read(session: Session, person: Person) -> dict[str, Any]:
        book.must_manage(person)
        return book.said(book.history(session, subscription_key)[-1])

    return look(read, ONE)


@theme.operation("GET", "/subscriptions/<subscription_key>/history", scope="admin", gives=LIST)
def history(subscription_key: str) -> Response:
    """All versions of a subscription, the newest first."""

    def read(session: Session, person: Person) -> dict[str, Any]:
        book.must_manage(person)
        return {"items": [book.said(row) for row in book.history(session, subscription_key)[::-1]]}

    return look(read, LIST)


@theme.operation("PUT", "/subscriptions/<subscription_key>", scope="admin", body=SetSubscription, gives=ONE)
def change(body: dict[str, Any], subscription_key: str) -> Response:
    """Make a subscription, or a new version of it. The same again is no new version."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        book.change(session, subscription_key, body, by=by, now=now)
        return book.said(book.history(session, subscription_key)[-1])

    return act(verb, ONE)


@theme.operation("PUT", "/subscriptions/<subscription_key>/secret", scope="admin", body=RotateSecret, gives=SECRET)
def rotate(body: dict[str, Any], subscription_key: str) -> Response:
    """Give the subscription a new secret, told this once; the one before signs too for a while."""
    overlap = timedelta(hours=body["overlap_hours"])

    def verb(session: Session, by: Person, now: datetime) -> dict[str, str]:
        given = {"secret": body["secret"], "overlap": overlap}
        return {"secret": book.rotate(session, subscription_key, services().strongbox, **given, by=by, now=now)}

    return act(verb, SECRET)


@theme.operation(
    "POST",
    "/subscriptions/<subscription_key>/replay",
    scope="admin",
    body=ReplayPeriod,
    gives=REPLAY,
    status=201,
    refused=(409,),
)
def replay(body: dict[str, Any], subscription_key: str) -> Response:
    """Owe once more what was recorded in a period. The events keep their ids."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        made = again.replay(session, subscription_key, **body, by=by, now=now)
        return {"replay": made.id, "owed": made.owed}

    return act(verb, REPLAY, status=201)


@theme.operation("POST", "/subscriptions/<subscription_key>/test", scope="admin", gives=TRIED, status=201)
def test(subscription_key: str) -> Response:
    """Owe the subscription a test event, whatever it takes."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, UUID]:
        return {"delivery_id": again.try_out(session, subscription_key, by=by, now=now)}

    return act(verb, TRIED, status=201)
