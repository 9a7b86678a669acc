"""
Answers held against a form, in form-js's own order.

First every field that is hidden under the data as it was sent is taken out;
then conditions are asked again about what is left. A hidden field counts with
the value it has in the case. What the browser cannot know better (options,
people, read-only and computed values) comes from the case.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import islice, zip_longest
from typing import Any

from engine.core.expressions import Expression, ExpressionError, Scope
from engine.core.forms import patterns
from engine.core.forms.places import MISSING, Path, drop, get, named, put
from engine.core.forms.schema import LIMITS, NOTHING, Component
from engine.core.forms.values import Around, judge

_MANY = 50
Tree = dict[str, Any]
"""Keys that a form knows: nested for groups, a list of one tree for the rows of a dynamic list, None for a field."""


@dataclass(frozen=True)
class Checked:
    """
    What came of it. `values` may be kept only if there are no `errors`.

    `errors` maps a path such as `actions[1].owner` to sentences; "" is the whole form.
    `dropped` names what was sent for fields that are hidden or not the sender's to set.
    """

    values: dict[str, Any]
    errors: dict[str, list[str]] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """Where in the form expressions look from: the row they stand in, and the rows around it, counted from 1."""

    this: Any
    parent: Any = None
    numbers: tuple[int, ...] = ()


class Checking:
    """One look at one set of answers."""

    def __init__(
        self,
        components: tuple[Component, ...],
        variables: Mapping[str, Any],
        people: Callable[[str], frozenset[str]],
        now: datetime,
        zone: tzinfo,
    ) -> None:
        self.components, self.variables, self.people = components, dict(variables), people
        self.now, self.zone = now, zone
        self.answers: dict[str, Any] = {}
        self.data: dict[str, Any] = {}
        self.values: dict[str, Any] = {}
        self.errors: dict[str, list[str]] = {}
        self.dropped: list[str] = []
        self.checks: list[tuple[Component, Path, Row]] = []
        self.members: dict[str, frozenset[str]] = {}

    def run(self, answers: Any) -> Checked:
        """The verdict."""
        unsound = _unsound(answers)
        if unsound:
            return Checked({}, {"": [unsound]})
        self.answers, tree = answers, _tree(self.components)
        for path in islice(_unknown(answers, tree, ()), _MANY):
            self._wrong(path, "The form does not ask for this.")
        self.data = {**self.variables, **{name: _copied(answers[name]) for name in tree if name in answers}}
        self._restore(self.components, (), Row(self.data))
        left = {**self.data, **{name: _copied(self.data[name]) for name in tree if name in self.data}}
        self._strip(self.components, (), Row(self.data), False, left)
        fallen_back = {name: _copied(self.variables[name]) for name in tree if name in self.variables}
        self.data = {**self.variables, **fallen_back, **left}
        self._walk(self.components, (), Row(self.data))
        self._run_checks()
        return Checked({} if self.errors else self.values, self.errors, tuple(self.dropped))

    def _restore(self, components: tuple[Component, ...], base: Path, row: Row) -> None:
        """Put the case's own values where the sender has no say: read-only, disabled and computed fields."""
        for component in components:
            path = base + component.path
            if component.is_list:
                for place, inner in self._rows(path, row):
                    self._restore(component.children, place, inner)
            elif not component.is_input:
                self._restore(component.children, path, row)
            elif component.expression is not None:
                _lay(self.data, path, self._value(component.expression, row))
            elif self._is_fixed(component, row):
                _lay(self.data, path, get(self.variables, path))

    def _strip(
        self, components: tuple[Component, ...], base: Path, row: Row, hidden: bool, left: dict[str, Any]
    ) -> None:
        """Take out of `left` what is hidden under the data as it was sent; what is shown and was not sent is empty."""
        for component in components:
            gone, path = hidden or self._is_hidden(component, row), base + component.path
            if (component.is_input or component.is_list) and gone:
                drop(left, path)
            elif component.is_list:
                if get(self.answers, path) is MISSING:
                    _lay(left, path, [])
                for place, inner in self._rows(path, row):
                    self._strip(component.children, place, inner, False, left)
            elif not component.is_input:
                self._strip(component.children, path, row, gone, left)
            elif (
                get(self.answers, path) is MISSING
                and component.expression is None
                and not self._is_fixed(component, row)
            ):
                _lay(left, path, NOTHING.get(component.type))

    def _rows(self, path: Path, row: Row) -> Iterator[tuple[Path, Row]]:
        rows = get(self.data, path)
        for index, content in enumerate(rows if isinstance(rows, list) else ()):
            yield (*path, index), Row(content, row.this, (*row.numbers, index + 1))

    def _walk(self, components: tuple[Component, ...], base: Path, row: Row) -> bool:
        """Judge what is shown; whether anything that keeps a value is."""
        seen = False
        for component in components:
            path = base + component.path
            if self._is_hidden(component, row):
                self._drop_all(component, path)
                continue
            if component.is_input:
                self._field(component, path, row)
                seen = True
            elif component.is_list:
                self._list(component, path, row)
                seen = True
            else:
                seen = self._walk(component.children, path, row) or seen
            if component.rules.check is not None:
                self.checks.append((component, path, row))
        return seen

    def _drop_all(self, component: Component, path: Path) -> None:
        """Note what was sent for a component that is hidden, and for all within it."""
        if component.is_input or component.is_list:
            if get(self.answers, path) not in (MISSING, None, "", False, []):
                self.dropped.append(named(path))
            return
        for child in component.children:
            self._drop_all(child, path + child.path)

    def _field(self, component: Component, path: Path, row: Row) -> None:
        if component.expression is not None:
            self._keep(path, self._value(component.expression, row))
        elif self._is_fixed(component, row):
            stored = get(self.variables, path)
            if get(self.answers, path) not in (MISSING, stored):
                self.dropped.append(named(path))
            if stored is not MISSING:
                put(self.values, path, _copied(stored))
        else:
            self._answer(component, path, row)

    def _answer(self, component: Component, path: Path, row: Row) -> None:
        sent = get(self.answers, path)
        around = Around(
            lambda expression: self._value(expression, row),
            lambda asked: self._options(asked, row),
            self.now.astimezone(self.zone).date(),
        )
        value, wrong = judge(component, None if sent is MISSING else sent, around)
        for message in wrong:
            self._wrong(path, message)
        if not wrong:
            self._keep(path, value)

    def _keep(self, path: Path, value: Any) -> None:
        put(self.values, path, value)
        put(self.data, path, value)

    def _list(self, component: Component, path: Path, row: Row) -> None:
        sent = get(self.answers, path)
        rows = [] if sent is MISSING or sent is None else sent
        wrong = self._wrong_rows(component, path, rows)
        if wrong:
            self._wrong(path, wrong)
            return
        left = get(self.data, path)
        kept = left if isinstance(left, list) else []
        put(self.values, path, [{} for _ in rows])
        put(self.data, path, [row if isinstance(row, dict) else {} for row, _ in zip_longest(kept[: len(rows)], rows)])
        for (place, inner), content in zip(self._rows(path, row), rows, strict=True):
            if self._walk(component.children, place, inner) and content is None:
                self._wrong(place, "This row is empty.")

    def _wrong_rows(self, component: Component, path: Path, rows: Any) -> str | None:
        if not isinstance(rows, list) or not all(content is None or isinstance(content, dict) for content in rows):
            return "This must be a list of rows."
        if len(rows) > LIMITS.rows:
            return f"This may have at most {LIMITS.rows} rows."
        if component.grows:
            return None
        stored = get(self.variables, path)
        wanted = len(stored) if isinstance(stored, list) else component.repetitions
        return None if len(rows) == wanted else f"This must have exactly {wanted} rows."

    def _run_checks(self) -> None:
        """The rules of the form's own, at last, over data that are sound; a rule without an answer is not kept."""
        failed = bool(self.errors)
        for component, path, row in self.checks:
            assert component.rules.check is not None
            if any(_within(bad, named(path)) for bad in self.errors):
                continue
            try:
                kept = component.rules.check.evaluate(self._scope(row)) is True
            except ExpressionError:
                kept = failed
            if not kept:
                self._wrong(path, component.rules.check_message)

    def _options(self, component: Component, row: Row) -> list[Any] | frozenset[str]:
        options = component.options
        assert options is not None
        if options.group is not None:
            if options.group not in self.members:
                self.members[options.group] = self.people(options.group)
            return self.members[options.group]
        if options.fixed is not None:
            return list(options.fixed)
        if options.expression is not None:
            return values_of(self._value(options.expression, row))
        assert options.key is not None
        found = self.variables.get(options.key, MISSING)
        return values_of(get(self.variables, options.key.split(".")) if found is MISSING else found)

    def _is_fixed(self, component: Component, row: Row) -> bool:
        """Whether the value is the case's and not the sender's."""
        return component.disabled or self._is_true(component.readonly, row)

    def _is_hidden(self, component: Component, row: Row) -> bool:
        return component.hide is not None and self._is_true(component.hide, row)

    def _is_true(self, said: bool | Expression, row: Row) -> bool:
        return self._value(said, row) is True if isinstance(said, Expression) else said

    def _value(self, expression: Expression, row: Row) -> Any:
        """What an expression gives; null where it has no answer, as in the browser."""
        try:
            return expression.evaluate(self._scope(row))
        except ExpressionError:
            return None

    def _scope(self, row: Row) -> Scope:
        special = {"this": row.this, "parent": row.parent, "i": list(row.numbers)}
        variables = {**special, **self.data, **{f"_{name}_": value for name, value in special.items()}}
        return Scope(variables, now=self.now, zone=self.zone, strict=False)

    def _wrong(self, path: Path, message: str) -> None:
        self.errors.setdefault(named(path), []).append(message)


