"""
Rules of a UNIQUE table that must collide, as far as the cells are plain values and intervals.

What cannot be decided is left to the run: a rule that reads a variable or
calls a function of `?` says nothing here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from engine.core.dmn.table import Rule, Table
from engine.core.feel.compiler import Compiler
from engine.core.feel.errors import ExpressionError
from engine.core.feel.nodes import Node, Test, Tests
from engine.core.feel.run import Run
from engine.core.feel.values import Env, Range, Value, compare, contains, kind

_MOST_PAIRS = 20_000
_MOST_TOLD = 10


@dataclass(frozen=True)
class Region:
    """What a cell lets through: ranges (a point is one), all but some points, or everything."""

    ranges: tuple[Range, ...] = ()
    without: tuple[Value, ...] | None = None

    @property
    def everything(self) -> bool:
        """Does the cell let everything through?"""
        return self.without == ()


def check_overlaps(table: Table) -> None:
    """Warn about each pair of rules of a UNIQUE table that matches the same values."""
    if table.policy != "UNIQUE":
        return
    regions = [[_region(cell) for cell in rule.syntax] for rule in table.rules]
    told = 0
    for n, (a, b) in enumerate(combinations(range(len(regions)), 2)):
        if n >= _MOST_PAIRS or told >= _MOST_TOLD:
            return
        if all(_meet(x, y) for x, y in zip(regions[a], regions[b], strict=True)):
            told += 1
            _warn(table, table.rules[a], a + 1, table.rules[b], b + 1)


def _warn(table: Table, first: Rule, number: int, second: Rule, other: int) -> None:
    table.reader.complain(
        second.element,
        "dmn-overlap",
        f"Rules {number} ({first.id}) and {other} ({second.id}) of '{table.title}' match the same inputs, "
        "but only one may (UNIQUE).",
        "Make the rows exclude each other, or choose the hit policy FIRST.",
        "warning",
    )


def _region(cell: Tests | None) -> Region | None:
    """None when the cell cannot be judged."""
    if cell is None:
        return None
    if not cell.tests:
        return Region(without=())
    ranges: list[Range] = []
    for test in cell.tests:
        found = list(_ranges(test))
        if not found:
            return None
        ranges += found
    if not cell.negated:
        return Region(tuple(ranges))
    points = [one.low for one in ranges if _is_point(one)]
    return Region(without=tuple(points)) if len(points) == len(ranges) else None


def _ranges(test: Test) -> Iterator[Range]:
    value = None if test.asks else _constant(test.value)
    if value is None:
        return
    if test.op in ("<", "<="):
        yield Range(None, value, False, test.op == "<=", test.op)
    elif test.op in (">", ">="):
        yield Range(value, None, test.op == ">=", False, test.op)
    elif isinstance(value, Range):
        yield value
    elif test.op in (None, "=") and kind(value) in ("string", "number", "boolean", "date"):
        yield Range(value, value, True, True)


def _constant(node: Node) -> Value:
    run = Run()
    try:
        return Compiler().code(node)(Env({}, None, run))
    except ExpressionError:
        return None


def _is_point(one: Range) -> bool:
    return one.low is not None and type(one.low) is type(one.high) and bool(one.low == one.high)


def _meet(a: Region | None, b: Region | None) -> bool:
    """Do the two surely have a value in common?"""
    if a is None or b is None:
        return False
    if a.everything or b.everything:
        return True
    if a.without is not None and b.without is not None:
        return not any(isinstance(value, bool) for value in a.without)
    if a.without is not None:
        a, b = b, a
    if b.without is not None:
        return any(_is_point(one) and one.low not in b.without for one in a.ranges)
    return any(_cross(x, y) for x in a.ranges for y in b.ranges)


def _cross(a: Range, b: Range) -> bool:
    if isinstance(a.low, bool) or isinstance(b.low, bool):
        return a.low is b.low
    if _is_point(a):
        return contains(b, a.low) is True
    if _is_point(b):
        return contains(a, b.low) is True
    return _begins_before_end(a, b) and _begins_before_end(b, a)


def _begins_before_end(a: Range, b: Range) -> bool:
    if a.low is None or b.high is None:
        return True
    return compare("<=" if a.low_included and b.high_included else "<", a.low, b.high) is True
