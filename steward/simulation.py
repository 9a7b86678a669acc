"""Moving a simulated clock: everything that falls due on the way happens in order, each at its own moment."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from engine.errors import Conflict
from engine.store.running import Message, ServiceJob, StartTimer, Timer
from engine.transactions import Database
from steward.clock import SimulatedClock

AT_ONCE = ("timers", "messages", "services")
"""The lanes on which something can fall due."""

NEXT = tuple(
    select(func.min(moment)).where(still, moment > bindparam("now"))
    for moment, still in (
        (Timer.next_try_at, Timer.status == "pending"),
        (StartTimer.next_at, StartTimer.next_at.is_not(None)),
        (Message.next_try_at, Message.status == "owed"),
        (ServiceJob.next_attempt_at, ServiceJob.status == "owed"),
    )
)
MOST = 100_000
"""Stops at which a moving clock may halt before somebody should ask why."""


def move(
    clock: SimulatedClock, database: Database, drains: Mapping[str, Callable[[], int]], to: datetime
) -> dict[str, Any]:
    """
    Move the clock to `to`, stopping at each moment at which something is due.

    Args:
        drains: what each lane does; called at every stop until none has anything left to do.

    Returns:
        `now`, and `happened`: how often each lane had something to do on the way.

    Raises:
        Conflict: `to` lies before the clock, or the way there has no end.
    """
    if to < clock():
        raise Conflict(f"The clock stands at {clock().isoformat()} and cannot go back to {to.isoformat()}.")
    happened: Counter[str] = Counter()
    for _ in range(MOST):
        happened += _drained(drains)
        stop = _next_stop(database, clock())
        if stop is None or stop > to:
            if to > clock():
                clock.set(to)
                happened += _drained(drains)
            return {"now": to, "happened": dict(happened)}
        clock.set(stop)
    raise Conflict(f"After {MOST} stops the clock has reached {clock().isoformat()}, and there is still more to do.")


def _drained(drains: Mapping[str, Callable[[], int]]) -> Counter[str]:
    """What each lane did, until none has anything left to do at this moment."""
    total: Counter[str] = Counter()
    while done := Counter({lane: drains[lane]() for lane in AT_ONCE}):
        if not done.total():
            break
        total += done
    return total


def _next_stop(database: Database, now: datetime) -> datetime | None:
    """
    The next moment after `now` at which something is due.

    What is overdue and cannot be done, such as a timer of a case that rests, hides nothing that comes later.
    """
    with database.reading() as session:
        moments = [session.scalar(query, {"now": now}) for query in NEXT]
    return min((moment for moment in moments if moment is not None), default=None)
