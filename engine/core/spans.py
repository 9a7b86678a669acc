"""
What a due text means: spans of business and real time, dates, shares, repetitions.

`docs/reference/due-dates.md` is the contract. Every `moment` takes and gives
aware datetimes, results in UTC, and raises `CalendarError` where it leads out
of the calendar.
"""

import calendar as months_of
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Literal, Protocol

from engine.core.calendar import Calendar, CalendarError
from engine.core.walltime import wall_clock

Clock = Literal["business", "elapsed", "legal"]
"""`business` and `elapsed` close and roll dates; `legal` keeps the wall time and never rolls (see `Period`)."""

DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


class Due(Protocol):
    """When something is due, seen from the moment since which it runs."""

    def moment(self, since: datetime, calendar: Calendar, clock: Clock = "business") -> datetime | None:
        """The moment it is due, or None where there is no due date."""


class Span(Due, Protocol):
    """A due rule that can be counted from any moment, and repeated."""

    def moment(self, since: datetime, calendar: Calendar, clock: Clock = "business") -> datetime: ...

    def times(self, number: int) -> "Span":
        """The same span, `number` times as long."""


@dataclass(frozen=True)
class Nothing:
    """`null`: no timer, no due date."""

    def moment(self, since: datetime, calendar: Calendar, clock: Clock = "business") -> None:
        return None


@dataclass(frozen=True)
class BusinessDays:
    """`5 bd`, `0 bd`, `-18 bd`: a closing time, on every clock; `1 bd open`: the time at which that day opens."""

    count: int
    opens: bool = False

    def moment(self, since: datetime, calendar: Calendar, clock: Clock = "business") -> datetime:
        counted = calendar.open_business_day if self.opens else calendar.add_business_days
        return counted(since, self.count)

    def times(self, number: int) -> "BusinessDays":
        return BusinessDays(self.count * number, self.opens)


@dataclass(frozen=True)
class BusinessHours:
    """`4 bh`: open hours, on every clock."""

    count: int

    def moment(self, since: datetime, calendar: Calendar, clock: Clock = "business") -> datetime:
        return calendar.add_business_time(since, timedelta(hours=self.count))

    def times(self, number: int) -> "BusinessHours":
        return BusinessHours(self.count * number)


@dataclass(frozen=True)
class Period:
    """
    `P30D`, `P2M`, `P1Y`, `30 d`: a date, counted in months and days.

    It is due at the closing time of that date, or of the next open day; with
    clock `legal` at the wall time of the day it runs from, on that date, open
    or not. A month without that day ends on its last.
    """

    months: int
    days: int

    def moment(self, since: datetime, calendar: Calendar, clock: Clock = "business") -> datetime:
        wall = later(wall_clock(since, calendar.tz), self.months, self.days)
        if clock == "legal":
            return calendar.place(wall)
        closing = calendar.closing(wall.date())
        return closing if closing >= since else calendar.add_business_days(since, 0)

    def times(self, number: int) -> "Period":
        return Period(self.months * number, self.days * number)


@dataclass(frozen=True)
class RealTime:
    """`PT15M`, `P1DT12H`: time that passes day and night; months, if any, are counted on the wall clock first."""

    months: int
    time: timedelta

    def moment(self, since: datetime, calendar: Calendar, clock: Clock = "business") -> datetime:
        if self.months:
            since = calendar.place(later(wall_clock(since, calendar.tz), self.months, 0))
        try:
            return since.astimezone(UTC) + self.time
        except OverflowError:
            raise _too_far() from None

    def times(self, number: int) -> "RealTime":
        try:
            return RealTime(self.months * number, self.time * number)
        except OverflowError:
            raise _too_far() from None


