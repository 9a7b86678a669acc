"""What becomes of dates that come round late: the work was not started while it could still be done in time."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

from engine.core.recurrence.plan import Planned

OnMissed = Literal["run_once", "run_all", "skip"]
Fate = Literal["start", "passed_over", "skipped"]


def sorted_out(due: Iterable[Planned], now: datetime, on_missed: OnMissed) -> Iterator[tuple[Planned, Fate]]:
    """
    What to do with each date whose start has come, in their order.

    A date is missed when its limit has passed before its work was started.
    What is not missed starts. Of those missed, `run_all` starts each,
    `run_once` the newest alone, and `skip` none.
    """
    dates = list(due)
    missed = [one for one in dates if one.limit_at < now]
    for one in dates:
        if one.limit_at >= now or on_missed == "run_all":
            yield one, "start"
        elif on_missed == "skip":
            yield one, "skipped"
        else:
            yield one, "start" if one is missed[-1] else "passed_over"
