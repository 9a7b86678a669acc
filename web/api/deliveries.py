"""What is owed to people, what came of it, and once more."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from engine import outbox
from engine.identity.person import Person
from web.acts import act, look
from web.operations import Theme
from web.reads import deliveries as found
from web.schemas.base import page_of
from web.schemas.deliveries import DeliveryQuery, OwedOut, OwedWithAttemptsOut, SendTest

theme = Theme("deliveries", __name__, description="Messages owed to people, and what came of them.")
PAGE, ONE = page_of(OwedOut), OwedWithAttemptsOut()


@theme.operation("GET", "/deliveries", scope="read", query=DeliveryQuery, gives=PAGE)
def all_deliveries(query: dict[str, Any]) -> Response:
    """
    The caller's own messages; for whoever manages the platform those of others as well.

    Those of a case that he may not see are absent. What a message says is not shown.
    """
    return look(lambda session, person: found.deliveries(session, person, query), PAGE)


@theme.operation("GET", "/deliveries/<uuid:delivery_id>", scope="read", gives=ONE)
def one(delivery_id: UUID) -> Response:
    """One message with every try to send it."""
    return look(lambda session, person: found.one_delivery(session, person, delivery_id), ONE)


@theme.operation("POST", "/deliveries/<uuid:delivery_id>/retry", scope="work", gives=ONE, refused=(409,))
def retry(delivery_id: UUID) -> Response:
    """Send once more what is dead."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        found.one_delivery(session, by, delivery_id)
        outbox.retry(session, delivery_id, by=by, now=now)
        return found.one_delivery(session, by, delivery_id)

    return act(verb, ONE)


@theme.operation("POST", "/deliveries/test", scope="admin", body=SendTest, gives=ONE, status=201)
def test(body: dict[str, Any]) -> Response:
    """Owe somebody a test message."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        made = outbox.try_out(session, body["person"], channel=body["channel"] or None, by=by, now=now)
        return found.one_delivery(session, by, made)

    return act(verb, ONE, status=201)