@dataclass(frozen=True)
class At:
    """
    A stated date or date-time; without an offset it is meant in the zone of the organisation.

    Something due on a date is due at the closing time of that date, or of the
    next open day; with clock `legal` at the end of that date. Something that
    runs from a date runs from its beginning.
    """

    value: date | datetime

    def moment(self, since: datetime, calendar: Calendar, clock: Clock = "business") -> datetime:
        if isinstance(self.value, datetime):
            return self.start(calendar)
        if clock == "legal":
            return calendar.place(datetime.combine(self.value, time()) + DAY)
        return calendar.closing(self.value)

    def start(self, calendar: Calendar) -> datetime:
        """The moment from which something runs."""
        if not isinstance(self.value, datetime):
            return calendar.place(datetime.combine(self.value, time()))
        return self.value.astimezone(UTC) if self.value.tzinfo else calendar.place(self.value)


@dataclass(frozen=True)
class From:
    """`5 bd from MOMENT`: a span that runs from a stated fact."""

    span: Span
    fact: At

    def moment(self, since: datetime, calendar: Calendar, clock: Clock = "business") -> datetime:
        return self.span.moment(self.fact.start(calendar), calendar, clock)


@dataclass(frozen=True)
class Share:
    """`50% of A..B`: a share of the open hours between two moments; of the real time with `elapsed` and `legal`."""

    percent: Fraction
    begin: At
    end: At

    def moment(self, since: datetime, calendar: Calendar, clock: Clock = "business") -> datetime:
        begin, end = self.begin.start(calendar), self.end.moment(since, calendar, clock)
        if end <= begin:
            return end
        if clock != "business":
            return begin + self._of(end - begin)
        open_time = calendar.business_time(begin, end)
        return min(calendar.add_business_time(begin, self._of(open_time)), end) if open_time else end

    def _of(self, whole: timedelta) -> timedelta:
        return int(whole // MICROSECOND * self.percent / 100) * MICROSECOND


@dataclass(frozen=True)
class Repeat:
    """
    `R3/PT4H`, `R/P1D`, `R/START/P1M`: a span that comes round, `count` times or for ever.

    The first time is one span after the moment it runs from, or exactly at
    `start` where the text names one. Each further time is counted from there
    and not from the one before: nothing drifts, and a month end stays one.
    Where two times fall on one moment, both count.
    """

    count: int | None
    every: Span
    start: At | None = None
    fact: At | None = None

    def nth(self, number: int, since: datetime, calendar: Calendar, clock: Clock = "business") -> datetime | None:
        """When it comes round for the `number`th time, from 1; None when it no longer does."""
        if self.count is not None and number > self.count:
            return None
        if self.start is None:
            origin = self.fact.start(calendar) if self.fact else since
            return self.every.times(number).moment(origin, calendar, clock)
        start = self.start.start(calendar)
        return start if number == 1 else self.every.times(number - 1).moment(start, calendar, clock)

    def after(
        self, moment: datetime, since: datetime, calendar: Calendar, clock: Clock = "business"
    ) -> tuple[int, datetime] | None:
        """The number and the moment of the first time that lies after `moment`; None if there is none."""

        def is_later(number: int) -> bool:
            try:
                found = self.nth(number, since, calendar, clock)
            except CalendarError:
                return True
            return found is None or found > moment

        high = 1
        while not is_later(high):
            high *= 2
        low = high // 2
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if is_later(middle) else (middle, high)
        found = self.nth(high, since, calendar, clock)
        return None if found is None else (high, found)

    def moment(self, since: datetime, calendar: Calendar, clock: Clock = "business") -> datetime | None:
        """When it comes round for the first time."""
        return self.nth(1, since, calendar, clock)


def later(wall: datetime, months: int, days: int) -> datetime:
    """`wall` so many months and days later; a month without that day ends on its last."""
    number = wall.year * 12 + wall.month - 1 + months
    year, month = divmod(number, 12)
    try:
        day = min(wall.day, months_of.monthrange(year, month + 1)[1])
        return wall.replace(year=year, month=month + 1, day=day) + timedelta(days=days)
    except (ValueError, OverflowError, months_of.IllegalMonthError):
        raise _too_far() from None


def _too_far() -> CalendarError:
    return CalendarError("The moment lies beyond every calendar.", "Use a shorter span.")
