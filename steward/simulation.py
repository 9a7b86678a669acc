"""Moving a simulated clock: everything that falls due on the way happens in order, each at its own moment."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from engine.errors import Conflict
from engine.transactions import Database
from steward.clock import SimulatedClock
from steward.lanes import EVER, Lane

MOST = 100_000
"""Stops at which a moving clock may halt before somebody should ask why."""


def move(clock: SimulatedClock, database: Database, lanes: Iterable[Lane], to: datetime) -> dict[str, Any]:
    """
    Move the clock to `to`, stopping at each moment at which something is due.

    Args:
        lanes: those on which something can fall due are drained at every stop until none has anything left to do.

    Returns:
        `now`, and `happened`: how often each lane had something to do on the way.

    Raises:
        Conflict: `to` lies before the clock, or the way there has no end.
    """
    if to < clock():
        raise Conflict(f"The clock stands at {clock().isoformat()} and cannot go back to {to.isoformat()}.")
    due = [lane for lane in lanes if lane.next_due]
    happened = drained(due)
    for _ in range(MOST):
        happened += _drained_at(database, due, clock())
        stop = _next_stop(database, due, clock())
        if stop is None or stop > to:
            if to > clock():
                clock.set(to)
                happened += _drained_at(database, due, to)
            return {"now": to, "happened": dict(happened)}
        clock.set(stop)
    raise Conflict(f"After {MOST} stops the clock has reached {clock().isoformat()}, and there is still more to do.")


def drained(lanes: Iterable[Lane]) -> Counter[str]:
    """What each lane did, until none has anything left to do at this moment."""
    lanes, total = list(lanes), Counter[str]()
    while (done := Counter({lane.name: lane.drain() for lane in lanes})).total():
        total += done
    return total


def _drained_at(database: Database, lanes: Iterable[Lane], now: datetime) -> Counter[str]:
    """What the lanes did on which something is due at a stop; the others are not asked, of which there are many."""
    total = Counter[str]()
    while True:
        with database.reading() as session:
            moments = [(lane, lane.next_due(session, EVER)) for lane in lanes if lane.next_due]
        done = Counter({lane.name: lane.drain() for lane, moment in moments if moment is not None and moment <= now})
        if not done.total():
            return total
        total += done


def _next_stop(database: Database, lanes: Iterable[Lane], now: datetime) -> datetime | None:
    """
    The next moment after `now` at which something is due.

    What is overdue and cannot be done, such as a timer of a case that rests, hides nothing that comes later.
    """
    with database.reading() as session:
        moments = [lane.next_due(session, now) for lane in lanes if lane.next_due]
    return min((moment for moment in moments if moment is not None), default=None)
