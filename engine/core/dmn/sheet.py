"""A decision table as its author wrote it, for people to read."""

from dataclasses import dataclass

from engine.core.dmn.elements import child, children, text_in
from engine.core.dmn.table import Table
from engine.core.safe_xml import Element


@dataclass(frozen=True, kw_only=True)
class Line:
    """One rule, from 1: what each column asks, where an empty text or `-` asks nothing, and what it answers."""

    number: int
    asks: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The hit policy, the columns by their labels, the expression behind each that asks, and the rules in order."""

    policy: str
    asks: tuple[str, ...]
    expressions: tuple[str, ...]
    answers: tuple[str, ...]
    rows: tuple[Line, ...]


def sheet_of(table: Table) -> Sheet:
    """The table, cell by cell."""
    policy = f"{table.policy} {table.aggregation}" if table.aggregation else table.policy
    asked = [(one, (text_in(child(one, "inputExpression")) or "").strip()) for one in children(table.element, "input")]
    return Sheet(
        policy=policy,
        asks=tuple(_label(one, expression) for one, expression in asked),
        expressions=tuple(expression for _, expression in asked),
        answers=tuple(_label(one, one.get("name")) for one in children(table.element, "output")),
        rows=tuple(
            Line(number=number, asks=_cells(rule.element, "inputEntry"), answers=_cells(rule.element, "outputEntry"))
            for number, rule in enumerate(table.rules, 1)
        ),
    )


def _label(column: Element, otherwise: str | None) -> str:
    return column.get("label") or otherwise or ""


def _cells(rule: Element, name: str) -> tuple[str, ...]:
    return tuple((text_in(entry) or "").strip() for entry in children(rule, name))
