"""Functions of dates, times and durations (DMN 1.3, sections 10.3.4.1 and 10.3.4.8), now() and today()."""

from decimal import ROUND_FLOOR, Decimal

from engine.core.feel.builtins.registry import builtin
from engine.core.feel.run import Run
from engine.core.feel.temporal_text import parse_date, parse_duration, parse_moment, parse_time
from engine.core.feel.temporals import (
    MIDNIGHT_UTC,
    NANOS,
    Date,
    DateTime,
    Months,
    Span,
    Time,
    civil,
    days_of,
    zone_named,
)
from engine.core.feel.values import Value

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _or_warn(run: Run, value: Value, what: str, text: str) -> Value:
    return run.warn(f"'{text[:40]}' is no {what}") if value is None else value


@builtin("date", "from:string")
def _date(run: Run, text: str) -> Value:
    return _or_warn(run, parse_date(text), "date", text)


@builtin("date", "from:date")
@builtin("time", "from:time")
@builtin("date and time", "from:date and time")
@builtin("duration", "from:duration")
def _itself(run: Run, value: Value) -> Value:
    return value


@builtin("date", "from:date and time")
def _date_of(run: Run, moment: DateTime) -> Value:
    return moment.date


@builtin("date", "year:number", "month:number", "day:number")
def _date_from(run: Run, year: Decimal, month: Decimal, day: Decimal) -> Value:
    return Date(int(year), int(month), int(day))


@builtin("time", "from:string")
def _time(run: Run, text: str) -> Value:
    return _or_warn(run, parse_time(text), "time", text)


@builtin("time", "from:date")
def _time_of_date(run: Run, date: Date) -> Value:
    return MIDNIGHT_UTC


@builtin("time", "from:date and time")
def _time_of(run: Run, moment: DateTime) -> Value:
    return moment.time


@builtin("time", "hour:number", "minute:number", "second:number", "offset?:days and time duration")
def _time_from(run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: Span | None) -> Value:
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        return run.warn("time(): there is no such time of day")
    whole = int(second.to_integral_value(ROUND_FLOOR))
    nanos = (int(hour) * 3600 + int(minute) * 60 + whole) * NANOS + int((second - whole) * NANOS)
    return Time(nanos, None if offset is None else offset.nanos // NANOS)


@builtin("date and time", "from:string")
def _moment(run: Run, text: str) -> Value:
    return _or_warn(run, parse_moment(text), "date and time", text)


@builtin("date and time", "date:date", "time:time")
def _moment_of(run: Run, date: Date, time: Time) -> Value:
    return DateTime(date, time)


@builtin("date and time", "date:date and time", "time:time")
def _moment_at(run: Run, moment: DateTime, time: Time) -> Value:
    return DateTime(moment.date, time)


@builtin("date and time", "date:date and time", "timezone:string")
def _moment_in(run: Run, moment: DateTime, zone: str) -> Value:
    offset = moment.offset
    if offset is None:
        return run.warn("date and time(): a local time has no moment in another zone")
    zone_named(zone)
    utc = DateTime.of_local(moment.local - offset * NANOS, zone=None)
    away = _offset_at(utc, zone)
    return DateTime.of_local(moment.local + (away - offset) * NANOS, zone=zone)


def _offset_at(utc: DateTime, zone: str) -> int:
    """Seconds east of UTC of the zone at a moment given in UTC."""
    guess = Time(utc.time.nanos, zone=zone).offset_on(utc.date) or 0
    local = DateTime.of_local(utc.local + guess * NANOS, zone=zone)
    return local.offset or 0


@builtin("duration", "from:string")
def _duration(run: Run, text: str) -> Value:
    return _or_warn(run, parse_duration(text), "duration", text)


@builtin("years and months duration", "from:date|date and time", "to:date|date and time")
def _months_between(run: Run, start: Date | DateTime, end: Date | DateTime) -> Value:
    first, last = _day(start), _day(end)
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return Months(months)


@builtin("now")
def _now(run: Run) -> Value:
    return DateTime.of(run.clock())


@builtin("today")
def _today(run: Run) -> Value:
    local = run.clock()
    return Date(local.year, local.month, local.day)


def _day(value: Date | DateTime) -> Date:
    return value if isinstance(value, Date) else value.date


@builtin("day of week", "date:date|date and time")
def _day_of_week(run: Run, date: Date | DateTime) -> Value:
    return DAYS[(_day(date).days + 3) % 7]


@builtin("month of year", "date:date|date and time")
def _month_of_year(run: Run, date: Date | DateTime) -> Value:
    return MONTHS[_day(date).month - 1]


@builtin("day of year", "date:date|date and time")
def _day_of_year(run: Run, date: Date | DateTime) -> Value:
    day = _day(date)
    return Decimal(day.days - days_of(day.year, 1, 1) + 1)


@builtin("week of year", "date:date|date and time")
def _week_of_year(run: Run, date: Date | DateTime) -> Value:
    """ISO 8601: the week that holds the year's first Thursday is week 1."""
    days = _day(date).days
    thursday = days - (days + 3) % 7 + 3
    return Decimal((thursday - days_of(civil(thursday)[0], 1, 1)) // 7 + 1)


@builtin("last day of month", "date:date|date and time")
def _last_day_of_month(run: Run, date: Date | DateTime) -> Value:
    day = _day(date)
    return Date.of_days(Date(day.year, day.month, 1).plus_months(1).days - 1)
