"""
Quartz cron for timer starts: seconds, minutes, hours, day of month, month, day of week, and perhaps years.

    0 0 9 ? * MON-FRI        every weekday at 09:00
    0 0 14 ? 2 TUE#2         the second Tuesday of February at 14:00
    0 0 17 LW * ?            the last weekday of each month at 17:00

Moments are wall times of the organisation's calendar. Where the clock skips
one it is the moment after; where the clock shows one twice it is the first.
Weekends, not holidays, decide what a weekday (`W`) is: that is Quartz's word.
"""

import re
from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from engine.core.calendar import Calendar
from engine.core.due import DueError
from engine.core.walltime import wall_clock

LONGEST = 200
FORM = "Write six or seven fields: seconds minutes hours day month weekday [year], such as 0 0 9 ? * MON-FRI."
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
FIRST_YEAR, LAST_YEAR = 1970, 2199

_LAST = re.compile(r"L(?:-([0-9]{1,2}))?(W)?")
_NEAREST = re.compile(r"([0-9]{1,2})W")
_NTH = re.compile(r"([0-9]|[A-Z]{3})#([0-9])")
_LAST_WEEKDAY = re.compile(r"([0-9]|[A-Z]{3})L")


@dataclass(frozen=True)
class Cron:
    """
    A cron text, read. Values of each field in order; `days` and `weekdays` are rules that a month is asked about.

    Weekdays are numbered as Quartz does, from 1 for Sunday.
    """

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[str, ...]
    months: tuple[int, ...]
    weekdays: tuple[str, ...]
    years: tuple[int, ...]

    def next_moment(self, after: datetime, calendar: Calendar) -> datetime | None:
        """
        The first moment (UTC) after `after` that the text names, or None if there is none any more.

        Raises:
            CalendarError: it would lie outside the calendar.
        """
        begin = wall_clock(after, calendar.tz)
        for day in self._days_from(begin.date()):
            midnight = datetime.combine(day, time())
            calendar.hours_of(day)  # Asks whether the calendar knows the day at all.
            for wall in self._times_of(day, max(begin, midnight)):
                moment = calendar.place(wall)
                if moment > after:
                    return moment
        return None

    @property
    def once_a_day(self) -> bool:
        """Whether the text names one time of day."""
        return len(self.seconds) == len(self.minutes) == len(self.hours) == 1

    def walls(self, first: date) -> Iterator[datetime]:
        """The wall times that the text names from the day `first` on, in order, whatever the calendar."""
        for day in self._days_from(first):
            yield from self._times_of(day, datetime.combine(day, time()))

    def _days_from(self, first: date) -> Iterator[date]:
        for year in self.years[bisect_left(self.years, first.year) :]:
            for month in self.months:
                if (year, month) >= (first.year, first.month):
                    yield from (day for day in self._days_of(year, month) if day >= first)

    def _days_of(self, year: int, month: int) -> list[date]:
        length = monthrange(year, month)[1]
        by_number = {day for rule in self.days for day in _by_number(rule, year, month, length)}
        by_weekday = {day for rule in self.weekdays for day in _by_weekday(rule, year, month, length)}
        return [date(year, month, day) for day in sorted(by_number & by_weekday)]

    def _times_of(self, day: date, begin: datetime) -> Iterator[datetime]:
        for hour in self.hours:
            if (day, hour) < (begin.date(), begin.hour):
                continue
            for minute in self.minutes:
                if (day, hour, minute) < (begin.date(), begin.hour, begin.minute):
                    continue
                yield from (datetime.combine(day, time(hour, minute, second)) for second in self.seconds)


