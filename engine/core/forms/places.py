"""Values inside of values: reading, writing and dropping along a path of keys and row numbers."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

Path = tuple[str | int, ...]
MISSING = object()


def get(data: Any, path: Sequence[str | int]) -> Any:
    """What lies at `path`, or MISSING."""
    for key in path:
        if isinstance(key, int):
            if not isinstance(data, list) or not 0 <= key < len(data):
                return MISSING
        elif not isinstance(data, dict) or key not in data:
            return MISSING
        data = data[key]
    return data


def put(data: dict[str, Any], path: Path, value: Any) -> None:
    """Lay `value` at `path`; objects on the way are made, rows must be there."""
    place: Any = data
    for key, following in pairwise(path):
        wanted = list if isinstance(following, int) else dict
        inner = place[key] if isinstance(key, int) else place.get(key)
        if not isinstance(inner, wanted):
            inner = place[key] = wanted()
        place = inner
    place[path[-1]] = value


def drop(data: dict[str, Any], path: Path) -> None:
    """Take away what lies at `path`, and the objects that are left empty by it."""
    while path:
        place = get(data, path[:-1])
        if isinstance(place, dict):
            place.pop(path[-1], None)
        elif isinstance(place, list) and isinstance(path[-1], int) and path[-1] < len(place):
            place[path[-1]] = None
        path = path[:-1]
        left = get(data, path)
        if left != {} and not (isinstance(left, list) and all(row is None for row in left)):
            return


def named(path: Path) -> str:
    """A path in words, such as `actions[1].owner`; rows count from 0."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".")


def lay(data: dict[str, Any], path: Path, value: Any) -> None:
    """Lay a value where there is a row for it; MISSING takes away what is there."""
    if value is MISSING:
        drop(data, path)
    elif all(isinstance(get(data, path[: at + 1]), dict) for at, key in enumerate(path[:-1]) if isinstance(key, int)):
        put(data, path, copied(value))


def copied(value: Any) -> Any:
    """A copy of plain JSON."""
    if isinstance(value, dict):
        return {key: copied(inner) for key, inner in value.items()}
    return [copied(inner) for inner in value] if isinstance(value, list) else value
