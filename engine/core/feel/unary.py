"""Unary tests and ranges: what `in` and the cells of a decision table ask."""

from collections.abc import Callable, Sequence
from typing import Protocol

from engine.core.feel.nodes import Node, Test
from engine.core.feel.run import Run
from engine.core.feel.values import (
    ORDERED,
    Code,
    Env,
    Range,
    Value,
    compare,
    contains,
    equal,
    kind,
    mismatch,
    negated,
    same,
)

Asked = Callable[[Env, Value], bool | None]


class Compiles(Protocol):
    """What compiles the values within tests."""

    def code(self, node: Node) -> Code: ...


def compile_tests(compiler: Compiles, tests: Sequence[Test]) -> Asked:
    """True when one of the tests holds; null when none does and one had no answer."""
    asked = [_compile(compiler, test) for test in tests]
    if len(asked) == 1:
        return asked[0]

    def any_of(env: Env, value: Value) -> bool | None:
        result: bool | None = False
        for test in asked:
            answer = test(env, value)
            if answer is True:
                return True
            result = None if answer is None else result
        return result

    return any_of


def _compile(compiler: Compiles, test: Test) -> Asked:
    code, op = compiler.code(test.value), test.op
    if op in ("=", "!="):
        return lambda env, value: _equality(env, value, code(env), op)
    if op is not None:
        return lambda env, value: _order(env.run, op, value, code(env))
    if test.asks:
        return lambda env, value: _truth(code(env.inner({"?": value})))
    return lambda env, value: matches(env.run, value, code(env.inner({"?": value})))


def _truth(answer: Value) -> bool | None:
    return answer if isinstance(answer, bool) else None


def _equality(env: Env, value: Value, other: Value, op: str | None) -> bool | None:
    answer = equal(env.run, value, other)
    if answer is None:
        env.run.warn(f"Cannot compare {mismatch(value, other)}")
        return None
    return negated(answer) if op == "!=" else answer


def _order(run: Run, op: str, value: Value, other: Value) -> bool | None:
    answer = compare(op, value, other)
    if answer is None:
        run.warn(f"'{op}' cannot compare {mismatch(value, other)}")
    return answer


def matches(run: Run, value: Value, test: Value) -> bool | None:
    """Does the value match what a test came to: a range that holds it, a list that has it, or its equal?"""
    if isinstance(test, Range):
        return same(run, value, test) if isinstance(value, Range) else contains(test, value)
    if isinstance(test, list):
        run.tick(len(test))
        return same(run, value, test) or any(_one_of(run, value, item) for item in test)
    if test is True and not isinstance(value, bool):
        return True
    if isinstance(value, list) and len(value) == 1 and same(run, value[0], test):
        return True
    return equal(run, value, test)


def _one_of(run: Run, value: Value, item: Value) -> bool:
    if isinstance(item, Range) and not isinstance(value, Range):
        return contains(item, value) is True
    return same(run, value, item)


def range_of(run: Run, low: Value, high: Value, low_included: bool, high_included: bool) -> Value:
    """An interval; null and a warning when its ends have no common order."""
    ends = [end for end in (low, high) if end is not None]
    if not ends or any(kind(end) not in ORDERED or type(end) is not type(ends[0]) for end in ends):
        return run.warn("The ends of a range have no common order")
    return Range(low, high, low_included and low is not None, high_included and high is not None)


def one_sided(run: Run, op: str, end: Value) -> Value:
    """`(< 5)` as a range."""
    if end is None or (kind(end) not in ORDERED and op not in ("=", "!=")):
        return run.warn(f"A {kind(end)} cannot be the end of a range")
    if op in ("<", "<="):
        return Range(None, end, False, op == "<=", op)
    if op in (">", ">="):
        return Range(end, None, op == ">=", False, op)
    return Range(end, end, True, True, op) if op == "=" else None
