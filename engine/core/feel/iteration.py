"""`for`, `some` and `every`, and what they go over."""

from collections.abc import Callable
from collections.abc import Iterator as Rounds
from decimal import Decimal

from engine.core.feel.nodes import For, Iterator, Quantified
from engine.core.feel.run import Run
from engine.core.feel.temporals import Date
from engine.core.feel.unary import Compiles
from engine.core.feel.values import Code, Env, Range, Value, compare


class _NoDomain(Exception):
    """What should be gone over is no list."""


def compile_for(compiler: Compiles, node: For) -> Code:
    """A list of the body's values; inside it `partial` is the list so far."""
    rounds, body, partial = _rounds(compiler, node.iterators), compiler.code(node.body), node.partial

    def loop(env: Env) -> Value:
        made: list[Value] = []
        try:
            for inner in rounds(env):
                env.run.listed(1 + len(made) if partial else 1)
                made.append(body(inner.inner({"partial": list(made)}) if partial else inner))
        except _NoDomain:
            return None
        return made

    return loop


def compile_quantified(compiler: Compiles, node: Quantified) -> Code:
    """`some` and `every`, three-valued; they stop when they know."""
    rounds, condition, some = _rounds(compiler, node.iterators), compiler.code(node.condition), node.some

    def loop(env: Env) -> Value:
        unknown = False
        try:
            for inner in rounds(env):
                answer = condition(inner)
                if answer is some:
                    return some
                unknown = unknown or not isinstance(answer, bool)
        except _NoDomain:
            return None
        return env.run.warn("A condition of some or every is neither true nor false") if unknown else not some

    return loop


def _rounds(compiler: Compiles, iterators: tuple[Iterator, ...]) -> Callable[[Env], Rounds[Env]]:
    sources = [(iterator.name, _source(compiler, iterator)) for iterator in iterators]

    def go(env: Env, depth: int) -> Rounds[Env]:
        if depth == len(sources):
            yield env
            return
        name, source = sources[depth]
        items = source(env)
        if items is None:
            raise _NoDomain
        for item in items:
            env.run.tick()
            yield from go(env.inner({name: item}), depth + 1)

    return _single(*sources[0]) if len(sources) == 1 else lambda env: go(env, 0)


def _single(name: str, source: Code) -> Callable[[Env], Rounds[Env]]:
    """The usual loop over one list, without the detour that several take."""

    def go(env: Env) -> Rounds[Env]:
        items = source(env)
        if items is None:
            raise _NoDomain
        for item in items:
            env.run.tick()
            yield env.inner({name: item})

    return go


def _source(compiler: Compiles, iterator: Iterator) -> Code:
    start = compiler.code(iterator.source)
    if iterator.to is not None:
        end = compiler.code(iterator.to)
        return lambda env: between(env.run, start(env), end(env))
    return lambda env: domain(env.run, start(env))


def domain(run: Run, value: Value) -> list[Value] | None:
    """What a loop goes over: a list, the whole numbers or days of a range, or one value. None for null."""
    if isinstance(value, Range):
        if compare("<=", value.low, value.high) is not True:
            run.warn("A range to go over needs two ends in order")
            return None
        return between(run, value.low, value.high, value.low_included, value.high_included)
    if value is None:
        run.warn("There is no list to go over")
        return None
    return value if isinstance(value, list) else [value]


def between(
    run: Run, low: Value, high: Value, low_included: bool = True, high_included: bool = True
) -> list[Value] | None:
    """The whole numbers or the days from one end to the other, up or down."""
    if isinstance(low, Decimal) and isinstance(high, Decimal):
        if abs(low) > 10**15 or abs(high) > 10**15 or low != int(low) or high != int(high):
            run.warn("A range to go over needs whole numbers")
            return None
        return [Decimal(number) for number in _span(run, int(low), int(high), low_included, high_included)]
    if isinstance(low, Date) and isinstance(high, Date):
        return [Date.of_days(day) for day in _span(run, low.days, high.days, low_included, high_included)]
    run.warn("A range to go over needs whole numbers or dates")
    return None


def _span(run: Run, first: int, last: int, low_included: bool, high_included: bool) -> range:
    run.listed(abs(last - first) + 1)
    step = 1 if first <= last else -1
    return range(first + (0 if low_included else step), last + (step if high_included else 0), step)
