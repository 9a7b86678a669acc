"""Wall clocks: where a time of day that people read lies on the line of real time."""

from datetime import UTC, datetime, tzinfo


def place(wall: datetime, zone: tzinfo) -> datetime:
    """
    The moment, in UTC, at which clocks in `zone` show `wall` (a naive datetime).

    Where clocks are put forward and `wall` is never shown, it is the first
    moment after the gap; where they are put back and it is shown twice, the
    first of the two. So a later wall time is never an earlier moment.
    """
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _change_between(before, moment, zone)


def wall_clock(moment: datetime, zone: tzinfo) -> datetime:
    """What clocks in `zone` show at `moment`, as a naive datetime."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _change_between(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The moment, to the second, from which `zone` has the offset that it has at `after`."""
    offset = after.astimezone(zone).utcoffset()
    low, high = (int(moment.timestamp()) for moment in (before, after))
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, UTC).astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)
