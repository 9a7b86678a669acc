"""Moving a simulated clock: everything that falls due on the way happens in order, each at its own moment."""

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import Conflict
from engine.store.running import Message, ServiceJob, StartTimer, Timer
from steward.clock import SimulatedClock

if TYPE_CHECKING:
    from steward.program import Program

DUE = (
    select(func.min(Timer.next_try_at)).where(Timer.status == "pending"),
    select(func.min(StartTimer.next_at)).where(StartTimer.next_at.is_not(None)),
    select(func.min(Message.next_try_at)).where(Message.status == "owed"),
    select(func.min(ServiceJob.next_attempt_at)).where(ServiceJob.status == "owed"),
)
MOST = 100_000
"""Stops at which a moving clock may halt before somebody should ask why."""


def move(program: "Program", to: datetime) -> dict[str, Any]:
    """
    Move the clock to `to`, stopping at each moment at which something is due.

    Returns:
        `now`, and `happened`: how often each lane had something to do on the way.

    Raises:
        Conflict: `to` lies before the clock, or the way there has no end.
    """
    clock = program.clock
    assert isinstance(clock, SimulatedClock)
    if to < clock():
        raise Conflict(f"The clock stands at {clock().isoformat()} and cannot go back to {to.isoformat()}.")
    happened: Counter[str] = Counter()
    for _ in range(MOST):
        happened += _drained(program)
        stop = _next_stop(program, clock())
        if stop is None or stop > to:
            if to > clock():
                clock.set(to)
                happened += _drained(program)
            return {"now": to, "happened": dict(happened)}
        clock.set(stop)
    raise Conflict(f"After {MOST} stops the clock has reached {clock().isoformat()}, and there is still more to do.")


def _drained(program: "Program") -> Counter[str]:
    """What each lane did, until none has anything left to do at this moment."""
    total: Counter[str] = Counter()
    drains = program.drains()
    while done := Counter({lane: drains[lane]() for lane in ("timers", "messages", "services")}):
        if not done.total():
            break
        total += done
    return total


def _next_stop(program: "Program", now: datetime) -> datetime | None:
    """The next moment after `now` at which something is due."""
    with program.database.reading() as session:
        moments = [moment for query in DUE if (moment := _first(session, query)) is not None and moment > now]
    return min(moments, default=None)


def _first(session: Session, query: Any) -> datetime | None:
    found: datetime | None = session.scalar(query)
    return found
