"""Functions that make one value of a list (DMN 1.3, section 10.3.4.4): sum, mean, all, any and their kin."""

from collections.abc import Callable
from decimal import Decimal
from functools import reduce

from engine.core.feel.builtins.registry import variadic
from engine.core.feel.run import Run
from engine.core.feel.temporals import Months, Span
from engine.core.feel.values import NUMBERS, ORDERED, Value, compare, kind

Total = Callable[[Run, list[Value]], Value]


def total(name: str) -> Callable[[Total], Total]:
    """Declare a function of a list, or of its items as arguments."""

    def declare(body: Total) -> Total:
        def call(run: Run, arguments: list[Value]) -> Value:
            if not arguments:
                return run.warn(f"{name}() needs a list")
            items = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], list) else arguments
            run.tick(len(items))
            return body(run, items)

        variadic(name)(call)
        return body

    return declare


def _all(items: list[Value], wanted: type) -> bool:
    return all(type(item) is wanted for item in items)


def _extreme(name: str, op: str) -> None:
    @total(name)
    def extreme(run: Run, items: list[Value]) -> Value:
        if not items:
            return None
        best = items[0]
        for item in items[1:]:
            further = compare(op, item, best)
            if further is None:
                return run.warn(f"{name}(): these items have no order")
            best = item if further else best
        return best if kind(best) in ORDERED else run.warn(f"{name}(): these items have no order")


_extreme("min", "<")
_extreme("max", ">")


@total("sum")
def _sum(run: Run, items: list[Value]) -> Value:
    if not items:
        return None
    if _all(items, Decimal):
        return reduce(NUMBERS.add, items)
    if _all(items, Months):
        return Months(sum(item.months for item in items))
    if _all(items, Span):
        return Span(sum(item.nanos for item in items))
    return run.warn("sum(): not all items are numbers")


@total("mean")
def _mean(run: Run, items: list[Value]) -> Value:
    whole = _sum(run, items)
    if isinstance(whole, Decimal):
        return NUMBERS.divide(whole, Decimal(len(items)))
    if isinstance(whole, Months):
        return Months(int(whole.months / len(items)))
    return Span(whole.nanos // len(items)) if isinstance(whole, Span) else None


@total("product")
def _product(run: Run, items: list[Value]) -> Value:
    return reduce(NUMBERS.multiply, items) if items and _all(items, Decimal) else None


@total("median")
def _median(run: Run, items: list[Value]) -> Value:
    if not items or not _all(items, Decimal):
        return None
    ranked, middle = sorted(items), len(items) // 2
    if len(items) % 2:
        return ranked[middle]
    return NUMBERS.divide(NUMBERS.add(ranked[middle - 1], ranked[middle]), Decimal(2))


@total("stddev")
def _stddev(run: Run, items: list[Value]) -> Value:
    """The standard deviation of a sample."""
    if len(items) < 2 or not _all(items, Decimal):
        return None
    run.tick(10 * len(items))
    mean = NUMBERS.divide(reduce(NUMBERS.add, items), Decimal(len(items)))
    squares = [NUMBERS.power(NUMBERS.subtract(item, mean), Decimal(2)) for item in items]
    return NUMBERS.sqrt(NUMBERS.divide(reduce(NUMBERS.add, squares), Decimal(len(items) - 1)))


@total("mode")
def _mode(run: Run, items: list[Value]) -> Value:
    if not _all(items, Decimal):
        return None
    counts: dict[Decimal, int] = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(item for item, count in counts.items() if count == most)


@total("all")
def _every(run: Run, items: list[Value]) -> Value:
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else None


@total("any")
def _some(run: Run, items: list[Value]) -> Value:
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else None
