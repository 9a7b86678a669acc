"""Functions of lists (DMN 1.3, section 10.3.4.4): membership, parts, order."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cmp_to_key

from engine.core.feel.builtins.registry import builtin, variadic
from engine.core.feel.run import Run
from engine.core.feel.values import ORDERED, Function, Value, key_of, kind, same


def _place(run: Run, items: list[Value], position: Decimal, name: str) -> int | None:
    """FEEL's position, from 1 or from -1 at the end, as an index; None and a warning when there is none."""
    place = int(position)
    if place == 0 or abs(place) > len(items):
        run.warn(f"{name}(): there is no item {place} among {len(items)}")
        return None
    return place - 1 if place > 0 else len(items) + place


@builtin("list contains", "list:list", "element:any")
def _list_contains(run: Run, items: list[Value], element: Value) -> Value:
    run.tick(len(items))
    return any(same(run, item, element) for item in items)


@builtin("count", "list:list")
def _count(run: Run, items: list[Value]) -> Value:
    return Decimal(len(items))


@builtin("list replace", "list:list", "position:number", "newItem:any")
def _replace_at(run: Run, items: list[Value], position: Decimal, new: Value) -> Value:
    run.listed(len(items))
    place = _place(run, items, position, "list replace")
    return None if place is None else [*items[:place], new, *items[place + 1 :]]


@builtin("list replace", "list:list", "match:function", "newItem:any")
def _replace_where(run: Run, items: list[Value], match: Function, new: Value) -> Value:
    run.listed(len(items))
    replaced: list[Value] = []
    for item in items:
        hit = match.call(run, [item, new])
        if not isinstance(hit, bool):
            return run.warn("list replace(): the function must answer true or false")
        replaced.append(new if hit else item)
    return replaced


@builtin("sublist", "list:list", "start position:number", "length?:number")
def _sublist(run: Run, items: list[Value], start: Decimal, length: Decimal | None) -> Value:
    run.listed(len(items))
    place = _place(run, items, start, "sublist")
    if place is None or length is None:
        return None if place is None else items[place:]
    if not 0 <= length <= len(items) - place:
        return run.warn("sublist(): the length goes beyond the end")
    return items[place : place + int(length)]


@variadic("append")
def _append(run: Run, arguments: list[Value]) -> Value:
    if not arguments or arguments[0] is None:
        return run.warn("append(): there is no list")
    first = arguments[0] if isinstance(arguments[0], list) else [arguments[0]]
    run.listed(len(first) + len(arguments))
    return [*first, *arguments[1:]]


def _joined(run: Run, lists: list[Value]) -> list[Value] | None:
    if not lists or any(part is None for part in lists):
        return None
    joined: list[Value] = []
    for part in lists:
        items = part if isinstance(part, list) else [part]
        run.listed(len(joined) + len(items))
        joined += items
    return joined


@variadic("concatenate", "lists")
def _concatenate(run: Run, lists: list[Value]) -> Value:
    return _joined(run, lists)


@variadic("union", "lists")
def _union(run: Run, lists: list[Value]) -> Value:
    joined = _joined(run, lists)
    return None if joined is None else distinct(run, joined)


def distinct(run: Run, items: Iterable[Value]) -> list[Value]:
    """The items without repetitions, in their order."""
    found: list[Value] = []
    for item in items:
        run.tick(1 + len(found))
        if not any(same(run, item, other) for other in found):
            found.append(item)
    return found


@builtin("distinct values", "list:list")
def _distinct(run: Run, items: list[Value]) -> Value:
    return distinct(run, items)


@builtin("duplicate values", "list:list")
def _duplicates(run: Run, items: list[Value]) -> Value:
    run.tick(len(items) * len(items))
    repeated = [
        item
        for place, item in enumerate(items)
        if any(same(run, item, other) for n, other in enumerate(items) if n != place)
    ]
    return distinct(run, repeated)


@builtin("flatten", "list:list")
def _flatten(run: Run, items: list[Value]) -> Value:
    flat: list[Value] = []
    _flatten_into(run, items, flat)
    return flat


def _flatten_into(run: Run, items: list[Value], flat: list[Value]) -> None:
    run.enter()
    for item in items:
        run.tick()
        if isinstance(item, list):
            _flatten_into(run, item, flat)
        else:
            flat.append(item)
    run.listed(len(flat))
    run.leave()


@builtin("insert before", "list:list", "position:number", "newItem:any")
def _insert(run: Run, items: list[Value], position: Decimal, new: Value) -> Value:
    run.listed(len(items) + 1)
    place = _place(run, items, position, "insert before")
    return None if place is None else [*items[:place], new, *items[place:]]


@builtin("remove", "list:list", "position:number")
def _remove(run: Run, items: list[Value], position: Decimal) -> Value:
    run.listed(len(items))
    place = _place(run, items, position, "remove")
    return None if place is None else [*items[:place], *items[place + 1 :]]


@builtin("reverse", "list:list")
def _reverse(run: Run, items: list[Value]) -> Value:
    run.listed(len(items))
    return items[::-1]


@builtin("index of", "list:list", "match:any")
def _index_of(run: Run, items: list[Value], match: Value) -> Value:
    run.tick(len(items))
    return [Decimal(n + 1) for n, item in enumerate(items) if same(run, item, match)]


@builtin("sort", "list:list")
def _sort(run: Run, items: list[Value]) -> Value:
    if any(kind(item) not in ORDERED or type(item) is not type(items[0]) for item in items):
        return run.warn("sort(): these items have no order")
    run.listed(len(items))
    return sorted(items, key=key_of)


@builtin("sort", "list:list", "precedes:function")
def _sort_by(run: Run, items: list[Value], precedes: Function) -> Value:
    def order(a: Value, b: Value) -> int:
        if precedes.call(run, [a, b]) is True:
            return -1
        return 1 if precedes.call(run, [b, a]) is True else 0

    run.listed(len(items))
    return sorted(items, key=cmp_to_key(order))


@builtin("partition", "list:list", "size:number")
def _partition(run: Run, items: list[Value], size: Decimal) -> Value:
    run.listed(len(items))
    width = int(size)
    if width < 1:
        return run.warn("partition(): the size must be at least 1")
    return [items[n : n + width] for n in range(0, len(items), width)]


@builtin("is empty", "list:list|context|string")
def _is_empty(run: Run, items: Value) -> Value:
    return len(items) == 0
