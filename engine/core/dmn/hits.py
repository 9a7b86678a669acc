"""
Hit policies (DMN 1.3, section 8.2.8): which of the matching rules answer, and which may not match together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.core.dmn.outcome import HitPolicyViolated
from engine.core.feel.builtins import BUILTINS, call_builtin
from engine.core.feel.run import Run
from engine.core.feel.values import Value, same

POLICIES = ("UNIQUE", "FIRST", "ANY", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT")
AGGREGATIONS = ("SUM", "MIN", "MAX", "COUNT")


@dataclass(frozen=True)
class Hit:
    """A matching rule: its number in the table from 1, its id, and its outputs in order."""

    index: int
    rule: str
    outputs: tuple[Value, ...]


@dataclass(frozen=True)
class Shape:
    """What a table's answer is made of: its title, its output names, and each output's values by priority."""

    title: str
    names: tuple[str, ...]
    priorities: tuple[tuple[Value, ...], ...]

    def row(self, outputs: Sequence[Value]) -> Value:
        """One output is its value, several are a context."""
        return outputs[0] if len(self.names) == 1 else dict(zip(self.names, outputs, strict=True))


Policy = Callable[[Run, Shape, list[Hit]], Value]


def answer(run: Run, policy: str, aggregation: str | None, shape: Shape, hits: list[Hit]) -> Value:
    """
    The table's answer when at least one rule matched.

    Raises:
        HitPolicyViolated: UNIQUE with several rules, ANY with different outputs.
    """
    if policy == "COLLECT" and aggregation:
        return _aggregate(run, aggregation, shape, hits)
    return _POLICIES[policy](run, shape, hits)


def _unique(run: Run, shape: Shape, hits: list[Hit]) -> Value:
    if len(hits) > 1:
        return _violated(run, f"Only one rule of '{shape.title}' may match, but {_told(hits)} do (UNIQUE)", hits)
    return shape.row(hits[0].outputs)


def _any(run: Run, shape: Shape, hits: list[Hit]) -> Value:
    first = list(hits[0].outputs)
    if not all(same(run, first, list(hit.outputs)) for hit in hits[1:]):
        return _violated(run, f"{_told(hits).capitalize()} of '{shape.title}' match with different outputs (ANY)", hits)
    return shape.row(hits[0].outputs)


def _violated(run: Run, message: str, hits: list[Hit]) -> Value:
    if run.strict:
        raise HitPolicyViolated(message, tuple(hit.index for hit in hits))
    return run.warn(message)


def _told(hits: list[Hit]) -> str:
    names = [f"{hit.index} ({hit.rule})" for hit in hits]
    return "rules " + ", ".join(names[:-1]) + " and " + names[-1]


def _ranked(run: Run, shape: Shape, hits: list[Hit]) -> list[Hit]:
    """By the order of the output values, the leftmost output first; rules of one rank keep their order."""

    def rank(hit: Hit) -> list[int]:
        return [
            next((n for n, value in enumerate(values) if same(run, value, output)), len(values))
            for output, values in zip(hit.outputs, shape.priorities, strict=True)
        ]

    run.tick(len(hits) * sum(map(len, shape.priorities)))
    return sorted(hits, key=rank)


def _aggregate(run: Run, aggregation: str, shape: Shape, hits: list[Hit]) -> Value:
    if aggregation == "COUNT":
        return Decimal(len(hits))
    total = BUILTINS[aggregation.lower()]
    columns = zip(*(hit.outputs for hit in hits), strict=True)
    return shape.row([call_builtin(run, total, [list(column)], None) for column in columns])


_POLICIES: dict[str, Policy] = {
    "UNIQUE": _unique,
    "ANY": _any,
    "FIRST": lambda run, shape, hits: shape.row(hits[0].outputs),
    "PRIORITY": lambda run, shape, hits: shape.row(_ranked(run, shape, hits)[0].outputs),
    "RULE ORDER": lambda run, shape, hits: [shape.row(hit.outputs) for hit in hits],
    "OUTPUT ORDER": lambda run, shape, hits: [shape.row(hit.outputs) for hit in _ranked(run, shape, hits)],
    "COLLECT": lambda run, shape, hits: [shape.row(hit.outputs) for hit in hits],
}
