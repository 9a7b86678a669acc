"""
The one place that looks at a clock.

The product's clock decides what is due; it is the machine's, or, in a
simulation, a row of the database that moves only when told. Leases and
heartbeats go by the machine's clock alone.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import select

from engine.errors import Conflict, Forbidden
from engine.hot import Hot
from engine.store.records import SimulatedMoment
from engine.transactions import Database

Clock = Callable[[], datetime]
HELD = Hot(select(SimulatedMoment.now))
"""The simulated moment; there is one at most."""


def utc_now() -> datetime:
    """The machine's moment, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the only reading of the machine's clock


class SimulatedClock:
    """A clock that stands still until it is moved, the same for every process that uses this database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self) -> datetime:
        """The simulated moment, aware, in UTC."""
        with self._database.reading() as session:
            now = HELD.earliest(session, {})
        if now is None:
            raise Conflict("The simulated clock has no moment; start with --simulated-clock MOMENT.")
        return now

    def begin(self, at: datetime) -> datetime:
        """Set the moment where there is none yet; a folder that was served before goes on where it stood."""
        with self._database.writing() as session:
            held = HELD.earliest(session, {})
            if held is None:
                session.add(SimulatedMoment(id=1, now=at))
            elif at > held:
                raise Conflict(
                    f"The simulated clock of this working folder stands at {held.isoformat()}. Start with that "
                    "moment or an earlier one, and move it with `steward clock`: what falls due must happen in order."
                )
            return held or at

    def set(self, to: datetime) -> None:
        """Move the clock forward to `to`."""
        with self._database.writing() as session:
            row = session.get_one(SimulatedMoment, 1)
            if to < row.now:
                raise Conflict(f"The clock stands at {row.now.isoformat()} and cannot go back to {to.isoformat()}.")
            row.now = to


def moment_in(database: Database) -> datetime:
    """The moment at which a working folder stands: the simulated one where it lives on such a clock."""
    with database.reading() as session:
        return HELD.earliest(session, {}) or utc_now()


def chosen_clock(database: Database, simulated_from: datetime | None) -> Clock:
    """
    The clock this process goes by.

    Raises:
        Forbidden: the working folder has lived on a simulated clock and is now started without it.
    """
    if simulated_from is not None:
        clock = SimulatedClock(database)
        clock.begin(simulated_from)
        return clock
    with database.reading() as session:
        held = HELD.earliest(session, {})
    if held is not None:
        raise Forbidden(
            f"This working folder lives on a simulated clock, which stands at {held.isoformat()}.",
            f"Start it with --simulated-clock {held.isoformat()}, or use another working folder.",
        )
    return utc_now
