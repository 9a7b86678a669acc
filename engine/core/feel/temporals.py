"""
Dates, times and durations of FEEL (DMN 1.3, section 10.3.2.3).

Own types, because FEEL's years go from -999,999,999 to 999,999,999 and its
seconds to nanoseconds. All are immutable. Times may have an offset in seconds
or an IANA zone, or neither.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

NANOS = 1_000_000_000
DAY = 86_400 * NANOS
MAX_YEAR = 999_999_999


def days_of(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the proleptic Gregorian calendar."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of a number of days since 1970-01-01."""
    era, of_era = divmod(days + 719_468, 146_097)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month += 3 if month < 10 else -9
    return year + era * 400 + (month <= 2), month, day


def month_length(year: int, month: int) -> int:
    """Days in a month."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


@lru_cache(maxsize=256)
def zone_named(name: str) -> ZoneInfo:
    """The IANA zone. Raises ValueError for a name that is none."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(f"there is no time zone '{name}'") from error


@dataclass(frozen=True, slots=True)
class Months:
    """A years and months duration."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return ("-" if self.months < 0 else "") + "P" + text


@dataclass(frozen=True, slots=True)
class Span:
    """A days and time duration, in nanoseconds."""

    nanos: int

    def __str__(self) -> str:
        seconds, nanos = divmod(abs(self.nanos), NANOS)
        days, rest = divmod(seconds, 86_400)
        hours, rest = divmod(rest, 3600)
        minutes, rest = divmod(rest, 60)
        text = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        if rest or nanos:
            text += f"{rest}{_fraction(nanos)}S"
        whole = (f"{days}D" if days else "") + (f"T{text}" if text else "")
        return ("-" if self.nanos < 0 else "") + "P" + (whole or "T0S")


@dataclass(frozen=True, slots=True)
class Date:
    """A day of the calendar. Raises ValueError for a day that is none."""

    year: int
    month: int
    day: int

    def __post_init__(self) -> None:
        if not (abs(self.year) <= MAX_YEAR and 1 <= self.month <= 12):
            raise ValueError("there is no such date")
        if not 1 <= self.day <= month_length(self.year, self.month):
            raise ValueError("there is no such day in this month")

    @property
    def days(self) -> int:
        """Days since 1970-01-01."""
        return days_of(self.year, self.month, self.day)

    @classmethod
    def of_days(cls, days: int) -> "Date":
        """The date so many days after 1970-01-01."""
        return cls(*civil(days))

    def plus_months(self, months: int) -> "Date":
        """The same day of a later month, or that month's last day."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Date(year, month + 1, min(self.day, month_length(year, month + 1)))

    def __str__(self) -> str:
        return f"{'-' if self.year < 0 else ''}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True, eq=False)
class Time:
    """
    A time of day: nanoseconds since midnight, with an offset in seconds east of UTC, a zone, or neither.

    Equal when they name the same moment of a day; a zone's offset is that of 1 January 2000.
    """

    nanos: int
    offset: int | None = None
    zone: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.nanos < DAY:
            raise ValueError("there is no such time of day")
        if self.offset is not None and abs(self.offset) > 18 * 3600:
            raise ValueError("an offset is at most 18 hours")
        if self.zone is not None:
            zone_named(self.zone)

    @property
    def seconds(self) -> int:
        """Whole seconds since midnight."""
        return self.nanos // NANOS

    def offset_on(self, date: Date) -> int | None:
        """Seconds east of UTC on this date, or None for a local time."""
        if self.zone is None:
            return self.offset
        year = min(max(date.year, 1), 9998)
        day = min(date.day, month_length(year, date.month))
        moment = datetime(year, date.month, day, tzinfo=zone_named(self.zone)) + timedelta(seconds=self.seconds)
        away = moment.utcoffset()
        return None if away is None else int(away.total_seconds())

    @property
    def key(self) -> tuple[bool, int]:
        """Comparable with other times of the same kind (with or without an offset)."""
        offset = self.offset_on(Date(2000, 1, 1))
        return offset is not None, self.nanos - (offset or 0) * NANOS

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Time) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        return _clock(self.nanos) + (f"@{self.zone}" if self.zone else offset_text(self.offset))


@dataclass(frozen=True, slots=True, eq=False)
class DateTime:
    """A date and a time. Equal when they name the same moment."""

    date: Date
    time: Time

    @property
    def offset(self) -> int | None:
        """Seconds east of UTC, or None for local time."""
        return self.time.offset_on(self.date)

    @property
    def local(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00 on the wall."""
        return self.date.days * DAY + self.time.nanos

    @property
    def key(self) -> tuple[bool, int]:
        """Comparable with other moments of the same kind (with or without an offset)."""
        offset = self.offset
        return offset is not None, self.local - (offset or 0) * NANOS

    @classmethod
    def of_local(cls, nanos: int, offset: int | None = None, zone: str | None = None) -> "DateTime":
        """The moment whose clock on the wall shows so many nanoseconds since 1970."""
        days, rest = divmod(nanos, DAY)
        return cls(Date.of_days(days), Time(rest, offset, zone))

    @classmethod
    def of(cls, moment: datetime) -> "DateTime":
        """The moment of a Python datetime, with its offset if it has one."""
        seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
        away = moment.utcoffset()
        time = Time(seconds * NANOS + moment.microsecond * 1000, None if away is None else int(away.total_seconds()))
        return cls(Date(moment.year, moment.month, moment.day), time)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DateTime) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"

    @property
    def iso(self) -> str:
        """ISO 8601: a zone is written as its offset at this moment."""
        return f"{self.date}T{_clock(self.time.nanos)}{offset_text(self.offset)}"


Temporal = Date | Time | DateTime | Months | Span
MIDNIGHT_UTC = Time(0, 0)


def at_midnight(date: Date) -> DateTime:
    """FEEL's reading of a date as a moment: midnight, UTC."""
    return DateTime(date, MIDNIGHT_UTC)


def offset_text(offset: int | None) -> str:
    """`Z`, `+01:00`, or nothing for local time."""
    if offset is None:
        return ""
    if offset == 0:
        return "Z"
    minutes, seconds = divmod(abs(offset), 60)
    text = f"{'-' if offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    return text + (f":{seconds:02d}" if seconds else "")


def _clock(nanos: int) -> str:
    seconds, rest = divmod(nanos, NANOS)
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}{_fraction(rest)}"


def _fraction(nanos: int) -> str:
    return f".{nanos:09d}".rstrip("0") if nanos else ""
