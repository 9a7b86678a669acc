"""How FEEL writes values as text (DMN 1.3, section 10.3.4.1, string())."""

from decimal import Decimal

from engine.core.feel.run import Run
from engine.core.feel.values import NUMBERS, Range, Value, kind

_PLAIN_DIGITS = 40


def number_text(number: Decimal) -> str:
    """Digits without trailing zeros; an exponent only beyond 40 digits."""
    if number == 0:
        return "0"
    if abs(number.adjusted()) > _PLAIN_DIGITS:
        return str(number.normalize(NUMBERS))
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def text_of(run: Run, value: Value) -> str:
    """The text of a value; a text stands for itself."""
    text = value if isinstance(value, str) else _quoted(run, value)
    run.sized(len(text))
    return text


def _quoted(run: Run, value: Value) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, str):
        return '"' + value.replace('"', '\\"') + '"'
    if isinstance(value, Range):
        return _range(run, value)
    if isinstance(value, list | dict):
        return _nested(run, value)
    return "function" if kind(value) == "function" else str(value)


def _range(run: Run, value: Range) -> str:
    low = "" if value.low is None else _quoted(run, value.low)
    high = "" if value.high is None else _quoted(run, value.high)
    return ("[" if value.low_included else "(") + f"{low}..{high}" + ("]" if value.high_included else ")")


def _nested(run: Run, value: list[Value] | dict[str, Value]) -> str:
    run.enter()
    run.tick(1 + 4 * len(value))
    parts: list[str] = []
    size = 0
    for item in value.items() if isinstance(value, dict) else value:
        part = f"{item[0]}: {_quoted(run, item[1])}" if isinstance(value, dict) else _quoted(run, item)
        size += len(part) + 2
        run.sized(size)
        parts.append(part)
    run.leave()
    inside = ", ".join(parts)
    return "{" + inside + "}" if isinstance(value, dict) else f"[{inside}]"
