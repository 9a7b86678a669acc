"""
What the `${...}` language means: FEEL's values, but strict.

Nothing is null or false by accident: a condition must be true or false, and
values that have no common order are an error. As in Camunda, a text that
looks like a number is compared with numbers as one, and a text that is a
moment in ISO 8601 with moments as one.
"""

from datetime import datetime
from decimal import ROUND_FLOOR, Decimal, DecimalException

from engine.core.feel.arithmetic import ARITHMETIC, negative, plus
from engine.core.feel.builtins import BUILTINS, call_builtin
from engine.core.feel.calls import call_outside, unknown_function
from engine.core.feel.compiler import Compiler
from engine.core.feel.errors import EvaluationError
from engine.core.feel.nodes import Binary, Call, If, Index, Method, Name, Path, Prefix
from engine.core.feel.paths import read_path
from engine.core.feel.run import Run
from engine.core.feel.temporal_text import parse_moment
from engine.core.feel.temporals import DAY, NANOS, Date, DateTime, Months, Span, Time
from engine.core.feel.values import NUMBERS, Code, Env, Value, compare, equal, kind

_SPANS = {
    "Weeks": 7 * DAY,
    "Days": DAY,
    "Hours": 3600 * NANOS,
    "Minutes": 60 * NANOS,
    "Seconds": NANOS,
    "Millis": NANOS // 1000,
}


class DollarCompiler(Compiler):
    """Compiles the `${...}` language."""

    def on_path(self, node: Path) -> Code:
        source, name, at = self.code(node.source), node.name, node.at

        def read(env: Env) -> Value:
            value = source(env)
            if not isinstance(value, dict):
                raise EvaluationError(f"Cannot read '{name}' of {_told(value)}", position=at)
            return read_path(env.run, value, name, at)

        return read

    def on_index(self, node: Index) -> Code:
        source, key, at = self.code(node.source), self.code(node.key), node.at
        return lambda env: _item(env.run, source(env), key(env), at)

    def on_prefix(self, node: Prefix) -> Code:
        operand, at = self.code(node.operand), node.at
        if node.op == "empty":
            return lambda env: operand(env) in (None, "", [], {})
        if node.op == "!":
            return lambda env: not _truth(operand(env), at)
        return lambda env: negative(env.run, _number(operand(env), "-", at))

    def on_if(self, node: If) -> Code:
        condition, then, otherwise, at = (*map(self.code, (node.condition, node.then, node.otherwise)), node.at)
        return lambda env: then(env) if _truth(condition(env), at) else otherwise(env)

    def on_binary(self, node: Binary) -> Code:
        left, right, op, at = self.code(node.left), self.code(node.right), node.op, node.at
        if op == "&&":
            return lambda env: _truth(left(env), at) and _truth(right(env), at)
        if op == "||":
            return lambda env: _truth(left(env), at) or _truth(right(env), at)
        if op == "==":
            return lambda env: _equal(env.run, left(env), right(env), at)
        if op == "!=":
            return lambda env: not _equal(env.run, left(env), right(env), at)
        if op in ("<", "<=", ">", ">="):
            return lambda env: _ordered(env.run, op, left(env), right(env), at)
        return lambda env: _arithmetic(env.run, op, left(env), right(env), at)

    def on_method(self, node: Method) -> Code:
        source, arguments = self.code(node.source), [self.code(argument) for argument in node.arguments]
        name, at = node.name, node.at
        return lambda env: _method(env.run, name, source(env), [argument(env) for argument in arguments], at)

    def on_call(self, node: Call) -> Code:
        assert isinstance(node.callee, Name)
        name, at = node.callee.name, node.at
        arguments = [self.code(argument) for argument in node.arguments]
        if name == "is defined":
            return super().on_call(node)
        if name == "dateTime":
            return lambda env: _date_time(env.run, [argument(env) for argument in arguments], at)
        if name in ("now", "today"):
            return lambda env: call_builtin(env.run, BUILTINS[name], (), None)

        def call(env: Env) -> Value:
            if name in env.run.functions:
                return call_outside(env.run, name, [argument(env) for argument in arguments], at)
            return unknown_function(env, name, at)

        return call


def _told(value: Value) -> str:
    return "null" if value is None else f"a {kind(value)}"


def _truth(value: Value, at: int) -> bool:
    if not isinstance(value, bool):
        raise EvaluationError(f"Expected true or false, but this is {_told(value)}", position=at)
    return value


def _number(value: Value, op: str, at: int) -> Decimal:
    if not isinstance(value, Decimal):
        hint = "; texts are joined as ${a}${b}" if op == "+" and isinstance(value, str) else ""
        raise EvaluationError(f"'{op}' needs numbers, but this is {_told(value)}{hint}", position=at)
    return value


