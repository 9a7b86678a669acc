"""Wall clocks: where a time of day that people read lies on the line of real time."""

import itertools
from bisect import bisect_right
from datetime import UTC, datetime, timedelta, tzinfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Change = tuple[int, int]
"""From this second on (since 1970, UTC) clocks are so many seconds ahead of UTC."""


class RecordedZone(tzinfo):
    """
    A zone whose clock changes are part of a record.

    Governments change their minds about summer time and time zone databases
    follow; what was once counted must not. Before the first change known, its
    offset holds; after the last, the last.
    """

    def __init__(self, name: str, changes: tuple[Change, ...]) -> None:
        self.name, self.changes = name, changes
        self._offsets = [timedelta(seconds=offset) for _, offset in changes]
        pairs = [(at, before, after) for (_, before), (at, after) in itertools.pairwise(changes)]
        self._utc = [at for at, _, _ in pairs]
        self._moments = [EPOCH + timedelta(seconds=at) for at in self._utc]
        self._wall = [[at + pick(before, after) for at, before, after in pairs] for pick in (max, min)]

    def utcoffset(self, wall: datetime | None) -> timedelta | None:
        if wall is None:
            return None
        return self._offsets[bisect_right(self._wall[wall.fold], _seconds(wall))]

    def fromutc(self, moment: datetime) -> datetime:
        seconds = _seconds(moment)
        index = bisect_right(self._utc, seconds)
        wall = moment + self._offsets[index]
        again = index > 0 and _seconds(wall) < self._utc[index - 1] + self.changes[index - 1][1]
        return wall.replace(fold=int(again))

    def place(self, wall: datetime) -> datetime:
        """
        The moment, in UTC, at which clocks of this zone show `wall` (a naive datetime).

        Where clocks are put forward and `wall` is never shown, it is the first
        moment after the gap; where they are put back and it is shown twice, the
        first of the two. So a later wall time is never an earlier moment.
        """
        index = bisect_right(self._wall[0], _seconds(wall))
        moment = wall.replace(tzinfo=UTC, fold=0) - self._offsets[index]
        if index < len(self._utc) and moment >= self._moments[index]:
            return self._moments[index]
        return moment

    def dst(self, wall: datetime | None) -> None:
        return None

    def tzname(self, wall: datetime | None) -> str:
        return self.name

    def __reduce__(self) -> tuple[type["RecordedZone"], tuple[str, tuple[Change, ...]]]:
        return RecordedZone, (self.name, self.changes)

    def __repr__(self) -> str:
        return f"RecordedZone({self.name!r})"


def _seconds(wall: datetime) -> int:
    return (wall.replace(tzinfo=UTC) - EPOCH) // timedelta(seconds=1)


def wall_clock(moment: datetime, zone: tzinfo) -> datetime:
    """What clocks in `zone` show at `moment`, as a naive datetime."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)
