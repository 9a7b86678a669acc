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
    happened = drained(lane for lane in due if lane.unannounced)
    for _ in range(MOST):
        done, stop = _drained_at(database, due, clock())
        happened += done
        if stop is None or stop > to:
            if to > clock():
                clock.set(to)
                happened += _drained_at(database, due, to)[0]
            return {"now": to, "happened": dict(happened)}
        clock.set(stop)
    raise Conflict(f"After {MOST} stops the clock has reached {clock().isoformat()}, and there is still more to do.")


def drained(lanes: Iterable[Lane]) -> Counter[str]:
    """What each lane did, until none has anything left to do at this moment."""
    lanes, total = list(lanes), Counter[str]()
    while (done := Counter({lane.name: lane.drain() for lane in lanes})).total():
        total += done
    return total


def _drained_at(database: Database, lanes: Iterable[Lane], now: datetime) -> tuple[Counter[str], datetime | None]:
    """
    What the lanes did on which something is due at a stop; the others are not asked, of which there are many.

    Returns:
        Also the next moment at which something is due. What is overdue and cannot be done, such as a timer of a case
        that rests, hides nothing that comes later.
    """
    total = Counter[str]()
    while True:
        moments = _moments(database, lanes, EVER)
        late = [lane for lane, moment in moments if moment <= now]
        done = Counter({lane.name: lane.drain() for lane in late})
        if not done.total():
            break
        total += done
    coming = [moment for _, moment in moments if moment > now] + [one for _, one in _moments(database, late, now)]
    return total, min(coming, default=None)


def _moments(database: Database, lanes: Iterable[Lane], after: datetime) -> list[tuple[Lane, datetime]]:
    """The lanes on which something falls due after `after`, and when first."""
    with database.reading() as session:
        asked = [(lane, lane.next_due(session, after)) for lane in lanes if lane.next_due]
    return [(lane, moment) for lane, moment in asked if moment is not None]
