"""
Messages owed to people: one's own, and for whoever manages the platform those of others.

A message that speaks of a case which he may not see does not exist for him, unless it is his own.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from engine import access
from engine.errors import NotFound
from engine.identity.person import Person
from engine.store.records import Delivery, DeliveryAttempt
from engine.store.running import Instance, Task
from web import words
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
MOST_OF_CASE = 200


def deliveries(session: Session, person: Person, filters: dict[str, Any]) -> Page:
    """The newest first."""
    query: Query = select(*COLUMNS).where(_open_to(person))
    for name in ("status", "recipient"):
        if filters[name]:
            query = query.where(getattr(Delivery, name) == filters[name])
    keys = (Key(Delivery.id.expression, descending=True),)
    return page(session, query, keys, limit=filters["limit"], cursor=filters["cursor"])


def counts(session: Session, person: Person) -> dict[str, int]:
    """How many there are in each state; states without one are absent."""
    query = select(Delivery.status, func.count()).where(_open_to(person)).group_by(Delivery.status)
    return {row[0]: row[1] for row in session.execute(query)}


def cases_of(session: Session, person: Person, deliveries: list[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """The case of each of these messages, its id and what it is called; absent where `person` may not see it."""
    query = (
        select(Delivery.id, Instance.id, Instance.title, Instance.business_key)
        .join(Instance, Instance.id == Delivery.instance_id)
        .where(Delivery.id.in_(deliveries), access.visible_instances(person))
    )
    return {delivery: (case, words.whole(title, key)) for delivery, case, title, key in session.execute(query)}


def of_case(session: Session, person: Person, instance_id: UUID) -> list[Any]:
    """
    What was owed to people about a case that `person` may see, the newest first, each with the name of its `task`;
    what is owed to programs only for whoever manages the platform.
    """
    query = select(*COLUMNS, Task.name.label("task")).outerjoin(Task, Task.id == Delivery.task_id)
    query = query.where(Delivery.instance_id == instance_id).order_by(Delivery.id.desc()).limit(MOST_OF_CASE)
    return list(session.execute(query if person.platform_admin else query.where(Delivery.lane != "webhooks")).all())


def _open_to(person: Person) -> ColumnElement[bool]:
    own = Delivery.recipient == person.id
    if not person.platform_admin:
        return own
    seen = select(Instance.id).where(Instance.id == Delivery.instance_id, access.visible_instances(person))
    return or_(own, Delivery.instance_id.is_(None), seen.correlate(Delivery).exists())


def of_event(session: Session, event: str) -> Any:
    """The id and the channel of what one person is owed for an event that is his alone."""
    return session.execute(select(Delivery.id, Delivery.channel).where(Delivery.event == event)).one()


def one_delivery(session: Session, person: Person, delivery_id: UUID) -> dict[str, Any]:
    """
    One message with every try to send it.

    Raises:
        NotFound: there is none, or it is not for `person` to see.
    """
    row = session.execute(select(*COLUMNS).where(Delivery.id == delivery_id, _open_to(person))).one_or_none()
    if row is None:
        raise NotFound("delivery", str(delivery_id))
    tried = select(DeliveryAttempt).where(DeliveryAttempt.delivery_id == delivery_id).order_by(DeliveryAttempt.number)
    return {**row._mapping, "tried": session.scalars(tried).all()}