def parse_cron(text: str) -> Cron:
    """
    What a cron text means.

    Raises:
        DueError: the text is not of the grammar; `position` is where its field begins.
    """
    if len(text) > LONGEST:
        raise DueError("The cron text is too long.", FORM, LONGEST, text[:LONGEST])
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def wrong(self, message: str, remedy: str = FORM) -> DueError:
        return DueError(message, remedy, self.at, self.text)

    def read(self) -> Cron:
        fields = [(found.start(), found[0].upper()) for found in re.finditer(r"\S+", self.text)]
        if len(fields) not in (6, 7):
            raise self.wrong(f"A cron text has six or seven fields, this one {len(fields)}.")
        names = ("seconds", "minutes", "hours", "days", "months", "weekdays", "years")
        fields += [(0, "*")] * (7 - len(fields))
        parsed: dict[str, Any] = {}
        for name, (at, field) in zip(names, fields, strict=True):
            self.at = at
            parsed[name] = self.field(name, field)
        self.at = fields[3][0]
        days, weekdays = fields[3][1], fields[5][1]
        if days == weekdays == "?":
            raise self.wrong("Neither a day of the month nor a weekday is named.", "Write * for the day: 0 0 9 * * ?.")
        if not {days, weekdays} & {"?", "*"}:
            raise self.wrong("A cron text names a day of the month or a weekday, not both.", "Write ? for one of them.")
        return Cron(**parsed)

    def field(self, name: str, field: str) -> tuple[int, ...] | tuple[str, ...]:
        if name in ("days", "weekdays"):
            return self.rules(name, field)
        low, high, words = {
            "seconds": (0, 59, ()),
            "minutes": (0, 59, ()),
            "hours": (0, 23, ()),
            "months": (1, 12, MONTHS),
            "years": (FIRST_YEAR, LAST_YEAR, ()),
        }[name]
        return tuple(sorted({value for part in field.split(",") for value in self.values(part, low, high, words)}))

    def rules(self, name: str, field: str) -> tuple[str, ...]:
        if field in ("?", "*"):
            return ("*",)
        return tuple(rule for part in field.split(",") for rule in (self.day if name == "days" else self.weekday)(part))

    def day(self, part: str) -> tuple[str, ...]:
        last, nearest = _LAST.fullmatch(part), _NEAREST.fullmatch(part)
        if last and int(last[1] or 0) <= 30:
            return (part,)
        if nearest and 1 <= int(nearest[1]) <= 31:
            return (part,)
        return tuple(str(value) for value in self.values(part, 1, 31, ()))

    def weekday(self, part: str) -> tuple[str, ...]:
        nth, last = _NTH.fullmatch(part), _LAST_WEEKDAY.fullmatch(part)
        if nth and 1 <= int(nth[2]) <= 5:
            return (f"{self.number(nth[1], 1, 7, DAYS)}#{nth[2]}",)
        if last:
            return (f"{self.number(last[1], 1, 7, DAYS)}L",)
        return ("7",) if part == "L" else tuple(str(value) for value in self.values(part, 1, 7, DAYS))

    def values(self, part: str, low: int, high: int, words: tuple[str, ...]) -> list[int]:
        span, *steps = part.split("/")
        if len(steps) > 1 or (steps and not re.fullmatch(r"[1-9][0-9]{0,3}", steps[0])):
            raise self.wrong(f"{part!r} has no step.", "Write steps as 0/15 or */15.")
        begin, *ends = span.split("-")
        if begin == "*" and not ends:
            first, last = low, high
        else:
            first = self.number(begin, low, high, words)
            last = self.number(ends[0], low, high, words) if ends else high if steps else first
        if len(ends) > 1:
            raise self.wrong(f"{part!r} is no range.")
        run = range(first, last + 1) if first <= last else [*range(first, high + 1), *range(low, last + 1)]
        return list(run[:: int(steps[0]) if steps else 1])

    def number(self, text: str, low: int, high: int, words: tuple[str, ...]) -> int:
        if text in words:
            return words.index(text) + 1
        if not re.fullmatch(r"[0-9]{1,4}", text) or not low <= int(text) <= high:
            names = f" or {words[0]} to {words[-1]}" if words else ""
            raise self.wrong(f"{text!r} is not a number from {low} to {high}{names}.")
        return int(text)


def _by_number(rule: str, year: int, month: int, length: int) -> Iterator[int]:
    """The days of a month that a rule of the day-of-month field names."""
    last = _LAST.fullmatch(rule)
    if rule == "*":
        yield from range(1, length + 1)
    elif last:
        day = length - int(last[1] or 0)
        if day >= 1:
            yield _nearest_weekday(year, month, day, length) if last[2] else day
    elif rule.endswith("W"):
        if int(rule[:-1]) <= length:
            yield _nearest_weekday(year, month, int(rule[:-1]), length)
    elif int(rule) <= length:
        yield int(rule)


def _by_weekday(rule: str, year: int, month: int, length: int) -> Iterator[int]:
    """The days of a month that a rule of the day-of-week field names."""
    if rule == "*":
        yield from range(1, length + 1)
        return
    offset = (int(rule[0]) - 2 - date(year, month, 1).weekday()) % 7
    found = range(1 + offset, length + 1, 7)
    if rule.endswith("L"):
        yield found[-1]
    elif "#" in rule:
        yield from found[int(rule[2]) - 1 : int(rule[2])]
    else:
        yield from found


def _nearest_weekday(year: int, month: int, day: int, length: int) -> int:
    """The weekday nearest to a day, in the same month."""
    weekday = date(year, month, day).weekday()
    if weekday == 5:
        return day - 1 if day > 1 else day + 2
    if weekday == 6:
        return day + 1 if day < length else day - 2
    return day
