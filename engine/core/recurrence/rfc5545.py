"""
Recurrence rules of RFC 5545 (3.3.10), over wall time.

Understood: FREQ (DAILY to YEARLY), INTERVAL, COUNT, UNTIL (a date, or a local
date-time), BYMONTH, BYMONTHDAY, BYYEARDAY, BYWEEKNO, BYDAY, BYSETPOS, WKST, and
one value each of BYHOUR, BYMINUTE, BYSECOND. All else is refused by name,
parts that the RFC forbids beside each other too. DTSTART is the anchor.

As the RFC says, a day that a month lacks is left out: write BYMONTHDAY=-1 for
the last, or an interval.
"""

import re
from calendar import isleap, monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import count, islice

from engine.core.calendar import TimeError

FORM = "Write it as FREQ=MONTHLY;BYDAY=2TU; see RFC 5545, section 3.3.10."
LONGEST = 300
HORIZON = 12
"""Years after the anchor, and after the day that is asked about, beyond which nothing is looked for."""
DAY = timedelta(days=1)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

_NUMBERS = "-?[0-9]{1,3}(,-?[0-9]{1,3}){0,40}"
_PARTS: Mapping[str, re.Pattern[str]] = {
    "FREQ": re.compile("DAILY|WEEKLY|MONTHLY|YEARLY"),
    "INTERVAL": re.compile("[1-9][0-9]{0,2}"),
    "COUNT": re.compile("[1-9][0-9]{0,4}"),
    "UNTIL": re.compile("[0-9]{8}(T[0-9]{6})?"),
    "BYMONTH": re.compile("[0-9]{1,2}(,[0-9]{1,2}){0,11}"),
    "BYMONTHDAY": re.compile(_NUMBERS),
    "BYYEARDAY": re.compile(_NUMBERS),
    "BYWEEKNO": re.compile(_NUMBERS),
    "BYDAY": re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)(,([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)){0,40}"),
    "BYSETPOS": re.compile(_NUMBERS),
    "WKST": re.compile("MO|TU|WE|TH|FR|SA|SU"),
    "BYHOUR": re.compile("[0-9]{1,2}"),
    "BYMINUTE": re.compile("[0-9]{1,2}"),
    "BYSECOND": re.compile("[0-9]{1,2}"),
}
_LIMITS = {"BYMONTH": (12, 1), "BYMONTHDAY": (31, 1), "BYYEARDAY": (366, 1), "BYWEEKNO": (53, 1), "BYSETPOS": (366, 1)}
_LIMITS |= {"BYHOUR": (23, 0), "BYMINUTE": (59, 0), "BYSECOND": (59, 0)}
_DAYS = ("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY", "BYMONTH")


