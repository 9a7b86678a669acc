"""
The organisation's calendar: from what an admin writes to the snapshot that the core counts with.

Holidays come from the `holidays` library by country and region, and from the
organisation's own days. The snapshot is stored by its digest; a later version
of that library makes another snapshot and leaves the old ones as they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from engine.core.calendar import WEEKDAYS, Calendar, CalendarError, Hours, check_hours
from engine.core.walltime import Change

OFFICE: Hours = ((9 * 60, 17 * 60),)
DAY = 24 * 60 * 60
LONGEST = 200
"""Years that one snapshot may cover."""


@dataclass(frozen=True, kw_only=True)
class CalendarSettings:
    """
    What `config/calendar.toml` says.

    Args:
        zone: IANA name, such as `Europe/Berlin`.
        week: opening hours by weekday (`mon` to `sun`), in minutes after midnight; absent weekdays are closed.
        country, region: ISO 3166 codes for public holidays; no country means none.
        categories: kinds of holidays that the library knows for the country (`public`, `bank`, ...).
        closed: further closed days, with what they are.
        opened: days with hours of their own, even on weekends and holidays.
    """

    zone: str = "Europe/Berlin"
    week: Mapping[str, Hours] = field(default_factory=lambda: dict.fromkeys(WEEKDAYS[:5], OFFICE))
    country: str | None = None
    region: str | None = None
    categories: tuple[str, ...] = ("public",)
    closed: Mapping[date, str] = field(default_factory=dict)
    opened: Mapping[date, Hours] = field(default_factory=dict)


def build_calendar(settings: CalendarSettings, first_year: int, last_year: int) -> Calendar:
    """
    The snapshot of the years from `first_year` to `last_year`, both included.

    Raises:
        CalendarError: a zone, country, region, weekday or stretch of hours that does not exist.
    """
    if not 1900 <= first_year <= last_year <= first_year + LONGEST or last_year > 9000:
        raise CalendarError(f"{first_year} to {last_year} is no span of years.", f"Ask for at most {LONGEST} years.")
    first, last = date(first_year, 1, 1), date(last_year, 12, 31)
    return Calendar(
        zone=_zone(settings.zone),
        changes=clock_changes(settings.zone, first, last),
        first=first,
        last=last,
        week=tuple(settings.week.get(day, ()) for day in WEEKDAYS),
        closed=frozenset(day for day in (*_holidays(settings, first, last), *settings.closed) if first <= day <= last),
        opened={day: hours for day, hours in settings.opened.items() if first <= day <= last},
    )


def read_settings(content: Mapping[str, Any]) -> CalendarSettings:
    """
    The settings that `config/calendar.toml` (parsed) holds.

    Raises:
        CalendarError: a key or value that is not understood; nothing is guessed.
    """
    unknown = sorted(set(content) - {"zone", "week", "country", "region", "categories", "closed", "opened"})
    if unknown:
        raise CalendarError(
            f"config/calendar.toml has an unknown key {unknown[0]!r}.", "See docs/reference/due-dates.md."
        )
    for key in ("week", "closed", "opened"):
        if not isinstance(content.get(key, {}), Mapping):
            raise CalendarError(f"[{key}] in config/calendar.toml is no table.", "See docs/reference/due-dates.md.")
    if not isinstance(content.get("categories", []), list):
        raise CalendarError("`categories` in config/calendar.toml is no list.", 'Write ["public"].')
    week = content.get("week")
    return CalendarSettings(
        zone=_zone(content.get("zone", "Europe/Berlin")),
        week=CalendarSettings().week if week is None else {_weekday(day): _hours(text) for day, text in week.items()},
        country=content.get("country") or None,
        region=content.get("region") or None,
        categories=tuple(content.get("categories", ("public",))),
        closed={_day(day): str(why) for day, why in content.get("closed", {}).items()},
        opened={_day(day): _hours(text) for day, text in content.get("opened", {}).items()},
    )


@lru_cache(maxsize=64)
def clock_changes(zone: str, first: date, last: date) -> tuple[Change, ...]:
    """The offset of `zone` at the beginning, and each change of it up to the end of `last`, to the second."""
    zone_info = ZoneInfo(zone)
    low = int(datetime.combine(first, time(), UTC).timestamp()) - 2 * DAY
    end = int(datetime.combine(last, time(), UTC).timestamp()) + 3 * DAY
    found = [(low, _offset(low, zone_info))]
    for high in range(low + DAY, end, DAY):
        if _offset(high, zone_info) != found[-1][1]:
            found.append(_change(high - DAY, high, zone_info))
    return tuple(found)


def _change(low: int, high: int, zone: ZoneInfo) -> Change:
    offset = _offset(high, zone)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _offset(middle, zone) == offset else (middle, high)
    return high, offset


def _offset(seconds: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(seconds, UTC).astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _holidays(settings: CalendarSettings, first: date, last: date) -> tuple[date, ...]:
    if settings.country is None:
        return ()
    years = range(first.year, last.year + 1)
    try:
        found = holidays.country_holidays(
            settings.country, subdiv=settings.region, years=years, categories=settings.categories
        )
    except (NotImplementedError, ValueError) as error:
        raise CalendarError(
            f"There are no holidays for country {settings.country!r}, region {settings.region!r}: {error}",
            "Use ISO 3166 codes such as DE and BE, or leave the country out and list the days under [closed].",
        ) from error
    return tuple(sorted(found))


def _zone(name: object) -> str:
    try:
        return ZoneInfo(str(name)).key
    except (KeyError, ValueError, OSError) as error:
        raise CalendarError(f"There is no time zone {name!r}.", "Use an IANA name such as Europe/Berlin.") from error


def _weekday(name: str) -> str:
    if name not in WEEKDAYS:
        raise CalendarError(f"There is no weekday {name!r}.", "Weekdays are mon, tue, wed, thu, fri, sat, sun.")
    return name


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CalendarError(f"{text!r} is no date.", "Write dates as 2027-12-24.") from error


def _hours(texts: object) -> Hours:
    stretches = [texts] if isinstance(texts, str) else texts
    if not isinstance(stretches, list):
        raise CalendarError(f"{texts!r} are no opening hours.", 'Write ["09:00-12:00", "13:00-17:00"].')
    hours = tuple(_stretch(text) for text in stretches)
    check_hours(hours)
    return hours


def _stretch(text: object) -> tuple[int, int]:
    try:
        opens, closes = (_minute(edge) for edge in str(text).split("-"))
    except ValueError as error:
        raise CalendarError(f"{text!r} is no stretch of hours.", "Write it as 09:00-17:00.") from error
    return opens, closes


def _minute(text: str) -> int:
    hour, minute = (int(part) for part in text.strip().split(":"))
    if not (0 <= hour <= 24 and 0 <= minute <= 59 and hour * 60 + minute <= 24 * 60):
        raise ValueError(text)
    return hour * 60 + minute
