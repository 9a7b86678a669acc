"""How deep a syntax tree is: a chain of a thousand additions is a tower of a thousand calls."""

from collections.abc import Iterator as Several
from dataclasses import fields

from engine.core.feel.errors import ExpressionError
from engine.core.feel.nodes import Iterator, Literal, Name, Node, Test

DEEPEST = 120


def depth_of(root: Node) -> int:
    """The longest way from the root to a leaf. Not recursive itself."""
    deepest, waiting = 0, [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting.extend((child, depth + 1) for child in _children(node))
    return deepest


def check_depth(root: Node, text: str) -> None:
    """Raises ExpressionError for a tree that is too deep to be run anywhere."""
    if depth_of(root) > DEEPEST:
        raise ExpressionError(f"This chains or nests more than {DEEPEST} operations; split it up", text, 0)


def _children(node: object) -> Several[Node]:
    if isinstance(node, Literal | Name):
        return
    for field in fields(node):  # type: ignore[arg-type]
        yield from _nodes_in(getattr(node, field.name))


def _nodes_in(value: object) -> Several[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, Test | Iterator):
        yield from _children(value)
    elif isinstance(value, tuple):
        for one in value:
            yield from _nodes_in(one)
