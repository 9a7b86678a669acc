"""
Business time: when an organisation is open, and how open days and hours add up.

A calendar is a snapshot: every day of its years is open or closed, and every
clock change in them is known, once and for all. Recorded events name it by its
digest, so that a newer list of holidays or time zones changes no record of the
past.

A closing time counts as open: four open hours from 13:00 end at 17:00, not at
09:00 of the next day. All moments are aware datetimes; results are in UTC.
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from hashlib import sha256
from itertools import accumulate, pairwise
from typing import Any

from engine.core.walltime import Change, RecordedZone, wall_clock

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = 24 * 60

Hours = tuple[tuple[int, int], ...]
"""Open stretches of one day as (opens, closes) in minutes after midnight; 1440 is the end of the day."""


@dataclass
class TimeError(ValueError):
    """A moment cannot be found. `message` and `remedy` are sentences for people."""

    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class CalendarError(TimeError):
    """The calendar does not know the day that is asked for, or says nothing sensible."""


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """
    When the organisation is open, from the first to the last day that is known (both included).

    Args:
        zone: the IANA name of the zone in which opening hours are meant.
        changes: when clocks of that zone change, and to which offset; the first entry holds from the beginning.
        first, last: the days that the calendar knows. Whatever leads outside raises `CalendarError`.
        week: the hours of Monday to Sunday; a weekday without hours is closed.
        closed: holidays and other closed days.
        opened: days with hours of their own, whatever their weekday and whether or not they are holidays.
    """

    zone: str
    changes: tuple[Change, ...]
    first: date
    last: date
    week: tuple[Hours, ...]
    closed: frozenset[date] = frozenset()
    opened: Mapping[date, Hours] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.week) != 7 or self.first > self.last or not self.changes:
            raise CalendarError(
                "A calendar needs seven weekdays, a zone's offset, and a first day before its last.", ""
            )
        for hours in (*self.week, *self.opened.values()):
            check_hours(hours)

    def __hash__(self) -> int:
        return hash(self.digest)

    @cached_property
    def tz(self) -> RecordedZone:
        """The zone of the organisation, as the snapshot knows it."""
        return RecordedZone(self.zone, self.changes)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of `to_bytes()`, as 64 hexadecimal digits."""
        return sha256(self.to_bytes()).hexdigest()

    def to_bytes(self) -> bytes:
        """The same calendar is always the same bytes: JSON in UTF-8, keys and days sorted."""
        content = {
            "zone": self.zone,
            "changes": [list(change) for change in self.changes],
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "week": [[list(stretch) for stretch in hours] for hours in self.week],
            "closed": sorted(day.isoformat() for day in self.closed),
            "opened": {day.isoformat(): [list(stretch) for stretch in hours] for day, hours in self.opened.items()},
        }
        return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Calendar":
        """The calendar that `to_bytes` wrote."""
        content: dict[str, Any] = json.loads(data)
        return cls(
            zone=content["zone"],
            changes=tuple((at, offset) for at, offset in content["changes"]),
            first=date.fromisoformat(content["first"]),
            last=date.fromisoformat(content["last"]),
            week=tuple(_hours(hours) for hours in content["week"]),
            closed=frozenset(date.fromisoformat(day) for day in content["closed"]),
            opened={date.fromisoformat(day): _hours(hours) for day, hours in content["opened"].items()},
        )

    def day_of(self, moment: datetime) -> date:
        """The day that `moment` belongs to, in the zone of the organisation."""
        return wall_clock(moment, self.tz).date()

    def place(self, wall: datetime) -> datetime:
        """The moment at which clocks of the organisation show `wall` (gap: the moment after; twice: the first)."""
        return self.tz.place(wall)

    def is_open_day(self, day: date) -> bool:
        """Whether the organisation opens at all on `day`."""
        return self._days.number(self._known(day)) is not None

    def is_open(self, moment: datetime) -> bool:
        """Whether `moment` lies in an open stretch; its first and its last moment count."""
        self._known(self.day_of(moment))
        index = bisect_right(self._stretches.starts, moment) - 1
        return index >= 0 and moment <= self._stretches.ends[index]

    def hours_of(self, day: date) -> Hours:
        """The open stretches of `day`, in minutes of its wall clock; empty on a closed day."""
        if self._known(day) in self.opened:
            return self.opened[day]
        return () if day in self.closed else self.week[day.weekday()]

    def opening(self, day: date) -> datetime:
        """When the organisation opens on `day`, or on the next open day if it is closed."""
        return self._days.opens[self._inside(self._days.at_or_after(self._known(day)))]

    def closing(self, day: date) -> datetime:
        """When the organisation closes for the last time on `day`, or on the next open day if it is closed."""
        return self._days.closes[self._inside(self._days.at_or_after(self._known(day)))]

    def next_opening(self, moment: datetime) -> datetime:
        """`moment` itself where it is open, else the next moment at which the organisation opens."""
        if self.is_open(moment):
            return moment.astimezone(UTC)
        return self._stretches.starts[
            self._inside(bisect_right(self._stretches.starts, moment), self._stretches.starts)
        ]

    def add_business_days(self, moment: datetime, count: int) -> datetime:
        """
        The closing time of the `count`th open day after the day of `moment`.

        0 is the next closing time: of this day while it has not passed, else
        of the next open day. A negative number counts open days back from the
        day of `moment`, which itself never counts.
        """
        return self._days.closes[self._counted(moment, count)]

    def open_business_day(self, moment: datetime, count: int) -> datetime:
        """As `add_business_days`, but the time at which that day opens."""
        return self._days.opens[self._counted(moment, count)]

    def _counted(self, moment: datetime, count: int) -> int:
        day = self._known(self.day_of(moment))
        following = self._days.at_or_after(day)
        if count < 0:
            return self._inside(following + count)
        if count == 0:
            late = following < len(self._days.closes) and self._days.closes[following] < moment
            return self._inside(following + late)
        return self._inside(bisect_right(self._days.ordinals, day.toordinal()) + count - 1)

    def add_business_time(self, moment: datetime, span: timedelta) -> datetime:
        """
        The moment at which `span` of open time has passed since `moment`.

        Where it ends with a stretch, that closing time, not the next opening.
        No time at all is the moment itself, or the next opening if it is closed.

        Raises:
            CalendarError: `span` is negative, or ends after the last day of the calendar.
        """
        if span < timedelta(0):
            raise CalendarError("Open hours cannot be counted backwards.", "Count business days back: -2 bd.")
        if not span:
            return self.next_opening(moment)
        wanted = self._passed(moment) + span
        index = self._inside(bisect_left(self._stretches.passed, wanted), self._stretches.starts)
        return self._stretches.ends[index] - (self._stretches.passed[index] - wanted)

    def business_time(self, since: datetime, until: datetime) -> timedelta:
        """The open time between two moments; negative if `until` is before `since`."""
        return self._passed(until) - self._passed(since)

    def business_days_between(self, since: datetime, until: datetime) -> int:
        """How many open days lie after the day of `since`, up to and with the day of `until`; negative backwards."""
        first, last = (self._known(self.day_of(moment)).toordinal() for moment in (since, until))
        return bisect_right(self._days.ordinals, last) - bisect_right(self._days.ordinals, first)

    def _passed(self, moment: datetime) -> timedelta:
        """The open time from the first day of the calendar to `moment`."""
        self._known(self.day_of(moment))
        index = bisect_right(self._stretches.starts, moment) - 1
        if index < 0:
            return timedelta(0)
        return self._stretches.passed[index] - max(self._stretches.ends[index] - moment, timedelta(0))

    def _known(self, day: date) -> date:
        if self.first <= day <= self.last:
            return day
        raise self._outside(f"{day} is outside the calendar")

    def _inside(self, index: int, of: "list[datetime] | None" = None) -> int:
        if 0 <= index < len(self._days.ordinals if of is None else of):
            return index
        raise self._outside("The moment lies outside the calendar")

    def _outside(self, what: str) -> CalendarError:
        return CalendarError(f"{what}, which knows {self.first} to {self.last}.", "Expand the calendar to more years.")

    @cached_property
    def _stretches(self) -> "_Stretches":
        starts: list[datetime] = []
        ends: list[datetime] = []
        for _, stretches in self._open_days:
            for opens, closes in stretches:
                starts.append(opens)
                ends.append(closes)
        return _Stretches(starts, ends)

    @cached_property
    def _days(self) -> "_Days":
        return _Days(self._open_days)

    @cached_property
    def _open_days(self) -> list[tuple[date, list[tuple[datetime, datetime]]]]:
        days = (date.fromordinal(number) for number in range(self.first.toordinal(), self.last.toordinal() + 1))
        placed = ((day, [stretch for stretch in self._placed(day) if stretch[0] < stretch[1]]) for day in days)
        return [(day, stretches) for day, stretches in placed if stretches]

    def _placed(self, day: date) -> Iterable[tuple[datetime, datetime]]:
        """The open stretches of `day` in real time; one that falls into the gap of a clock change is empty."""
        midnight = datetime.combine(day, time())
        for opens, closes in self.hours_of(day):
            yield tuple(self.place(midnight + timedelta(minutes=minute)) for minute in (opens, closes))  # type: ignore[misc]


