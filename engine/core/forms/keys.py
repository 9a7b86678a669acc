"""Which keys answers may have, and what is not even looked at."""

from collections.abc import Iterator
from typing import Any

from engine.core.forms import patterns
from engine.core.forms.places import Path
from engine.core.forms.schema import LIMITS, Component

Tree = dict[str, Any]
"""Keys that a form knows: nested for groups, a list of one tree for the rows of a dynamic list, None for a field."""


def tree_of(components: tuple[Component, ...]) -> Tree:
    """The keys that these components know."""
    tree: Tree = {}
    for component in components:
        place = tree
        if component.is_input or component.is_list:
            for key in component.path[:-1]:
                place = place.setdefault(key, {})
            place[component.path[-1]] = [tree_of(component.children)] if component.is_list else None
        else:
            for key in component.path:
                place = place.setdefault(key, {})
            _merge(place, tree_of(component.children))
    return tree


def _merge(tree: Tree, other: Tree) -> None:
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(tree.get(key), dict):
            _merge(tree[key], value)
        else:
            tree[key] = value


def unknown(answers: Any, tree: Any, path: Path) -> Iterator[Path]:
    """The paths of everything that the form does not ask for, or that is no object where one belongs."""
    if isinstance(tree, list):
        for index, row in enumerate(answers if isinstance(answers, list) else ()):
            if isinstance(row, dict):
                yield from unknown(row, tree[0], (*path, index))
    elif isinstance(tree, dict):
        if not isinstance(answers, dict):
            if answers is not None:
                yield path
            return
        for key, value in answers.items():
            if key not in tree:
                yield (*path, key[:100])
            elif tree[key] is not None:
                yield from unknown(value, tree[key], (*path, key))


def unsound(answers: Any) -> str | None:
    """Why answers are not even looked at: no object, no JSON, or beyond all bounds."""
    if not isinstance(answers, dict):
        return "The answers must be an object."
    values = characters = 0
    waiting: list[tuple[Any, int]] = [(answers, 0)]
    while waiting:
        value, depth = waiting.pop()
        values += 1
        if isinstance(value, dict):
            if not all(isinstance(key, str) and patterns.can_be_kept(key) for key in value):
                return "The answers hold a key that cannot be kept."
            characters += sum(map(len, value))
            waiting += [(inner, depth + 1) for inner in value.values()]
        elif isinstance(value, list):
            waiting += [(inner, depth + 1) for inner in value]
        elif isinstance(value, str):
            characters += len(value)
        elif value is not None and not isinstance(value, bool | int | float):
            return "The answers hold something that is no JSON."
        if depth > LIMITS.nesting or len(waiting) + values > LIMITS.values or characters > LIMITS.characters:
            return "The answers are larger than any form asks for."
    return None
