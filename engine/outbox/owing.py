"""Who is owed which message, by which channel and from when."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.ids import id_of, new_id
from engine.outbox.statements import DELIVERY, OWE
from engine.outreach import routes
from engine.outreach.content import MAIL
from engine.outreach.routes import Ways

DIGEST = "digest"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """
    What one person is to be told.

    Args:
        event: what happened, by a name of its own: he is told of it once on each channel.
        recipient: the id of a person.
        template: which words: `assigned`, `reminder`, `due`, `overdue`, `unclaimed`, `call`, `notice`, `vacant`,
            `role`.
        channels: by which he is told, as far as they are there and for him; by default the usual ones.
        cause: who did it; he is not told of his own act.
        private: it is about his account: by mail alone and at once, whatever he wishes.
    """

    event: str
    recipient: str
    template: str
    urgency: str = "ordinary"
    instance_id: UUID | None = None
    task_id: UUID | None = None
    data: dict[str, Any] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    cause: str | None = None
    private: bool = False


def owe(session: Session, notices: Iterable[Notice], *, now: datetime) -> list[dict[str, Any]]:
    """
    Owe each of them, in the transaction of its cause; one that is owed already is nothing.

    Returns:
        The rows of those that were new, for the trail of the cause to speak of them; without digests.
    """
    rows = rows_of(session, notices, now=now)
    new = set(insert_new(session, rows)) if rows else set()
    return [row for row in rows if row["id"] in new and row["kind"] != DIGEST]


def rows_of(
    session: Session, notices: Iterable[Notice], *, organisation: bytes | None = None, now: datetime
) -> list[dict[str, Any]]:
    """
    The rows of these notices, for a step that writes all it means in one journey; digests before what is in them.

    Args:
        organisation: the head of the platform's chain, where it is known.
    """
    told = [one for one in notices if one.recipient != one.cause]
    if not told:
        return []
    ways = routes.ways(session, organisation=organisation)
    rows = [row for one in told for row in _rows(one, ways, now)]
    return list({row["id"]: row for row in rows}.values())


def _rows(one: Notice, ways: Ways, now: datetime) -> list[dict[str, Any]]:
    """A message on each route and, where the person is told of it among others, the digest that will hold it."""
    routes_of = ((MAIL,),) if one.private else ways.routes(one.recipient, one.channels, one.urgency)
    return [row for route in routes_of for row in _row(one, route, ways, now)]


def _row(one: Notice, route: tuple[str, ...], ways: Ways, now: datetime) -> list[dict[str, Any]]:
    first, *further = route
    urgency = "urgent" if one.private else one.urgency
    gathered = ways.digest_at(one.recipient, urgency, now)
    row = {
        "id": new_id(),
        "instance_id": one.instance_id,
        "task_id": one.task_id,
        "lane": "urgent" if urgency == "urgent" else "bulk",
        "event": one.event,
        "kind": one.template,
        "recipient": one.recipient,
        "channel": first,
        "further": further,
        "digest_id": None,
        "body": one.data,
        "status": "owed",
        "owed_at": now,
        "next_attempt_at": gathered or ways.not_before(one.recipient, urgency, now),
        "attempts": 0,
    }
    if gathered is None:
        return [row]
    digest = row | {"id": id_of(gathered, one.recipient, first), "event": f"digest:{gathered.isoformat()}"}
    digest |= {"kind": DIGEST, "instance_id": None, "task_id": None, "body": {}}
    return [digest, row | {"digest_id": digest["id"]}]


def insert_new(session: Session, rows: list[dict[str, Any]]) -> list[Any]:
    """Write rows of deliveries; the ids of those that were new."""
    return list(session.execute(OWE[session.get_bind().dialect.name].returning(DELIVERY.c.id), rows).scalars())
