"""
The values of FEEL: their kinds, equality and order.

Inside an evaluation a value is None, a bool, a Decimal, a str, a list, a dict
with text keys, a temporal, a Range or a Function; nothing else gets in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from engine.core.feel.run import Run
from engine.core.feel.temporals import Date, DateTime, Months, Span, Time

Value = Any

#: Decimal128 of IEEE 754, as DMN 1.3, section 10.3.2.3.1 asks: 34 digits, half even.
NUMBERS = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emax=6144, Emin=-6143, traps=[InvalidOperation, Overflow, DivisionByZero]
)

KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    list: "list",
    dict: "context",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    Months: "years and months duration",
    Span: "days and time duration",
}
ORDERED = frozenset(
    {"number", "string", "date", "time", "date and time", "years and months duration", "days and time duration"}
)
READ_BY = {
    "number": "number",
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "years and months duration": "duration",
    "days and time duration": "duration",
}
DURATIONS = frozenset({"years and months duration", "days and time duration"})


def kind(value: Value) -> str:
    """FEEL's name of the value's type."""
    return KINDS.get(type(value), "any")


@dataclass(frozen=True, slots=True, eq=False)
class Range:
    """An interval; an end of None is open without a bound. `op` keeps the sign of `(< 5)`."""

    low: Value
    high: Value
    low_included: bool
    high_included: bool
    op: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """
    A function of an expression or of a knowledge model: how to call it with its arguments in order.

    `weight` is what a call costs of the depth.
    """

    parameters: tuple[str, ...]
    call: Callable[[Run, Sequence[Value]], Value]
    types: tuple[Any, ...] = ()
    weight: int = 7


KINDS[Range] = "range"
KINDS[Function] = "function"


def equal(run: Run, a: Value, b: Value) -> bool | None:
    """Three-valued equality: None when the kinds differ, except that null equals only null."""
    if a is None or b is None:
        return a is b
    if type(a) is not type(b):
        return None
    if isinstance(a, list | dict | Range):
        run.enter()
        result = _same_inside(run, a, b)
        run.leave()
        return result
    return a is b if isinstance(a, Function) else bool(a == b)


def _same_inside(run: Run, a: Value, b: Value) -> bool:
    if isinstance(a, Range):
        return (
            (a.low_included, a.high_included, a.op) == (b.low_included, b.high_included, b.op)
            and same(run, a.low, b.low)
            and same(run, a.high, b.high)
        )
    run.tick(1 + len(a))
    if len(a) != len(b):
        return False
    if isinstance(a, list):
        return all(same(run, x, y) for x, y in zip(a, b, strict=True))
    return a.keys() == b.keys() and all(same(run, value, b[key]) for key, value in a.items())


def same(run: Run, a: Value, b: Value) -> bool:
    """Equality that is never null."""
    return equal(run, a, b) is True


def key_of(value: Value) -> Any:
    """What orders a value among others of its kind."""
    if isinstance(value, Date):
        return value.days
    if isinstance(value, Time | DateTime):
        return value.key
    if isinstance(value, Months):
        return value.months
    return value.nanos if isinstance(value, Span) else value


def compare(op: str, a: Value, b: Value) -> bool | None:
    """`a op b` for `<`, `<=`, `>`, `>=`; None when they have no order."""
    if type(a) is not type(b) or kind(a) not in ORDERED:
        return None
    x, y = key_of(a), key_of(b)
    if isinstance(a, Time | DateTime) and x[0] != y[0]:
        return None
    if op == "<":
        return bool(x < y)
    if op == "<=":
        return bool(x <= y)
    return bool(x > y) if op == ">" else bool(x >= y)


def contains(within: Range, value: Value) -> bool | None:
    """Does the value lie in the range? None when it cannot be compared."""
    if within.op is None and (within.low is None or within.high is None):
        return None
    above = True if within.low is None else compare(">=" if within.low_included else ">", value, within.low)
    below = True if within.high is None else compare("<=" if within.high_included else "<", value, within.high)
    if above is False or below is False:
        return False
    return True if above and below else None


def mismatch(a: Value, b: Value) -> str:
    """How to call two values that cannot be compared, with the remedy where a text stands for a moment."""
    kinds = {kind(a), kind(b)}
    other = next(iter(sorted(kinds - {"string"})), "")
    hint = f"; read the text with {READ_BY[other]}(...)" if "string" in kinds and other in READ_BY else ""
    return f"{kind(a)} with {kind(b)}{hint}"


def negated(value: bool | None) -> bool | None:
    """Three-valued not."""
    return None if value is None else not value


class Env:
    """Names and their values, looked up from the inside out."""

    __slots__ = ("run", "up", "values")

    def __init__(self, values: Mapping[str, Value], up: "Env | None", run: Run) -> None:
        self.values = values
        self.up = up
        self.run = run

    def inner(self, values: Mapping[str, Value]) -> "Env":
        """The same, with more names in front."""
        return Env(values, self, self.run)

    def holder(self, name: str) -> Mapping[str, Value] | None:
        """The innermost values that know this name."""
        env: Env | None = self
        while env is not None:
            if name in env.values:
                return env.values
            env = env.up
        return None

    def all_names(self) -> list[str]:
        """Every name in sight, sorted."""
        names: set[str] = set()
        env: Env | None = self
        while env is not None:
            names.update(env.values)
            env = env.up
        return sorted(names)


Code = Callable[[Env], Value]