@dataclass(frozen=True)
class RecurrenceRule:
    """
    A recurrence rule, read: what each part lists, sorted; empty where the rule lacks it.

    Periods (days, weeks, months or years) are counted from that of the anchor;
    of each, the parts pick days.
    """

    frequency: str
    anchor: datetime
    interval: int = 1
    week_start: int = 0
    count: int | None = None
    until: datetime | None = None
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    year_days: frozenset[int] = frozenset()
    weeks: frozenset[int] = frozenset()
    weekdays: frozenset[tuple[int, int]] = frozenset()
    positions: tuple[int, ...] = ()

    def after(self, day: date) -> Iterator[datetime]:
        """
        The wall times on days after `day`, in order, and none more than `HORIZON` years on.

        So a rule that names no day at all ends within a moment.
        """
        begin = self.anchor.date() if self.count else max(self.anchor.date(), day)
        end = _years_on(max(self.anchor.date(), day))
        walls = (datetime.combine(one, self.anchor.time()) for one in self._days(begin, end))
        ended = (wall for wall in islice(walls, self.count) if not self.until or wall <= self.until)
        return (wall for wall in ended if wall.date() > day)

    def _days(self, begin: date, end: date) -> Iterator[date]:
        """The days that the rule names from the anchor on, those before the period of `begin` perhaps left out."""
        first = self._periods_before(begin) // self.interval * self.interval
        for number in count(first, self.interval):
            days = self._period(number)
            if not days or days[0] > end:
                return
            yield from (one for one in self._picked(days) if one >= self.anchor.date())

    def _periods_before(self, day: date) -> int:
        anchor = self.anchor.date()
        if self.frequency == "YEARLY":
            return day.year - anchor.year
        if self.frequency == "MONTHLY":
            return (day.year - anchor.year) * 12 + day.month - anchor.month
        since = self._week(anchor) if self.frequency == "WEEKLY" else anchor
        return (day - since).days // (7 if self.frequency == "WEEKLY" else 1)

    def _period(self, number: int) -> list[date]:
        """The days of the period so many after the anchor's; none after the year 9998."""
        anchor = self.anchor.date()
        if self.frequency == "YEARLY":
            first, length = date(anchor.year + number, 1, 1), 365 + isleap(anchor.year + number)
        elif self.frequency == "MONTHLY":
            year, month = divmod(anchor.year * 12 + anchor.month - 1 + number, 12)
            first, length = date(year, month + 1, 1), monthrange(year, month + 1)[1]
        elif self.frequency == "WEEKLY":
            first, length = self._week(anchor) + 7 * number * DAY, 7
        else:
            first, length = anchor + number * DAY, 1
        return [first + place * DAY for place in range(length)]

    def _week(self, day: date) -> date:
        return day - (day.weekday() - self.week_start) % 7 * DAY

    def _picked(self, days: list[date]) -> list[date]:
        found = [one for one in days if self._is_meant(one)]
        if not self.positions:
            return found
        places = {place - 1 if place > 0 else len(found) + place for place in self.positions}
        return [one for place, one in enumerate(found) if place in places]

    def _is_meant(self, day: date) -> bool:
        year, month = 365 + isleap(day.year), monthrange(day.year, day.month)[1]
        nth = day.timetuple().tm_yday
        return (
            (not self.months or day.month in self.months)
            and (not self.month_days or bool(self.month_days & {day.day, day.day - month - 1}))
            and (not self.year_days or bool(self.year_days & {nth, nth - year - 1}))
            and (not self.weeks or self._is_in_weeks(day))
            and (not self.weekdays or self._is_weekday(day, nth, year, month))
        )

    def _is_weekday(self, day: date, nth: int, year: int, month: int) -> bool:
        """Numbers of weekdays count in the month, or in the year of a yearly rule that names no month."""
        place, length = (nth, year) if self.frequency == "YEARLY" and not self.months else (day.day, month)
        numbers = {0, (place - 1) // 7 + 1, -((length - place) // 7 + 1)}
        return any((number, day.weekday()) in self.weekdays for number in numbers)

    def _is_in_weeks(self, day: date) -> bool:
        """Whether it lies in one of the weeks; week 1 has four days in the year at least (RFC 5545, BYWEEKNO)."""
        first = self._first_week(day.year)
        number = (day - first).days // 7 + 1
        last = (self._first_week(day.year + 1) - first).days // 7
        if number < 1:
            last = (first - self._first_week(day.year - 1)).days // 7
            number = last
        elif number > last:
            number, last = 1, (self._first_week(day.year + 2) - self._first_week(day.year + 1)).days // 7
        return bool(self.weeks & {number, number - last - 1})

    def _first_week(self, year: int) -> date:
        return self._week(date(year, 1, 4))


def parse_rrule(text: str, anchor: datetime) -> RecurrenceRule:
    """
    A recurrence rule, checked.

    Raises:
        TimeError: a part is not understood, stands twice, or does not belong beside another.
    """
    said = text.strip().upper().removeprefix("RRULE:")
    if len(said) > LONGEST:
        raise TimeError("The recurrence rule is too long.", FORM)
    parts: dict[str, str] = {}
    for part in said.split(";"):
        name, _, value = part.partition("=")
        if name in parts:
            raise TimeError(f"{name} stands twice in the recurrence rule.", FORM)
        _check(name, value)
        parts[name] = value
    _check_together(parts)
    _check_anchor(parts, anchor)
    return _with_defaults(_rule(parts, anchor))


def _rule(parts: Mapping[str, str], anchor: datetime) -> RecurrenceRule:
    def numbers(name: str) -> frozenset[int]:
        return frozenset(int(one) for one in parts[name].split(",")) if name in parts else frozenset()

    hour, minute, second = (
        int(parts.get(name, usual))
        for name, usual in (("BYHOUR", anchor.hour), ("BYMINUTE", anchor.minute), ("BYSECOND", anchor.second))
    )
    weekdays = parts["BYDAY"].split(",") if "BYDAY" in parts else []
    return RecurrenceRule(
        frequency=parts["FREQ"],
        anchor=anchor.replace(hour=hour, minute=minute, second=second, microsecond=0),
        interval=int(parts.get("INTERVAL", 1)),
        week_start=WEEKDAYS.index(parts.get("WKST", "MO")),
        count=int(parts["COUNT"]) if "COUNT" in parts else None,
        until=_moment(parts["UNTIL"]) if "UNTIL" in parts else None,
        months=numbers("BYMONTH"),
        month_days=numbers("BYMONTHDAY"),
        year_days=numbers("BYYEARDAY"),
        weeks=numbers("BYWEEKNO"),
        weekdays=frozenset((int(one[:-2] or 0), WEEKDAYS.index(one[-2:])) for one in weekdays),
        positions=tuple(sorted(numbers("BYSETPOS"))),
    )


def _with_defaults(rule: RecurrenceRule) -> RecurrenceRule:
    """Which day is meant where the rule does not say: the anchor's (RFC 5545, 3.3.10)."""
    anchor = rule.anchor
    if rule.month_days or rule.year_days or rule.weekdays or rule.frequency == "DAILY":
        return rule
    if rule.frequency == "WEEKLY" or rule.weeks:
        return replace(rule, weekdays=frozenset({(0, anchor.weekday())}))
    months = rule.months or (frozenset({anchor.month}) if rule.frequency == "YEARLY" else frozenset())
    return replace(rule, months=months, month_days=frozenset({anchor.day}))


def _check(name: str, value: str) -> None:
    if name not in _PARTS:
        known = ", ".join(_PARTS)
        raise TimeError(f"{name or 'An empty part'} of the recurrence rule is not understood.", f"Use {known}.")
    if not _PARTS[name].fullmatch(value):
        raise TimeError(f"{name}={value} of the recurrence rule is not understood.", FORM)
    if name in _LIMITS:
        most, least = _LIMITS[name]
        if any(not least <= abs(int(one)) <= most for one in value.split(",")):
            raise TimeError(f"{name}={value} of the recurrence rule is out of range.", FORM)
    if name == "UNTIL":
        try:
            _moment(value)
        except ValueError:
            raise TimeError(f"UNTIL={value} of the recurrence rule is no date that exists.", FORM) from None


def _moment(value: str) -> datetime:
    """The wall time of an UNTIL; a date includes its whole day."""
    moment = datetime.fromisoformat(value)
    return moment if "T" in value else datetime.combine(moment, time.max)


def _check_together(parts: Mapping[str, str]) -> None:
    """What the table of RFC 5545 (3.3.10) says does not belong together."""
    frequency = parts.get("FREQ")
    if frequency is None:
        raise TimeError("The recurrence rule has no FREQ.", FORM)
    numbered = bool(re.search("[0-9]", parts.get("BYDAY", "")))
    wrong = {
        "COUNT": "UNTIL" in parts,
        "BYWEEKNO": frequency != "YEARLY",
        "BYYEARDAY": frequency != "YEARLY",
        "BYMONTHDAY": frequency == "WEEKLY",
        "BYDAY": numbered and (frequency not in ("MONTHLY", "YEARLY") or "BYWEEKNO" in parts),
        "BYSETPOS": not parts.keys() & {*_DAYS},
    }
    for name, is_wrong in wrong.items():
        if name in parts and is_wrong:
            raise TimeError(f"{name} does not belong into this recurrence rule (FREQ={frequency}).", FORM)


def _check_anchor(parts: Mapping[str, str], anchor: datetime) -> None:
    """A rule that takes its day from the anchor would silently leave out short months."""
    if parts.keys() & {"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY"} or anchor.day <= 28:
        return
    if parts["FREQ"] == "MONTHLY" or (parts["FREQ"] == "YEARLY" and ("BYMONTH" in parts or anchor.month == 2)):
        raise TimeError(
            f"This recurrence rule leaves out each month without day {anchor.day}.",
            "Write BYMONTHDAY=-1 for the last day, or an interval such as P1M, which ends on it.",
        )


def _years_on(day: date) -> date:
    return day.replace(year=min(day.year + HORIZON, 9990), day=min(day.day, 28))
