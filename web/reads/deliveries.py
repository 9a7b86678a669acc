"""Messages owed to people: one's own, or all for whoever manages the platform."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.person import Person
from engine.store.records import Delivery, DeliveryAttempt
from web.paging import Key, Page, Query, page

COLUMNS = (
    Delivery.id,
    Delivery.recipient,
    Delivery.channel,
    Delivery.further,
    Delivery.digest_id,
    Delivery.kind,
    Delivery.lane,
    Delivery.status,
    Delivery.attempts,
    Delivery.owed_at,
    Delivery.next_attempt_at,
    Delivery.ended_at,
    Delivery.note,
)


def deliveries(session: Session, person: Person, filters: dict[str, Any]) -> Page:
    """The newest first."""
    query: Query = select(*COLUMNS)
    if not person.platform_admin:
        query = query.where(Delivery.recipient == person.id)
    for name in ("status", "recipient"):
        if filters[name]:
            query = query.where(getattr(Delivery, name) == filters[name])
    keys = (Key(Delivery.id.expression, descending=True),)
    return page(session, query, keys, limit=filters["limit"], cursor=filters["cursor"])


def of_event(session: Session, event: str) -> Any:
    """The id and the channel of what one person is owed for an event that is his alone."""
    return session.execute(select(Delivery.id, Delivery.channel).where(Delivery.event == event)).one()


def one_delivery(session: Session, person: Person, delivery_id: UUID) -> dict[str, Any]:
    """
    One message with every try to send it.

    Raises:
        NotFound: there is none, or it is not for `person` to see.
    """
    row = session.execute(select(*COLUMNS).where(Delivery.id == delivery_id)).one_or_none()
    if row is None or not (person.platform_admin or row.recipient == person.id):
        raise NotFound("delivery", str(delivery_id))
    tried = select(DeliveryAttempt).where(DeliveryAttempt.delivery_id == delivery_id).order_by(DeliveryAttempt.number)
    return {**row._mapping, "tried": session.scalars(tried).all()}
