"""Reading names, entries and items."""

from decimal import Decimal

from engine.core.feel.builtins import BUILTINS
from engine.core.feel.errors import UnknownVariable, nearest
from engine.core.feel.properties import has_property, property_of
from engine.core.feel.run import Run
from engine.core.feel.values import Code, Env, Value, kind


class Item(dict[str, Value]):
    """The entries of one item while a list is filtered; an entry that only other items have is null."""

    __slots__ = ("siblings",)

    def __init__(self, item: Value, siblings: list[Value]) -> None:
        super().__init__(item if isinstance(item, dict) else {})
        self.setdefault("item", item)
        self.siblings = siblings


def read_name(name: str, at: int) -> Code:
    """The value of a name: the innermost that has it, else a built-in function."""

    def read(env: Env) -> Value:
        inner: Env | None = env
        while inner is not None:
            if name in inner.values:
                return inner.values[name]
            inner = inner.up
        return BUILTINS[name] if name in BUILTINS else _missing(env, name, at)

    return read


def _missing(env: Env, name: str, at: int) -> Value:
    inner: Env | None = env
    while inner is not None:
        if isinstance(inner.values, Item) and any(_has(item, name) for item in inner.values.siblings):
            return None
        inner = inner.up
    if not env.run.strict:
        return env.run.warn(f"Unknown variable '{name}'")
    raise UnknownVariable(name, nearest(name, env.all_names()), at)


def _has(item: Value, name: str) -> bool:
    return isinstance(item, dict) and name in item


def read_path(run: Run, value: Value, name: str, at: int) -> Value:
    """`value.name`: an entry of a context, a property of a moment, or that of each item of a list."""
    if isinstance(value, dict):
        if name in value:
            return value[name]
        if run.strict:
            raise UnknownVariable(name, nearest(name, value), at, entry=True)
        return run.warn(f"There is no '{name}' in this context")
    if value is None:
        return run.warn(f"'{name}' of null")
    if isinstance(value, list):
        return _each(run, value, name, at)
    if has_property(value, name):
        return property_of(value, name)
    return run.warn(f"A {kind(value)} has no '{name}'")


def _each(run: Run, items: list[Value], name: str, at: int) -> Value:
    run.enter()
    run.tick(len(items))
    known = any(_has(item, name) for item in items)
    result = [
        None if known and isinstance(item, dict) and name not in item else read_path(run, item, name, at)
        for item in items
    ]
    run.leave()
    return result


def filtered(env: Env, source: Value, condition: Code, constant: Decimal | None) -> Value:
    """`list[condition]` or `list[number]`, counted from 1, or from -1 at the end."""
    run = env.run
    if source is None:
        return run.warn("A filter of null")
    items = source if isinstance(source, list) else [source]
    if constant is not None:
        return _at(run, items, constant)
    kept: list[Value] = []
    for number, item in enumerate(items):
        run.tick(2)
        answer = condition(env.inner(Item(item, items)))
        if number == 0 and isinstance(answer, Decimal):
            return _at(run, items, answer)
        if answer is True:
            kept.append(item)
        elif answer is not False and answer is not None:
            return run.warn(f"A filter must be true or false, not a {kind(answer)}")
    return kept


def _at(run: Run, items: list[Value], number: Decimal) -> Value:
    place = int(number) if abs(number) <= len(items) else 0
    if place == 0 or number != place:
        return run.warn(f"There is no such item among {len(items)}")
    return items[place - 1] if place > 0 else items[place]