def _arithmetic(run: Run, op: str, a: Value, b: Value, at: int) -> Value:
    x, y = _number(a, op, at), _number(b, op, at)
    answer = ARITHMETIC[op](run, x, y)
    if answer is None:
        raise EvaluationError("Division by zero" if y == 0 else "A number is too large", position=at)
    return answer


def _item(run: Run, source: Value, key: Value, at: int) -> Value:
    if isinstance(source, dict) and isinstance(key, str):
        return read_path(run, source, key, at)
    if isinstance(source, list) and isinstance(key, Decimal):
        if not (0 <= key < len(source) and key == key.to_integral_value(ROUND_FLOOR)):
            raise EvaluationError(f"There is no such item among {len(source)}; items count from 0", position=at)
        return source[int(key)]
    raise EvaluationError(f"{_told(source).capitalize()} has no item under {_told(key)}", position=at)


def _alike(run: Run, a: Value, b: Value) -> tuple[Value, Value]:
    """Both values as one kind, where a text can be read as the other's kind."""
    if type(a) is type(b):
        return a, b
    return (_read_as(run, a, b), b) if isinstance(a, str) else (a, _read_as(run, b, a) if isinstance(b, str) else b)


def _read_as(run: Run, text: str, other: Value) -> Value:
    try:
        if isinstance(other, Decimal):
            return NUMBERS.create_decimal(text.strip())
        if isinstance(other, DateTime):
            return _moment(run, text) or text
        if isinstance(other, Date):
            moment = parse_moment(text)
            return moment.date if moment else text
    except (ValueError, DecimalException):
        return text
    return text == "true" if isinstance(other, bool) and text in ("true", "false") else text


def _moment(run: Run, text: str) -> DateTime | None:
    """The moment of an ISO 8601 text; without an offset it is one of the scope's zone."""
    moment = parse_moment(text)
    if moment is None or moment.offset is not None:
        return moment
    date, seconds = moment.date, moment.time.seconds
    local = datetime(date.year, date.month, date.day, seconds // 3600, seconds // 60 % 60, tzinfo=run.zone)
    away = local.utcoffset()
    return DateTime(date, Time(moment.time.nanos, int(away.total_seconds()) if away else 0))


def _equal(run: Run, a: Value, b: Value, at: int) -> bool:
    x, y = _alike(run, a, b)
    if x is None or y is None:
        return x is y
    answer = equal(run, x, y)
    if answer is None:
        raise EvaluationError(f"Cannot compare {_told(a)} with {_told(b)}", position=at)
    return answer


def _ordered(run: Run, op: str, a: Value, b: Value, at: int) -> bool:
    x, y = _alike(run, a, b)
    if isinstance(x, str) and isinstance(y, str) and a is x and b is y:
        x, y = _both_moments(run, x, y)
    answer = compare(op, x, y)
    if answer is None:
        raise EvaluationError(f"'{op}' cannot compare {_told(a)} with {_told(b)}", position=at)
    return answer


def _both_moments(run: Run, a: str, b: str) -> tuple[Value, Value]:
    """Two texts that are both moments are ordered as moments, whatever their offsets."""
    try:
        first, second = _moment(run, a), _moment(run, b)
    except ValueError:
        return a, b
    return (first, second) if first is not None and second is not None else (a, b)


def _date_time(run: Run, arguments: list[Value], at: int) -> Value:
    if not arguments:
        return call_builtin(run, BUILTINS["now"], (), None)
    try:
        moment = _moment(run, arguments[0]) if len(arguments) == 1 and isinstance(arguments[0], str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise EvaluationError("dateTime() takes nothing, or the text of a date and time", position=at)
    return moment


def _method(run: Run, name: str, source: Value, arguments: list[Value], at: int) -> Value:
    value = _moment(run, source) if isinstance(source, str) and name != "toString" else source
    if not isinstance(value, DateTime | Date):
        raise EvaluationError(f".{name}() needs a date and time, but this is {_told(source)}", position=at)
    if name in ("toDate", "toString"):
        return value if name == "toDate" else str(value)
    if len(arguments) != 1 or not isinstance(arguments[0], Decimal):
        raise EvaluationError(f".{name}() needs one whole number", position=at)
    way, unit = (1, name[4:]) if name.startswith("plus") else (-1, name[5:])
    moved = plus(run, value, _duration(unit, way * int(arguments[0])))
    if moved is None:
        raise EvaluationError("The date is beyond all calendars", position=at)
    return moved


def _duration(unit: str, amount: int) -> Months | Span:
    if unit in ("Years", "Months"):
        return Months(amount * (12 if unit == "Years" else 1))
    return Span(amount * _SPANS[unit])
