"""
The border between JSON and FEEL.

In: null, booleans, texts, numbers, lists, mappings with text keys; also dates
and datetimes, for functions of ours that answer with moments. A float comes in
by its shortest decimal text, so 0.1 is one tenth. Anything else is refused.

Out: plain JSON. A whole number within 64 bits is an int, any other number the
nearest float. Dates, times and durations are ISO 8601 texts; a zone is written
as the offset it has at that moment. Ranges and functions are refused.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation, Overflow
from typing import Any

from engine.core.feel.errors import EvaluationError
from engine.core.feel.run import Run
from engine.core.feel.temporals import Date, DateTime, Months, Span, Time
from engine.core.feel.values import NUMBERS, Function, Range, Value, kind


def value_of(run: Run, plain: Any) -> Value:
    """Bring a plain value in. Raises EvaluationError for what is not JSON."""
    if plain is None or isinstance(plain, str | bool):
        return plain
    if isinstance(plain, int | float | Decimal):
        return number_of(plain)
    if isinstance(plain, list | tuple | Mapping):
        return _inside(run, plain)
    if isinstance(plain, datetime):
        return DateTime.of(plain)
    if isinstance(plain, date):
        return Date(plain.year, plain.month, plain.day)
    if isinstance(plain, Date | Time | DateTime | Months | Span | Range | Function):
        return plain
    raise EvaluationError(f"A value of type {type(plain).__name__} is not JSON and cannot be used in an expression")


def number_of(plain: int | float | Decimal) -> Decimal:
    """The exact number. Raises EvaluationError for infinity, not-a-number and what needs too many digits."""
    if not isinstance(plain, int) and not (math.isfinite(plain) if isinstance(plain, float) else plain.is_finite()):
        raise EvaluationError(f"{plain} is not a number")
    try:
        return NUMBERS.create_decimal(repr(plain) if isinstance(plain, float) else plain)
    except (InvalidOperation, Overflow):
        raise EvaluationError("A number is too large") from None


def _inside(run: Run, plain: Any) -> Value:
    run.enter()
    run.tick(1 + len(plain))
    result: Value
    if isinstance(plain, Mapping):
        if not all(isinstance(key, str) for key in plain):
            raise EvaluationError("The keys of a context must be texts")
        result = {key: value_of(run, item) for key, item in plain.items()}
    else:
        result = [value_of(run, item) for item in plain]
    run.leave()
    return result


def plain_of(run: Run, value: Value) -> Any:
    """Bring a value out as plain JSON. Raises EvaluationError for ranges, functions and numbers beyond floats."""
    if isinstance(value, str):
        run.sized(len(value))
        return value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, list | dict):
        run.enter()
        run.tick(1 + len(value))
        result: Any
        if isinstance(value, dict):
            result = {key: plain_of(run, item) for key, item in value.items()}
        else:
            result = [plain_of(run, item) for item in value]
        run.leave()
        return result
    if kind(value) in ("range", "function"):
        raise EvaluationError(f"The result is a {kind(value)}, which cannot be stored")
    return value.iso if isinstance(value, DateTime) else str(value)


def plain_number(number: Decimal) -> int | float:
    """An int when whole and within 64 bits, else the nearest float."""
    if number.adjusted() < 19 and number == number.to_integral_value():
        whole = int(number)
        if -(2**63) <= whole < 2**63:
            return whole
    near = float(number)
    if math.isinf(near):
        raise EvaluationError("A number is too large to be stored")
    return near


class Lazy(Mapping[str, Value]):
    """Variables that come in only when they are read."""

    __slots__ = ("_known", "_plain", "_run")

    def __init__(self, plain: Mapping[str, Any], run: Run) -> None:
        self._plain = plain
        self._known: dict[str, Value] = {}
        self._run = run

    def __contains__(self, name: object) -> bool:
        return name in self._plain

    def __getitem__(self, name: str) -> Value:
        if name not in self._known:
            self._known[name] = value_of(self._run, self._plain[name])
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._plain)

    def __len__(self) -> int:
        return len(self._plain)
