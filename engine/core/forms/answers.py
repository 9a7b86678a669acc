"""
Answers held against a form, in form-js's own order.

First every field that is hidden under the data as it was sent is taken out;
then conditions are asked again about what is left. A hidden field counts with
the value it has in the case. What the browser cannot know better (options,
people, read-only and computed values) comes from the case.
"""

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import islice, zip_longest
from typing import Any

from engine.core.expressions import Expression, ExpressionError, Scope
from engine.core.forms.keys import Tree, unknown, unsound
from engine.core.forms.offers import Rows, offered
from engine.core.forms.places import MISSING, Path, copied, drop, get, lay, named, put
from engine.core.forms.schema import LIMITS, NOTHING, Component, RowsOf
from engine.core.forms.values import Around, judge, values_of

_MANY = 50


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
    scope: Scope
    numbers: tuple[int, ...] = ()


class Checking:
    """One look at one set of answers."""

    def __init__(
        self,
        components: tuple[Component, ...],
        tree: Tree,
        variables: Mapping[str, Any],
        people: Callable[[str], frozenset[str]],
        rows: Rows,
        now: datetime,
        zone: tzinfo,
    ) -> None:
        self.components, self.tree, self.variables, self.people = components, tree, dict(variables), people
        self.rows, self.now, self.zone = rows, now, zone
        self.answers: dict[str, Any] = {}
        self.data: dict[str, Any] = {}
        self.values: dict[str, Any] = {}
        self.errors: dict[str, list[str]] = {}
        self.dropped: list[str] = []
        self.checks: list[tuple[Component, Path, Row]] = []
        self.members: dict[str, frozenset[str]] = {}
        self.offers: dict[RowsOf, frozenset[str]] = {}
        self.known: dict[int, Any] = {}

    def run(self, answers: Any) -> Checked:
        """The verdict."""
        refusal = unsound(answers)
        if refusal:
            return Checked({}, {"": [refusal]})
        self.answers, tree = answers, self.tree
        for path in islice(unknown(answers, tree, ()), _MANY):
            self._wrong(path, "The form does not ask for this.")
        self.data = {**self.variables, **{name: copied(answers[name]) for name in tree if name in answers}}
        self._restore(self.components, (), self._row(self.data, None, ()))
        left = {**self.data, **{name: copied(self.data[name]) for name in tree if name in self.data}}
        self._strip(self.components, (), self._row(self.data, None, ()), False, left)
        fallen_back = {name: copied(self.variables[name]) for name in tree if name in self.variables}
        self.data = {**self.variables, **fallen_back, **left}
        self.known.clear()
        self._walk(self.components, (), self._row(self.data, None, ()))
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
                lay(self.data, path, self._value(component.expression, row))
                self.known.clear()
            elif self._is_fixed(component, row):
                lay(self.data, path, get(self.variables, path))
                self.known.clear()

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
                    lay(left, path, [])
                for place, inner in self._rows(path, row):
                    self._strip(component.children, place, inner, False, left)
            elif not component.is_input:
                self._strip(component.children, path, row, gone, left)
            elif (
                get(self.answers, path) is MISSING
                and component.expression is None
                and not self._is_fixed(component, row)
            ):
                lay(left, path, NOTHING.get(component.type))

    def _rows(self, path: Path, row: Row) -> Iterator[tuple[Path, Row]]:
        rows = get(self.data, path)
        for index, content in enumerate(rows if isinstance(rows, list) else ()):
            yield (*path, index), self._row(content, row.this, (*row.numbers, index + 1))

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
                put(self.values, path, copied(stored))
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
        self._put(path, value)

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
        self._put(path, [row if isinstance(row, dict) else {} for row, _ in zip_longest(kept[: len(rows)], rows)])
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
                kept = component.rules.check.evaluate(row.scope) is True
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
        if options.rows is not None:
            return self._offered(options.rows)
        if options.fixed is not None:
            return list(options.fixed)
        if options.expression is not None:
            return values_of(self._value(options.expression, row))
        assert options.key is not None
        found = self.variables.get(options.key, MISSING)
        return values_of(get(self.variables, options.key.split(".")) if found is MISSING else found)

    def _offered(self, asked: RowsOf) -> frozenset[str]:
        if asked not in self.offers:
            found = offered(asked, self.rows, self.variables, now=self.now, zone=self.zone)
            self.offers[asked] = frozenset(one["value"] for one in found)
        return self.offers[asked]

    def _is_fixed(self, component: Component, row: Row) -> bool:
        """Whether the value is the case's and not the sender's."""
        return component.disabled or self._is_true(component.readonly, row)

    def _is_hidden(self, component: Component, row: Row) -> bool:
        return component.hide is not None and self._is_true(component.hide, row)

    def _is_true(self, said: bool | Expression, row: Row) -> bool:
        return self._value(said, row) is True if isinstance(said, Expression) else said

    def _value(self, expression: Expression, row: Row) -> Any:
        """What an expression gives; null where it has no answer, as in the browser."""
        if row.numbers:
            return _evaluated(expression, row)
        if id(expression) not in self.known:
            self.known[id(expression)] = _evaluated(expression, row)
        return self.known[id(expression)]

    def _put(self, path: Path, value: Any) -> None:
        """Change the data that expressions see, and forget what they gave before."""
        if get(self.data, path) is not value:
            put(self.data, path, value)
            self.known.clear()

    def _row(self, this: Any, parent: Any, numbers: tuple[int, ...]) -> Row:
        """A row as expressions see it: form-js lets data of the same name hide `this`, but not `_this_`."""
        special = {"this": this, "parent": parent, "i": list(numbers)}
        aliases = {f"_{name}_": value for name, value in special.items()}
        return Row(
            this, Scope(ChainMap(aliases, self.data, special), now=self.now, zone=self.zone, strict=False), numbers
        )

    def _wrong(self, path: Path, message: str) -> None:
        self.errors.setdefault(named(path), []).append(message)


def _evaluated(expression: Expression, row: Row) -> Any:
    try:
        return expression.evaluate(row.scope)
    except ExpressionError:
        return None


def _within(path: str, whole: str) -> bool:
    return path == whole or path.startswith((f"{whole}.", f"{whole}["))
