"""Arithmetic of numbers, texts, dates and durations (DMN 1.3, tables 55 to 57). No answer is a warning and null."""

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal, DecimalException

from engine.core.feel.run import Run
from engine.core.feel.temporals import DAY, Date, DateTime, Months, Span, Time, at_midnight
from engine.core.feel.values import DURATIONS, NUMBERS, Value, kind

Operator = Callable[[Run, Value, Value], Value]


def _numbers(run: Run, operate: Callable[[Decimal, Decimal], Decimal], a: Decimal, b: Decimal) -> Decimal | None:
    try:
        return operate(a, b)
    except DecimalException as error:
        zero = isinstance(error, ZeroDivisionError) or b == 0
        run.warn("Division by zero" if zero else "A number is too large")
        return None


def plus(run: Run, a: Value, b: Value) -> Value:
    """`a + b`; texts are joined."""
    if type(a) is Decimal and type(b) is Decimal:
        return _numbers(run, NUMBERS.add, a, b)
    if isinstance(a, str) and isinstance(b, str):
        run.sized(len(a) + len(b))
        return a + b
    if isinstance(a, Months) and isinstance(b, Months):
        return Months(a.months + b.months)
    if isinstance(a, Span) and isinstance(b, Span):
        return Span(a.nanos + b.nanos)
    if isinstance(a, Months | Span):
        a, b = b, a
    if isinstance(a, Date | Time | DateTime) and isinstance(b, Months | Span):
        return _later(run, a, b)
    return run.warn(f"Cannot add {kind(b)} to {kind(a)}")


def _later(run: Run, moment: Date | Time | DateTime, by: Months | Span) -> Value:
    try:
        if isinstance(by, Months):
            return _months_later(run, moment, by)
        if isinstance(moment, Date):
            return Date.of_days((moment.days * DAY + by.nanos) // DAY)
        if isinstance(moment, Time):
            return Time((moment.nanos + by.nanos) % DAY, moment.offset, moment.zone)
        return DateTime.of_local(moment.local + by.nanos, moment.time.offset, moment.time.zone)
    except (ValueError, OverflowError):
        return run.warn("The date is beyond all calendars")


def _months_later(run: Run, moment: Date | Time | DateTime, by: Months) -> Value:
    if isinstance(moment, Date):
        return moment.plus_months(by.months)
    if isinstance(moment, DateTime):
        return DateTime(moment.date.plus_months(by.months), moment.time)
    return run.warn("Cannot add months to a time of day")


def minus(run: Run, a: Value, b: Value) -> Value:
    """`a - b`; two moments give the time between them."""
    if type(a) is Decimal and type(b) is Decimal:
        return _numbers(run, NUMBERS.subtract, a, b)
    if isinstance(b, Months | Span):
        if isinstance(a, Date | Time | DateTime) or type(a) is type(b):
            return plus(run, a, negative(run, b))
    elif isinstance(a, Time) and isinstance(b, Time):
        return _between(run, a, b)
    elif isinstance(a, Date | DateTime) and isinstance(b, Date | DateTime):
        return _between(run, _moment(a), _moment(b))
    return run.warn(f"Cannot subtract {kind(b)} from {kind(a)}")


def _moment(value: Date | DateTime) -> DateTime:
    return at_midnight(value) if isinstance(value, Date) else value


def _between(run: Run, a: Time | DateTime, b: Time | DateTime) -> Value:
    (zoned, later), (other, earlier) = a.key, b.key
    if zoned != other:
        return run.warn("One of the times has an offset and the other has none")
    return Span(later - earlier)


def negative(run: Run, value: Value) -> Value:
    """`-value`."""
    if type(value) is Decimal:
        return NUMBERS.minus(value)
    if isinstance(value, Months):
        return Months(-value.months)
    if isinstance(value, Span):
        return Span(-value.nanos)
    return run.warn(f"Cannot negate {kind(value)}")


def times(run: Run, a: Value, b: Value) -> Value:
    """`a * b`; a duration times a number."""
    if type(a) is Decimal and type(b) is Decimal:
        return _numbers(run, NUMBERS.multiply, a, b)
    if type(a) is Decimal:
        a, b = b, a
    if isinstance(a, Months | Span) and type(b) is Decimal:
        return _scaled(run, NUMBERS.multiply, a, b)
    return run.warn(f"Cannot multiply {kind(a)} and {kind(b)}")


def over(run: Run, a: Value, b: Value) -> Value:
    """`a / b`; a duration by a number or by a duration of its kind."""
    if type(a) is Decimal and type(b) is Decimal:
        return _numbers(run, NUMBERS.divide, a, b)
    if isinstance(a, Months | Span) and type(b) is Decimal:
        return _scaled(run, NUMBERS.divide, a, b)
    if kind(a) in DURATIONS and type(a) is type(b):
        return _numbers(run, NUMBERS.divide, Decimal(_amount(a)), Decimal(_amount(b)))
    return run.warn(f"Cannot divide {kind(a)} by {kind(b)}")


def _amount(duration: Months | Span) -> int:
    return duration.months if isinstance(duration, Months) else duration.nanos


def _scaled(run: Run, operate: Callable[[Decimal, Decimal], Decimal], a: Months | Span, b: Decimal) -> Value:
    amount = _numbers(run, operate, Decimal(_amount(a)), b)
    if amount is None:
        return None
    if amount.adjusted() > 30:
        return run.warn("The duration is too long")
    return Months(int(amount)) if isinstance(a, Months) else Span(int(amount.to_integral_value(ROUND_HALF_EVEN)))


def power(run: Run, a: Value, b: Value) -> Value:
    """`a ** b`."""
    if type(a) is Decimal and type(b) is Decimal:
        run.tick(50)
        return _numbers(run, NUMBERS.power, a, b)
    return run.warn(f"Cannot raise {kind(a)} to {kind(b)}")


def remainder(run: Run, a: Value, b: Value) -> Value:
    """`a % b` of the `${...}` language, with the sign of `a`; two numbers."""
    return _numbers(run, NUMBERS.remainder, a, b)


ARITHMETIC: dict[str, Operator] = {"+": plus, "-": minus, "*": times, "/": over, "**": power, "%": remainder}
