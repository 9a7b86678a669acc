"""
Lanes: the kinds of work that fall due, each with a drain of its own.

A drain is one verb, safe to call from anywhere and at once: the worker calls
it, a simulation does, and so may an operator's own cron. A theme of the
product joins by adding its lane to `Program.lanes`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from engine.errors import Invalid
from engine.transactions import Database

EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Before everything that falls due: the earliest moment after it is the earliest of all."""

NextDue = Callable[[Session, datetime], datetime | None]


@dataclass(frozen=True)
class Lane:
    """
    One kind of work.

    Args:
        name: what operators call it.
        every: seconds after which a worker looks again, whether or not anybody rang.
        drain: does what is due now, each piece in a transaction of its own; answers how much that was.
        next_due: `(session, after)`: the earliest moment strictly after `after` at which something falls due, by the
            product's clock; None when nothing will. Asked with `EVER`, it tells whether there is anything to do now.
            A lane without it goes by the machine's clock alone, and a simulation leaves it out.
        unannounced: whether something falls due on it at no moment as well, of which `next_due` knows nothing. A
            worker drains every lane now and then, whatever it says; a simulation drains these before its clock moves.
    """

    name: str
    every: float
    drain: Callable[[], int]
    next_due: NextDue | None = None
    unannounced: bool = False


@dataclass(frozen=True)
class Agenda:
    """When lanes have something to do, by the product's clock."""

    database: Database
    clock: Callable[[], datetime]

    def wait(self, lane: Lane, *, overdue: bool = True) -> float | None:
        """
        Seconds until something falls due on `lane`: 0 or less when it is already, None when nothing will.

        Args:
            overdue: whether to look at what is due already; what is due and cannot be done hides the rest.
        """
        if lane.next_due is None:
            return 0.0 if overdue else None
        now = self.clock()
        with self.database.reading() as session:
            moment = lane.next_due(session, EVER if overdue else now)
        return None if moment is None else (moment - now).total_seconds()


def chosen(lanes: Iterable[Lane], names: Iterable[str]) -> tuple[Lane, ...]:
    """
    The lanes of these names, in their own order.

    Raises:
        Invalid: there is no lane of one of the names.
    """
    known = {lane.name: lane for lane in lanes}
    wanted = set(names)
    if unknown := sorted(wanted - known.keys()):
        raise Invalid(f"There is no lane {unknown[0]}. Lanes are {', '.join(known)}.")
    return tuple(lane for lane in known.values() if lane.name in wanted)
