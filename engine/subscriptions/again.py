"""
Telling on purpose: a period once more, or a test.

What is told again is found in the trail, as it was found the first time: the
events keep their ids, and their deliveries carry the key of the replay. So a
receiver that was away, or that lost something, knows what it has had already.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from engine import audit
from engine.errors import Conflict, Invalid
from engine.identity.person import Person
from engine.ids import new_id
from engine.models.definitions import parsed
from engine.store.base import table_of
from engine.store.records import AuditEntry, Delivery
from engine.subscriptions import book, feed
from engine.subscriptions.content import About, Subscription
from engine.subscriptions.events import KINDS, TEST, TOLD, Event, addressed_to, type_of

ENTRY = table_of(AuditEntry)
MOST = 10_000
"""Events that one replay tells."""

OF_PERIOD = (
    select(ENTRY.c.chain, ENTRY.c.number, ENTRY.c.happened_at, ENTRY.c.actor, ENTRY.c.acting_for)
    .add_columns(ENTRY.c.verb, ENTRY.c.subject, ENTRY.c.body)
    .where(ENTRY.c.recorded_at >= bindparam("since"), ENTRY.c.recorded_at < bindparam("until"))
    .where(ENTRY.c.verb.in_(bindparam("verbs", expanding=True)), ENTRY.c.body.is_not(None))
    .order_by(ENTRY.c.recorded_at, ENTRY.c.chain, ENTRY.c.number)
)
OWE = insert(table_of(Delivery))


@dataclass(frozen=True, kw_only=True)
class Replay:
    """A replay: its own key, and how many events it owes again."""

    id: UUID
    owed: int


def replay(
    session: Session, key: str, *, since: datetime, until: datetime | None = None, by: Person, now: datetime
) -> Replay:
    """
    Owe a subscription once more the events that were recorded from `since` on and before `until`, by default `now`.

    It is told of what it takes today, whether or not it took it then. What was
    erased from the trail is not told again.

    Raises:
        Forbidden: `by` does not manage the platform.
        NotFound: there is no such subscription.
        Conflict: it is not active.
        Invalid: the period has no length, or too much happened in it.
    """
    book.must_manage(by)
    subscription, until = book.find(session, key), until or now
    if not subscription.active:
        raise Conflict(f"The subscription {key} is not active, so it is told of nothing.")
    if since >= until:
        raise Invalid("The period has no length.", {"since": ["It lies before `until`."]})
    made = new_id()
    rows = [
        row
        for event, case_id in _events(session, subscription, since, until)
        for row in feed.rows_of(
            event, [subscription], instance_id=case_id, now=now, again=f"#{made}", more={"replay": str(made)}
        )
    ]
    if rows:
        session.execute(OWE, rows)
    said = {"replay": made, "since": since, "until": until, "owed": len(rows)}
    audit.append(session, audit.PLATFORM, "subscription.replayed", key, said, by=by, now=now)
    return Replay(id=made, owed=len(rows))


def try_out(session: Session, key: str, *, by: Person, now: datetime) -> UUID:
    """
    Owe a subscription a test event, whatever it takes; returns the id of the delivery.

    Raises:
        Forbidden: `by` does not manage the platform.
        NotFound: there is no such subscription.
    """
    book.must_manage(by)
    subscription, test = book.find(session, key), f"test:{new_id()}"
    time = now.astimezone(UTC).isoformat().replace("+00:00", "Z")
    said = {"text": "A test: this is how Steward tells of events.", "actor": by.id}
    rows = feed.rows_of(
        Event(id=test, type=TEST, time=time, subject=None, data=said), [subscription], instance_id=None, now=now
    )
    session.execute(OWE, rows)
    made: UUID = rows[0]["id"]
    return made


def _events(
    session: Session, subscription: Subscription, since: datetime, until: datetime
) -> Iterator[tuple[Event, UUID]]:
    """What the trail has of a period for a subscription, in the order in which it was recorded."""
    verbs = [*(verb for verb in KINDS if subscription.wants(verb)), TOLD]
    entries = session.execute(OF_PERIOD, {"since": since, "until": until, "verbs": verbs})
    known, told = dict[str, feed.Told | None](), 0
    for entry in entries:
        if entry.chain not in known:
            known[entry.chain] = _case(session, entry.chain)
        case = known[entry.chain]
        event = _event(session, subscription, entry, case) if case and not case.confidential else None
        if event is None or case is None:
            continue
        told += 1
        if told > MOST:
            raise Invalid(f"More than {MOST:,} events happened in this period. Choose a shorter one, several times.")
        yield event, case.id


def _event(session: Session, subscription: Subscription, entry: Any, case: feed.Told) -> Event | None:
    type_, definition = type_of(entry.verb, entry.body), parsed(session, case.definition_id)
    about = About(process=definition.key, subject=case.subject, standards=feed.standards_of(definition))
    takers: Sequence[Subscription] = ()
    if type_ is not None:
        takers = feed.takers_of([subscription], type_, about, addressed_to(entry.verb, entry.body))
    return feed.event_of(entry, str(type_), case, definition) if takers else None


def _case(session: Session, chain: str) -> feed.Told | None:
    """The case that a chain belongs to; None for a chain that no case owns."""
    try:
        return feed.found(session, UUID(chain))
    except ValueError:
        return None
