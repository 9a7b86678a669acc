"""
Owing events: whoever writes to a case's trail owes, in the same transaction, what subscriptions are told of it.

Who locks a case learns in that same statement which change of the subscriptions
is the newest (`told` of its chain), and what they say under a change never
changes: it is remembered. So where nobody has subscribed, or nobody takes what
happened, telling costs no statement at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.cache import Cache
from engine.core.chain import Chain, Link
from engine.hot import Hot
from engine.ids import new_id
from engine.models.definitions import Parsed, parsed
from engine.store.base import table_of
from engine.store.running import Instance
from engine.store.subscriptions import SubscriptionVersion
from engine.subscriptions.content import About, Subscription, read
from engine.subscriptions.events import TOLD, Event, addressed_to, asks_of, facts_of, type_of

TABLE, INSTANCE = table_of(SubscriptionVersion), table_of(Instance)
NEWEST = select(TABLE.c.id).order_by(TABLE.c.change.desc()).limit(1).scalar_subquery()
"""The newest change of any subscription; part of the statements that lock cases."""

ALL = select(TABLE.c.key, TABLE.c.content).order_by(TABLE.c.key, TABLE.c.number)
FACTS = ("id", "definition_id", "title", "business_key", "confidential", "subject_register", "subject_row")
CASE = Hot(select(*(INSTANCE.c[name] for name in FACTS)).where(INSTANCE.c.id == bindparam("case")))

WEBHOOK = "webhook"
"""The channel of what subscriptions are owed."""

LANE = "webhooks"
ASKING = "urgent"
"""The lane of what a case waits for an answer to: it is not held up by the crowd of all other events."""

_subscriptions: Cache[UUID, tuple[Subscription, ...]] = Cache(8)
_standards: Cache[UUID, frozenset[str]] = Cache(256)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What others may know of a case."""

    id: UUID
    definition_id: UUID
    title: str
    business_key: str | None
    confidential: bool
    subject: str


def subscribed(session: Session, newest: UUID | None) -> tuple[Subscription, ...]:
    """The active subscriptions as they are since the change `newest`; no statement where they are known."""
    return () if newest is None else _subscriptions.get(newest, lambda: _read(session))


def owed(session: Session, chain: Chain, case: Told | None = None) -> list[dict[str, Any]]:
    """
    What subscriptions are to be told of the new entries of a case's chain, as rows of `deliveries`.

    Args:
        case: looked up where it is needed and not given.
    """
    wanted = [one for one in subscribed(session, chain.told) if chain.links]
    told = [(link, type_) for link in chain.links if wanted and (type_ := type_of(link.verb, link.body))]
    told = [(link, type_) for link, type_ in told if link.verb == TOLD or any(one.wants(type_) for one in wanted)]
    if not told:
        return []
    case = case or found(session, UUID(chain.key))
    if case.confidential:
        return []
    definition = parsed(session, case.definition_id)
    about = About(process=definition.key, subject=case.subject, standards=standards_of(definition))
    rows = []
    for link, type_ in told:
        takers = takers_of(wanted, type_, about, addressed_to(link.verb, link.body))
        if takers:
            event = event_of(link, type_, case, definition)
            more = asks_of(link.verb, link.body)
            rows += rows_of(event, takers, instance_id=case.id, now=link.recorded_at, more=more)
    return rows


def found(session: Session, instance_id: UUID) -> Told:
    """What others may know of a case, by its id."""
    row = CASE.one_or_none(session, {"case": instance_id})
    return Told(
        id=row.id,
        definition_id=row.definition_id,
        title=row.title,
        business_key=row.business_key,
        confidential=row.confidential,
        subject=f"{row.subject_register}:{row.subject_row}" if row.subject_register else "",
    )


def takers_of(
    subscriptions: Iterable[Subscription], type_: str, about: About, only: str | None = None
) -> list[Subscription]:
    """Those that are told; where the model names one, that one, whatever types and cases it takes otherwise."""
    if only is not None:
        return [one for one in subscriptions if one.key == only]
    return [one for one in subscriptions if one.takes(type_, about)]


def event_of(link: Link | Any, type_: str, case: Told, definition: Parsed) -> Event:
    """The event that an entry of a case's trail is."""
    about = {
        "id": str(case.id),
        "process": definition.key,
        "version": definition.version,
        "title": case.title,
        "business_key": case.business_key,
        "subject": case.subject or None,
        "standards": sorted(standards_of(definition)),
    }
    data = {"case": about, "number": link.number, "actor": link.actor, "acting_for": link.acting_for}
    data |= {"what": link.subject, "facts": facts_of(link.verb, link.body)}
    time = link.happened_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return Event(id=f"{case.id}:{link.number}", type=type_, time=time, subject=str(case.id), data=data)


def rows_of(
    event: Event,
    takers: Iterable[Subscription],
    *,
    instance_id: UUID | None,
    now: datetime,
    again: str = "",
    more: dict[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """
    The rows of `deliveries` by which these are told.

    Args:
        again: marks a telling of its own of an event that was told before.
        more: what the delivery keeps beside the event.
    """
    return [
        {
            "id": new_id(),
            "instance_id": instance_id,
            "task_id": None,
            "lane": ASKING if "asks" in (more or {}) else LANE,
            "event": f"{event.id}{again}",
            "kind": event.type,
            "recipient": f"subscription:{one.key}",
            "channel": WEBHOOK,
            "further": [],
            "digest_id": None,
            "body": event.body() | (more or {}),
            "status": "owed",
            "owed_at": now,
            "next_attempt_at": now,
            "attempts": 0,
        }
        for one in takers
    ]


def standards_of(definition: Parsed) -> frozenset[str]:
    """The standards of which a process or a step of it names a clause."""
    return _standards.get(definition.id, lambda: _named(definition))


def _named(definition: Parsed) -> frozenset[str]:
    rules = [definition.model.rules, *(node.rules for node in definition.model.nodes.values())]
    return frozenset(clause.partition(":")[0] for one in rules for clause in one.clauses)


def _read(session: Session) -> tuple[Subscription, ...]:
    newest = {row.key: row.content for row in session.execute(ALL)}
    found: Sequence[Subscription] = [read(key, content) for key, content in newest.items()]
    return tuple(one for one in found if one.active)
