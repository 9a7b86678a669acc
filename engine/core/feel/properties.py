"""Properties of dates, times, durations and ranges (DMN 1.3, tables 65 and 66)."""

from collections.abc import Callable
from decimal import Decimal

from engine.core.feel.temporals import DAY, NANOS, Date, DateTime, Months, Span, Time
from engine.core.feel.values import Range, Value


def _of_date(read: Callable[[Date], int]) -> Callable[[Value], Value]:
    return lambda value: Decimal(read(value.date if isinstance(value, DateTime) else value))


def _of_time(read: Callable[[Time], int]) -> Callable[[Value], Value]:
    return lambda value: Decimal(read(value.time if isinstance(value, DateTime) else value))


def _second(value: Time | DateTime) -> Value:
    nanos = (value.time if isinstance(value, DateTime) else value).nanos % (60 * NANOS)
    return Decimal(nanos) / NANOS if nanos % NANOS else Decimal(nanos // NANOS)


def _time_offset(value: Time | DateTime) -> Value:
    offset = value.offset if isinstance(value, DateTime) else value.offset_on(Date(2000, 1, 1))
    return None if offset is None else Span(offset * NANOS)


def _zone(value: Time | DateTime) -> Value:
    return value.time.zone if isinstance(value, DateTime) else value.zone


def _part(unit: int, of: int | None) -> Callable[[Span], Value]:
    def read(span: Span) -> Value:
        amount = abs(span.nanos) // unit
        amount = amount % of if of else amount
        return Decimal(-amount if span.nanos < 0 else amount)

    return read


def _seconds(span: Span) -> Value:
    nanos = abs(span.nanos) % (60 * NANOS)
    amount = Decimal(nanos) / NANOS if nanos % NANOS else Decimal(nanos // NANOS)
    return -amount if span.nanos < 0 else amount


def _signed(months: int, amount: int) -> Decimal:
    return Decimal(-amount if months < 0 else amount)


_DATES = (Date, DateTime)
_TIMES = (Time, DateTime)
PROPERTIES: dict[str, tuple[tuple[type, ...], Callable[..., Value]]] = {
    "year": (_DATES, _of_date(lambda date: date.year)),
    "month": (_DATES, _of_date(lambda date: date.month)),
    "day": (_DATES, _of_date(lambda date: date.day)),
    "weekday": (_DATES, _of_date(lambda date: (date.days + 3) % 7 + 1)),
    "hour": (_TIMES, _of_time(lambda time: time.seconds // 3600)),
    "minute": (_TIMES, _of_time(lambda time: time.seconds // 60 % 60)),
    "second": (_TIMES, _second),
    "time offset": (_TIMES, _time_offset),
    "timezone": (_TIMES, _zone),
    "years": ((Months,), lambda value: _signed(value.months, abs(value.months) // 12)),
    "months": ((Months,), lambda value: _signed(value.months, abs(value.months) % 12)),
    "days": ((Span,), _part(DAY, None)),
    "hours": ((Span,), _part(3600 * NANOS, 24)),
    "minutes": ((Span,), _part(60 * NANOS, 60)),
    "seconds": ((Span,), _seconds),
    "start": ((Range,), lambda value: value.low),
    "end": ((Range,), lambda value: value.high),
    "start included": ((Range,), lambda value: value.low_included),
    "end included": ((Range,), lambda value: value.high_included),
}


def has_property(value: Value, name: str) -> bool:
    """Does a value of this kind have a property of this name?"""
    return name in PROPERTIES and isinstance(value, PROPERTIES[name][0])


def property_of(value: Value, name: str) -> Value:
    """The property; ask `has_property` first."""
    return PROPERTIES[name][1](value)
