"""Texts to dates, times and durations: ISO 8601 and FEEL's zones (`10:00:00@Europe/Berlin`)."""

import re

from engine.core.feel.temporals import DAY, NANOS, Date, DateTime, Months, Span, Temporal, Time

_DATE = r"(-?(?:[1-9]\d{4,8}|\d{4}))-(\d\d)-(\d\d)"
_TIME = r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,18}))?(Z|z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z0-9_+\-/]+)?"
_date = re.compile(_DATE, re.ASCII)
_time = re.compile(_TIME, re.ASCII)
_moment = re.compile(f"{_DATE}T{_TIME}", re.ASCII)
_months = re.compile(r"(-?)P(?:(\d{1,12})Y)?(?:(\d{1,12})M)?", re.ASCII)
_span = re.compile(
    r"(-?)P(?:(\d{1,15})D)?(?:T(?=\d)(?:(\d{1,15})H)?(?:(\d{1,15})M)?(?:(\d{1,15})(?:\.(\d{0,18}))?S)?)?", re.ASCII
)


def parse_date(text: str) -> Date | None:
    """A date, or None when the text is none. Raises ValueError for 30 February."""
    found = _date.fullmatch(text)
    return Date(int(found[1]), int(found[2]), int(found[3])) if found else None


def parse_time(text: str) -> Time | None:
    """A time of day, or None when the text is none. 24:00:00 is midnight."""
    found = _time.fullmatch(text)
    return _time_of(*found.groups()) if found else None


def parse_moment(text: str) -> DateTime | None:
    """A date and time, or a date at midnight without an offset; None when the text is neither."""
    found = _moment.fullmatch(text)
    if not found:
        date = parse_date(text)
        return DateTime(date, Time(0)) if date else None
    year, month, day, *time = found.groups()
    date = Date(int(year), int(month), int(day))
    if time[0] == "24":
        date = Date.of_days(date.days + 1)
    return DateTime(date, _time_of(*time))


def parse_duration(text: str) -> Months | Span | None:
    """A duration of either kind, or None when the text is none."""
    found = _months.fullmatch(text)
    if found and (found[2] or found[3]):
        months = int(found[2] or 0) * 12 + int(found[3] or 0)
        return Months(-months if found[1] else months)
    found = _span.fullmatch(text)
    if not found or not any(found.groups()[1:]):
        return None
    seconds = ((int(found[2] or 0) * 24 + int(found[3] or 0)) * 60 + int(found[4] or 0)) * 60 + int(found[5] or 0)
    nanos = seconds * NANOS + _nanos(found[6])
    return Span(-nanos if found[1] else nanos)


def parse_temporal(text: str) -> Temporal | None:
    """What `@"..."` means: a duration, a date, a time, or a date and time."""
    try:
        return parse_duration(text) or parse_date(text) or parse_time(text) or parse_moment(text)
    except ValueError:
        return None


def _time_of(hours: str, minutes: str, seconds: str, fraction: str | None, zone: str | None) -> Time:
    if int(minutes) > 59 or int(seconds) > 59:
        raise ValueError("there is no such time of day")
    nanos = (int(hours) * 3600 + int(minutes) * 60 + int(seconds)) * NANOS + _nanos(fraction)
    nanos = 0 if nanos == DAY else nanos
    if zone is None:
        return Time(nanos)
    if zone[0] == "@":
        return Time(nanos, zone=zone[1:])
    return Time(nanos, _offset(zone))


def _offset(text: str) -> int:
    if text in "Zz":
        return 0
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    if minutes > 59:
        raise ValueError("there is no such offset")
    away = hours * 3600 + minutes * 60 + (seconds[0] if seconds else 0)
    return -away if text[0] == "-" else away


def _nanos(fraction: str | None) -> int:
    return int((fraction or "0")[:9].ljust(9, "0"))