class _Days:
    """The open days of a calendar, in order: their ordinals, when they open and when they close."""

    def __init__(self, days: list[tuple[date, list[tuple[datetime, datetime]]]]) -> None:
        self.ordinals = [day.toordinal() for day, _ in days]
        self.opens = [stretches[0][0] for _, stretches in days]
        self.closes = [stretches[-1][1] for _, stretches in days]

    def at_or_after(self, day: date) -> int:
        return bisect_left(self.ordinals, day.toordinal())

    def number(self, day: date) -> int | None:
        index = self.at_or_after(day)
        return index if index < len(self.ordinals) and self.ordinals[index] == day.toordinal() else None


class _Stretches:
    """The open stretches of a calendar, in order, and how much open time has passed at the end of each."""

    def __init__(self, starts: list[datetime], ends: list[datetime]) -> None:
        self.starts, self.ends = starts, ends
        self.passed = list(accumulate((end - start for start, end in zip(starts, ends, strict=True))))


def check_hours(hours: Hours) -> None:
    """
    See that the stretches of a day are in order and do not touch.

    Raises:
        CalendarError: they are not.
    """
    edges = [edge for stretch in hours for edge in stretch]
    if any(before >= after for before, after in pairwise(edges)) or any(not 0 <= edge <= MIDNIGHT for edge in edges):
        raise CalendarError("The opening hours of a day are not in order.", "Write them as 09:00-12:00, 13:00-17:00.")


def _hours(stretches: list[list[int]]) -> Hours:
    return tuple((opens, closes) for opens, closes in stretches)
