"""Compute the state of a case again from its recorded events. Nothing is run twice: answers of topics are events."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine import timetable
from engine.cases import unpacked
from engine.core import recorded
from engine.core.advance import advance
from engine.core.effects import Effect
from engine.core.stuck import Stuck
from engine.errors import NotFound
from engine.models.definitions import parsed
from engine.store.running import Event, Instance

OF_CASE = (
    select(Event.number, Event.at, Event.calendar, Event.body)
    .where(Event.instance_id == bindparam("instance_id"), Event.number > bindparam("after"))
    .order_by(Event.number)
)


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """
    What came of a replay.

    Args:
        events: how many there are.
        equal: whether the state is the stored one, byte for byte.
        why: a sentence on where it went apart, if it did.
    """

    instance_id: UUID
    events: int
    equal: bool
    why: str = ""
    effects: tuple[Effect, ...] = ()
    """What the events brought about, in their order."""
    state: bytes | None = None
    """What they led to."""


def replay(session: Session, instance_id: UUID, *, after: Replayed | None = None) -> Replayed:
    """
    Feed a case's recorded events to the core again and compare the state byte by byte.

    Args:
        after: an equal replay of the case's first events, by who looks often: only those after them are fed again.

    Raises:
        NotFound: there is no such case.
    """
    instance = session.get(Instance, instance_id)
    if instance is None:
        raise NotFound("case", str(instance_id))
    known, state, effects = (after.events, after.state, list(after.effects)) if after else (0, None, [])
    events = session.execute(OF_CASE, {"instance_id": instance_id, "after": known}).all()
    count, definition = known + len(events), parsed(session, instance.definition_id).definition
    for number, event in enumerate(events, start=known + 1):
        if event.number != number:
            return _apart(instance_id, count, f"Event {number} is missing.")
        calendar = timetable.calendar(session, event.calendar)
        try:
            happening = recorded.from_bytes(event.body)
            step = advance(definition, state, happening, now=event.at, calendar=calendar)
        except (Stuck, ValueError, KeyError, TypeError) as error:
            return _apart(instance_id, count, f"Event {event.number} cannot be applied: {error}")
        if step.refused:
            return _apart(instance_id, count, f"Nobody awaits event {event.number}: {step.refused}")
        state = step.state
        effects += step.effects
    if state is None or count != instance.events:
        return _apart(instance_id, count, f"There are {count} events; there were {instance.events}.")
    if state != unpacked(instance.state):
        return _apart(instance_id, count, "The stored state is another than the events lead to.")
    return Replayed(instance_id=instance_id, events=count, equal=True, effects=tuple(effects), state=state)


def _apart(instance_id: UUID, events: int, why: str) -> Replayed:
    return Replayed(instance_id=instance_id, events=events, equal=False, why=why)
