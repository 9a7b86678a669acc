"""
The one grammar for due dates, follow-up dates, timers, ladders and cycles.

    text    = "null" | due | repeat
    due     = span | ["-"] span "from" moment | share | moment
    span    = n "bd" ["open"] | n "bh" | n "d" | ISO 8601 duration
    share   = n "%" "of" moment ".." moment
    repeat  = "R" [n] "/" [moment "/"] span ["from" moment]
    moment  = "null" | date | date "T" time [offset]

`docs/reference/due-dates.md` says what each form means. Expressions (`${...}`)
have been replaced by their values before a text comes here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from functools import lru_cache
from itertools import product

from engine.core.calendar import Calendar, TimeError
from engine.core.spans import (
    At,
    BusinessDays,
    BusinessHours,
    Clock,
    Due,
    From,
    Nothing,
    Period,
    RealTime,
    Repeat,
    Share,
    Span,
)

LONGEST = 500
FORMS = "Write one of: 5 bd, 4 bh, 30 d, P30D, PT15M, a date or date-time, `... from MOMENT`, `50% of A..B`, null."

_COUNTED = re.compile(r"(-?)([0-9]{1,6})[ \t]+(bd[ \t]+open|bd|bh|d)")
_DURATION = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,4})Y)?(?:([0-9]{1,5})M)?(?:([0-9]{1,5})W)?(?:([0-9]{1,6})D)?"
    r"(T(?=[0-9])(?:([0-9]{1,7})H)?(?:([0-9]{1,8})M)?(?:([0-9]{1,10})(\.[0-9]{1,6})?S)?)?"
)
_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)[ \t]?%[ \t]+of[ \t]+(\S+?)[ \t]*\.\.[ \t]*(\S+)")
_REPEAT = re.compile(r"R([0-9]{0,6})/(?:([^/]*)/)?([^/]*)")
_FROM = re.compile(r"[ \t]+from[ \t]+")
_HOLE = re.compile(r"\$\{[^{}]*\}")
_SLIPS = (
    (re.compile(r"-?0+ +bd +open"), "Count at least one business day: 1 bd open."),
    (re.compile(r"[0-9]+(bd|bh|d)"), "Write a blank between the number and the unit: 5 bd."),
    (re.compile(r"[0-9]+[.,][0-9]+ *(bd|bh|d)"), "Only whole numbers of days and hours are counted."),
    (
        re.compile(r"-[0-9]+ +(bh|d)|-P.*"),
        "Business days and real time count backwards from a fact: -2 bd from MOMENT, -PT24H from MOMENT.",
    ),
    (re.compile(r"[0-9]+ *(business|working) *days?", re.I), "Write business days as bd: 5 bd."),
    (re.compile(r"[0-9]+ *(days?|D)"), "Write days as d: 30 d."),
    (
        re.compile(r"[0-9]+ *(business|working)? *(hours?|hrs?|h)", re.I),
        "Write 4 bh for open hours, PT4H for any hours.",
    ),
    (re.compile(r"p[0-9t].*", re.I), "Write durations in capitals, whole numbers, largest unit first: P1Y2M3DT4H5M6S."),
    (re.compile(r"[0-9*?,/LW#-]+( +[0-9A-Z*?,/LW#-]+){4,6}"), "A cron text is for the cycle of a timer start only."),
    (re.compile(r"\s*"), "Write null where there is no due date."),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*"), "Write moments as 2027-03-01 or 2027-03-01T09:00:00+01:00."),
)


@dataclass
class DueError(TimeError):
    """
    A due text is not of the grammar.

    `position` counts characters of `text` from 0, where the part begins that
    is not understood.
    """

    position: int
    text: str


def resolve(
    text: str | None, *, since: datetime, calendar: Calendar, clock: Clock = "business"
) -> datetime | Repeat | None:
    """
    The moment (UTC) that a due text means for something that runs since `since`.

    A repetition is given back as such. None where there is no due date.

    Raises:
        DueError: the text is not of the grammar.
        CalendarError: the moment lies outside the calendar. Both are `TimeError`.
    """
    due = parse_due(text)
    return due if isinstance(due, Repeat) else due.moment(since, calendar, clock)


@lru_cache(maxsize=1024)
def parse_due(text: str | None) -> Due | Repeat:
    """
    What a due text means.

    Raises:
        DueError: the text is not of the grammar.
    """
    if text is None:
        return Nothing()
    if len(text) > LONGEST:
        raise DueError("The due text is too long.", FORMS, LONGEST, text[:LONGEST])
    lead = len(text) - len(text.lstrip())
    return _Reader(text).read(text.strip(), lead)


def check_due(text: str) -> None:
    """
    See whether a text with `${...}` in it can be of the grammar, whatever the expressions give.

    Raises:
        DueError: it cannot.
    """
    holes = _HOLE.findall(text)
    if len(holes) > 4 or not holes:
        parse_due(text)
        return
    first: DueError | None = None
    for candidate in _filled(text, len(holes)):
        try:
            parse_due(candidate)
        except DueError as error:
            first = first or error
        else:
            return
    assert first is not None
    raise DueError("Whatever the expressions give, this is no due text.", first.remedy, 0, text)


def _filled(text: str, holes: int) -> Iterator[str]:
    parts = _HOLE.split(text)
    for values in product(("1 bd", "2000-01-01", "1"), repeat=holes):
        yield parts[0] + "".join(value + part for value, part in zip(values, parts[1:], strict=True))


class _Reader:
    """Reads one text; every method is given a part of it and where that part begins."""

    def __init__(self, text: str) -> None:
        self.text = text

    def wrong(self, message: str, remedy: str, at: int) -> DueError:
        return DueError(message, remedy, at, self.text)

    def read(self, part: str, at: int) -> Due | Repeat:
        if part.startswith("R"):
            return self.repeat(part, at)
        if "%" in part:
            return self.share(part, at)
        split = _FROM.search(part)
        if split:
            fact = self.moment(part[split.end() :], at + split.end())
            head = part[: split.start()]
            span = None if head == "null" else self.before(head) or self.span(head, at)
            return From(span, fact) if span and fact else Nothing()
        if part == "null":
            return Nothing()
        return self.known_moment(part, at) if _MOMENT.fullmatch(part) else self.span(part, at)

    def repeat(self, part: str, at: int) -> Repeat:
        head, *tail = _FROM.split(part, maxsplit=1)
        found = _REPEAT.fullmatch(head)
        if not found:
            raise self.wrong(f"{part!r} is no repetition.", "Write R3/PT4H, R/P1D or R/2027-03-01/P1M.", at)
        count = int(found[1]) if found[1] else None
        every = self.span(found[3], at + found.start(3))
        if count == 0 or every.times(2) == every or (isinstance(every, BusinessDays) and every.count < 0):
            raise self.wrong("This would never come round, or all at once.", "Repeat a span longer than nothing.", at)
        start = self.known_moment(found[2], at + found.start(2)) if found[2] is not None else None
        fact = self.known_moment(tail[0], at + len(part) - len(tail[0])) if tail else None
        if start and fact:
            raise self.wrong("A repetition cannot both start at a moment and run from one.", "Leave one out.", at)
        return Repeat(count, every, start, fact)

    def share(self, part: str, at: int) -> Due:
        found = _SHARE.fullmatch(part)
        if not found:
            raise self.wrong(f"{part!r} is no share.", "Write 50% of MOMENT..MOMENT.", at)
        percent = Fraction(found[1])
        if percent > 100:
            raise self.wrong("A share cannot be more than 100%.", "Write a number from 0 to 100.", at)
        begin, end = (self.moment(found[group], at + found.start(group)) for group in (2, 3))
        return Share(percent, begin, end) if begin and end else Nothing()

    def before(self, part: str) -> Span | None:
        """Real time before a stated fact, such as `-PT24H`; None for any other span."""
        found = _DURATION.fullmatch(part[1:]) if part.startswith("-") else None
        span = _duration(found) if found else None
        return RealTime(0, -span.time) if isinstance(span, RealTime) and not span.months else None

    def span(self, part: str, at: int) -> Span:
        counted = _COUNTED.fullmatch(part)
        if counted and (counted[3].startswith("bd") or not counted[1]):
            number, unit = int(counted[1] + counted[2]), counted[3]
            if unit == "d":
                return Period(0, number)
            if unit == "bh":
                return BusinessHours(number)
            if number or unit == "bd":
                return BusinessDays(number, opens=unit != "bd")
        duration = _DURATION.fullmatch(part)
        if duration:
            return _duration(duration)
        remedy = next((hint for slip, hint in _SLIPS if slip.fullmatch(part)), FORMS)
        raise self.wrong(f"{part!r} is no due date." if part else "There is no due date here.", remedy, at)

    def moment(self, part: str, at: int) -> At | None:
        return None if part == "null" else self.known_moment(part, at)

    def known_moment(self, part: str, at: int) -> At:
        found = _MOMENT.fullmatch(part)
        remedy = "Write moments as 2027-03-01 or 2027-03-01T09:00:00+01:00."
        if not found:
            raise self.wrong(f"{part!r} is no moment.", remedy, at)
        try:
            return At(_moment(found))
        except (ValueError, OverflowError):
            raise self.wrong(f"{part!r} is no date that exists.", remedy, at) from None


def _duration(found: re.Match[str]) -> Span:
    years, months, weeks, days, hours, minutes, seconds = (int(found[group] or 0) for group in (1, 2, 3, 4, 6, 7, 8))
    months, days = months + 12 * years, days + 7 * weeks
    if not found[5]:
        return Period(months, days)
    microseconds = int((found[9] or ".0")[1:].ljust(6, "0"))
    time = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=microseconds)
    return RealTime(months, time)


def _moment(found: re.Match[str]) -> date | datetime:
    day = date(int(found[1]), int(found[2]), int(found[3]))
    if found[4] is None:
        return day
    microseconds = int((found[7] or "0").ljust(6, "0")[:6])
    clock = (int(found[4]), int(found[5]), int(found[6] or 0), microseconds)
    return datetime(day.year, day.month, day.day, *clock, tzinfo=_offset(found[8]))


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    if minutes > 59:
        raise ValueError(text)
    return timezone((1 if text[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