def _lay(data: dict[str, Any], path: Path, value: Any) -> None:
    """Lay a value where there is a row for it; MISSING takes away what is there."""
    if value is MISSING:
        drop(data, path)
    elif all(
        isinstance(get(data, path[:at]), dict) for at, key in enumerate(path) if at and isinstance(path[at - 1], int)
    ):
        put(data, path, _copied(value))


def _copied(value: Any) -> Any:
    """A copy of plain JSON."""
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def values_of(options: Any) -> list[Any]:
    """The values of options as form-js takes them: objects with a value, or plain values."""
    found = []
    for option in options if isinstance(options, list) else ():
        if isinstance(option, dict):
            if "value" in option and (option.get("label") or isinstance(option["value"], str | int | float)):
                found.append(option["value"])
        elif option not in (None, ""):
            found.append(option)
    return found


def _within(path: str, whole: str) -> bool:
    return path == whole or path.startswith((f"{whole}.", f"{whole}["))


def _tree(components: tuple[Component, ...]) -> Tree:
    tree: Tree = {}
    for component in components:
        place = tree
        if component.is_input or component.is_list:
            for key in component.path[:-1]:
                place = place.setdefault(key, {})
            place[component.path[-1]] = [_tree(component.children)] if component.is_list else None
        else:
            for key in component.path:
                place = place.setdefault(key, {})
            _merge(place, _tree(component.children))
    return tree


def _merge(tree: Tree, other: Tree) -> None:
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(tree.get(key), dict):
            _merge(tree[key], value)
        else:
            tree[key] = value


def _unknown(answers: Any, tree: Any, path: Path) -> Iterator[Path]:
    """The paths of everything that the form does not ask for, or that is no object where one belongs."""
    if isinstance(tree, list):
        for index, row in enumerate(answers if isinstance(answers, list) else ()):
            if isinstance(row, dict):
                yield from _unknown(row, tree[0], (*path, index))
    elif isinstance(tree, dict):
        if not isinstance(answers, dict):
            if answers is not None:
                yield path
            return
        for key, value in answers.items():
            if key not in tree:
                yield (*path, key[:100])
            elif tree[key] is not None:
                yield from _unknown(value, tree[key], (*path, key))


def _unsound(answers: Any) -> str | None:
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
