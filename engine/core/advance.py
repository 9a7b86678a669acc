"""One event in, a new state and a list of effects out. No clock, no chance, no database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from engine.core.calendar import Calendar
from engine.core.definition import Definition
from engine.core.effects import Effect
from engine.core.events import Cancelled, DataChanged, Event, Started
from engine.core.onward import let_happen
from engine.core.spiff import state as states
from engine.core.spiff.step import NoJson, Step
from engine.core.spiff.step import running as in_step
from engine.core.spiff.tokens import Case
from engine.core.stuck import Stuck

__all__ = ["Advance", "Stuck", "advance", "facts_of", "next_due_of", "variables_of"]


@dataclass(frozen=True)
class Advance:
    """
    What an event led to.

    Args:
        state: the next state.
        effects: what the shell must do, in this order.
        refused: why nobody awaited the event, a whole sentence; None if it was taken.
    """

    state: bytes
    effects: tuple[Effect, ...]
    refused: str | None = None


def advance(definition: Definition, state: bytes | None, event: Event, *, now: datetime, calendar: Calendar) -> Advance:
    """
    Let `event` happen to `state` at `now`.

    Timers whose moment has passed fire first, in order, each at its own
    moment: an answer that arrives after the deadline finds the deadline
    already kept, and comes back as `refused`. Where a late timer is itself
    stuck, data can still be corrected and the case cancelled: then no timer
    fires in this step.

    Args:
        state: as the last `Advance` left it; None for `Started`.
        event: what happened. Answers must already be validated.
        now: an aware datetime. The core never asks for another.
        calendar: open hours and holidays, frozen; part of what is replayed.

    Returns:
        The next state, the effects in the order the shell must apply them,
        and what of `event` was refused, if nobody awaited it.

    Raises:
        Stuck: an expression, a table or a gateway of the model has no answer.
        ValueError: a start without a state, or `Started` with one; a start event that the model does not have.
    """
    if (state is None) != isinstance(event, Started):
        raise ValueError("A case begins with Started, and only once.")
    try:
        return _step(definition, state, event, Step(now, 0, calendar))
    except Stuck:
        if not isinstance(event, DataChanged | Cancelled):
            raise
        return _step(definition, state, event, Step(now, 0, calendar), timers=False)


def _step(definition: Definition, state: bytes | None, event: Event, step: Step, *, timers: bool = True) -> Advance:
    with in_step(step):
        if state is None:
            case, last = Case(definition), step.now
        else:
            case, step.last_id, last = states.load(definition, state)
        try:
            watch, refused = let_happen(case, event, last, timers=timers)
            return Advance(states.dump(case, step), tuple(watch.effects), refused)
        except NoJson as error:
            raise Stuck(definition.key, definition.model.name, f"A value cannot be kept as JSON: {error}.") from error


def variables_of(state: bytes) -> dict[str, Any]:
    """The variables of a case."""
    data: dict[str, Any] = orjson.loads(state)["data"]
    return data


def visible_of(state: bytes) -> dict[str, Any]:
    """What expressions of a case see: its variables, what it is (`case`) and what it is about (`subject`)."""
    kept = orjson.loads(state)
    given: dict[str, Any] = kept["given"]
    return {**kept["data"], "case": given.get("case", {}), "subject": given.get("subject")}


def facts_of(state: bytes) -> dict[str, dict[str, Any]]:
    """For each finished task of a case: `done_at` (ISO 8601, UTC), `actor` and `round`."""
    facts: dict[str, dict[str, Any]] = orjson.loads(state)["facts"]
    return facts


def next_due_of(definition: Definition, state: bytes) -> datetime | None:
    """The moment at which the next timer of a case is due."""
    kept = orjson.loads(state)
    dues = [
        row[7]["due"]
        for row in kept["tokens"]
        if len(row) > 7 and "due" in row[7] and hasattr(definition.nodes[row[1]], "happening")
    ]
    return min((datetime.fromisoformat(due) for due in dues), default=None)
