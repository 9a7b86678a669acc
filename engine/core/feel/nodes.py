"""
The syntax tree that both languages are read into.

`at` is the position in the text, counted from 0, for errors at run time.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of an expression."""


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A value written out: a number, a text, true, false or null."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, or a name that an iteration or a function has bound."""

    name: str
    at: int
    bound: bool = False


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`source.name`: an entry of a context, or of each context of a list."""

    source: Node
    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`source[condition]` of FEEL: the items for which the condition holds, or the one at a position."""

    source: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Index(Node):
    """`a[0]` and `a['b']` of the `${...}` language; counts from 0."""

    source: Node
    key: Node
    at: int


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function called with arguments, by position or by name."""

    callee: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None
    at: int


@dataclass(frozen=True, slots=True)
class Method(Node):
    """A method of a moment in the `${...}` language: `dateTime().plusDays(3)`."""

    source: Node
    name: str
    arguments: tuple[Node, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Prefix(Node):
    """`-`, and in the `${...}` language `!` and `empty`."""

    op: str
    operand: Node
    at: int


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Two sides and an operator between them."""

    op: str
    left: Node
    right: Node
    at: int


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`value between low and high`, both ends included."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class Test(Node):
    """One unary test. Without `op`, the value itself, a list or a range; `asks` when it reads `?`."""

    op: str | None
    value: Node
    asks: bool = False


@dataclass(frozen=True, slots=True)
class In(Node):
    """`value in tests`: whether any of the tests holds for the value."""

    value: Node
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """A cell of a decision table: any of the tests, or `not(...)`. No test at all matches everything."""

    tests: tuple[Test, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Type:
    """`list<number>`: a name and what it is made of."""

    name: str
    inner: "tuple[Type, ...] | None" = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """`value instance of type`."""

    value: Node
    type: Type


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if condition then this else that`."""

    condition: Node
    then: Node
    otherwise: Node
    at: int = 0


@dataclass(frozen=True, slots=True)
class Iterator:
    """`name in source`, or `name in source..to`."""

    name: str
    source: Node
    to: Node | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    """`for name in list return body`: a list of results."""

    iterators: tuple[Iterator, ...]
    body: Node
    partial: bool


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some` or `every` name in a list `satisfies` a condition."""

    some: bool
    iterators: tuple[Iterator, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """A list written out."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    """A context written out; later entries see earlier ones."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class FunctionOf(Node):
    """A function written out."""

    parameters: tuple[str, ...]
    types: tuple[Type | None, ...]
    body: Node | None


@dataclass(frozen=True, slots=True)
class RangeOf(Node):
    """A range written out, with open or closed ends."""

    low: Node
    high: Node
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class OneSided(Node):
    """`(< 5)` as a value."""

    op: str
    end: Node
