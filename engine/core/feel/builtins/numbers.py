"""Functions of numbers (DMN 1.3, section 10.3.4.5)."""

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)

from engine.core.feel.builtins.registry import builtin
from engine.core.feel.run import Run
from engine.core.feel.temporals import Months, Span
from engine.core.feel.values import NUMBERS, Value

_SCALES = range(-6111, 6177)
_WIDE = Context(prec=7000, Emax=999_999, Emin=-999_999)


def _round(run: Run, number: Decimal, scale: Decimal, mode: str) -> Value:
    if scale != scale.to_integral_value() and mode != ROUND_HALF_EVEN:
        scale = scale.to_integral_value(ROUND_DOWN)
    places = int(scale)
    if places not in _SCALES:
        return run.warn("A number is rounded to between -6111 and 6176 places")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, str) or exponent >= -places:
        return number
    run.tick(10)
    return number.quantize(Decimal(1).scaleb(-places), rounding=mode, context=_WIDE) + 0


def _declare_rounding(name: str, mode: str, *, scale_needed: bool) -> None:
    def rounded(run: Run, number: Decimal, scale: Decimal = Decimal(0)) -> Value:
        return _round(run, number, scale, mode)

    builtin(name, "n:number", "scale:number")(rounded)
    if not scale_needed:
        builtin(name, "n:number")(rounded)


for _name, _mode in (("floor", ROUND_FLOOR), ("ceiling", ROUND_CEILING)):
    _declare_rounding(_name, _mode, scale_needed=False)
for _name, _mode in (
    ("decimal", ROUND_HALF_EVEN),
    ("round up", ROUND_UP),
    ("round down", ROUND_DOWN),
    ("round half up", ROUND_HALF_UP),
    ("round half down", ROUND_HALF_DOWN),
):
    _declare_rounding(_name, _mode, scale_needed=True)


@builtin("abs", "n:number|duration")
def _abs(run: Run, value: Value) -> Value:
    if isinstance(value, Months):
        return Months(abs(value.months))
    return Span(abs(value.nanos)) if isinstance(value, Span) else abs(value)


@builtin("modulo", "dividend:number", "divisor:number")
def _modulo(run: Run, a: Decimal, b: Decimal) -> Value:
    if b == 0:
        return run.warn("Division by zero")
    quotient = NUMBERS.divide(a, b).to_integral_value(ROUND_FLOOR)
    return NUMBERS.subtract(a, NUMBERS.multiply(b, quotient))


@builtin("sqrt", "number:number")
def _sqrt(run: Run, number: Decimal) -> Value:
    return NUMBERS.sqrt(number) if number >= 0 else run.warn("sqrt(): the number is negative")


@builtin("log", "number:number")
def _log(run: Run, number: Decimal) -> Value:
    run.tick(50)
    return NUMBERS.ln(number) if number > 0 else run.warn("log(): the number is not positive")


@builtin("exp", "number:number")
def _exp(run: Run, number: Decimal) -> Value:
    run.tick(50)
    return NUMBERS.exp(number)


@builtin("odd", "number:number")
def _odd(run: Run, number: Decimal) -> Value:
    return _remainder(number, 2) == 1


@builtin("even", "number:number")
def _even(run: Run, number: Decimal) -> Value:
    return _remainder(number, 2) == 0


def _remainder(number: Decimal, divisor: int) -> Decimal:
    return abs(_WIDE.remainder(number, Decimal(divisor)))
