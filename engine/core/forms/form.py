"""A form: read from its file with everything that is wrong, asked for its fields, and held against answers."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import Any

from engine.core.expressions import Expression
from engine.core.forms.answers import Checked, Checking
from engine.core.forms.keys import Tree, tree_of
from engine.core.forms.offers import Offer, Rows, no_rows, offered
from engine.core.forms.places import MISSING, get, put
from engine.core.forms.reader import Reader, asked_by
from engine.core.forms.schema import Component, Field
from engine.core.problem import Problem

_NAME = re.compile(r"[^\W\d]\w*")


@dataclass
class UnusableForm(Exception):
    """The file is no form that can be used; `problems` holds everything that is wrong with it."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        return "\n".join(f"{problem.file}: {problem.message} {problem.remedy}" for problem in self.problems)


@dataclass(frozen=True, kw_only=True)
class Form:
    """
    A form-js schema that holds. Safe to share between threads.

    `texts` are the labels and texts with `{{...}}` in them.
    """

    id: str
    components: tuple[Component, ...]
    texts: tuple[str, ...] = field(default=(), repr=False)

    def check(
        self,
        answers: Any,
        variables: Mapping[str, Any],
        people: Callable[[str], frozenset[str]],
        *,
        rows: Rows = no_rows,
        now: datetime,
        zone: tzinfo = UTC,
    ) -> Checked:
        """
        Hold answers against the form. Never raises, whatever the answers are.

        Args:
            answers: what was sent, plain JSON.
            variables: the case's, read for conditions, options, read-only and computed values.
            people: the ids of the members of a group.
            rows: the rows of a register that have not ended.
            now, zone: what today is, for expressions and dates that must not be past.
        """
        return Checking(self.components, self.tree, variables, people, rows, now, zone).run(answers)

    def prefilled(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """
        What the form starts with: its fields' values in the case, else their defaults, and
        the variables that its conditions, options and texts read. Nothing else leaves the case.
        """
        shown = {name: variables[name] for name in sorted(self.names | self._mentions) if name in variables}
        for component, path in _outside_of_lists(self.components, ()):
            if component.default is not None and get(shown, path) is MISSING:
                put(shown, path, component.default)
        return shown

    def choices(
        self,
        variables: Mapping[str, Any],
        people: Callable[[str], Mapping[str, str]],
        *,
        rows: Rows = no_rows,
        now: datetime,
        zone: tzinfo = UTC,
    ) -> dict[str, list[Offer]]:
        """
        The options that come from groups and registers, under the keys by which form-js asks for them (`valuesKey`).

        Args:
            people: the members of a group, name by id.
        """
        found: dict[str, list[Offer]] = {}
        for options in (one.options for one in _all(self.components) if one.options is not None):
            if options.rows is not None:
                found[options.served] = offered(options.rows, rows, variables, now=now, zone=zone)
            elif options.group is not None:
                named = sorted(people(options.group).items(), key=lambda one: (one[1].casefold(), one[0]))
                found[options.served] = [{"label": name, "value": id_} for id_, name in named]
        return found

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """What is asked for, in order; groups are opened up, dynamic lists hold the fields of a row."""
        return tuple(_fields(self.components, ""))

    @cached_property
    def tree(self) -> Tree:
        """The keys that answers may have."""
        return tree_of(self.components)

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables that answers write."""
        return frozenset(asked.path.split(".")[0].split("[")[0] for asked in self.fields)

    @cached_property
    def reads(self) -> frozenset[str]:
        """The variables that conditions, rules, options and computed fields read."""
        named = (name for component in _all(self.components) for name in _read_by(component))
        return frozenset(named) - {"this", "parent", "i", "row"}

    @cached_property
    def _mentions(self) -> frozenset[str]:
        """Every word of an expression or template: more than is read, but nothing that is read is missing."""
        formulas = (formula.text for component in _all(self.components) for formula in _formulas(component))
        templates = (part for text in self.texts for part in asked_by(text))
        words = (word for text in (*formulas, *templates) for word in _NAME.findall(text))
        keys = (component.options.key for component in _all(self.components) if component.options)
        return frozenset((*words, *(part for key in keys if key for part in (key, key.split(".")[0]))))

    @cached_property
    def registers(self) -> frozenset[str]:
        """The registers whose rows are options."""
        options = (component.options for component in _all(self.components))
        return frozenset(found.rows.register for found in options if found is not None and found.rows is not None)

    @cached_property
    def groups(self) -> frozenset[str]:
        """The groups whose members are options."""
        options = (component.options for component in _all(self.components))
        return frozenset(found.group for found in options if found is not None and found.group is not None)


def read_form(data: bytes, file: str) -> Form:
    """
    The form that a `.form` file holds.

    Raises:
        UnusableForm: with everything that is wrong; warnings alone refuse nothing.
    """
    reader = Reader(data, file)
    components = reader.read()
    errors = tuple(problem for problem in reader.problems if problem.severity == "error")
    if errors:
        raise UnusableForm(errors)
    return Form(id=reader.id, components=components, texts=tuple(reader.texts))


def check_form(data: bytes, file: str) -> tuple[Problem, ...]:
    """Everything that is wrong with a `.form` file, and every warning, in the order of the file."""
    reader = Reader(data, file)
    reader.read()
    return tuple(reader.problems)


def _all(components: tuple[Component, ...]) -> Iterator[Component]:
    for component in components:
        yield component
        yield from _all(component.children)


def _outside_of_lists(
    components: tuple[Component, ...], base: tuple[str, ...]
) -> Iterator[tuple[Component, tuple[str, ...]]]:
    for component in components:
        path = base + component.path
        if component.is_input:
            yield component, path
        elif not component.is_list:
            yield from _outside_of_lists(component.children, path)


def _formulas(component: Component) -> Iterator[Expression]:
    rules, options = component.rules, component.options
    bounds = (rules.min_length, rules.max_length, rules.minimum, rules.maximum, rules.check)
    where = options.rows.where if options and options.rows else None
    chosen = (options and options.expression, where)
    for part in (component.hide, component.readonly, component.expression, *chosen, *bounds):
        if isinstance(part, Expression):
            yield part


def _read_by(component: Component) -> Iterator[str]:
    for formula in _formulas(component):
        yield from formula.names
    if component.options and component.options.key:
        yield component.options.key.split(".")[0]


def _fields(components: tuple[Component, ...], base: str, conditional: bool = False) -> Iterator[Field]:
    for component in components:
        path = ".".join((*([base] if base else []), *component.path))
        hidden = conditional or component.hide is not None
        if component.is_list:
            rows = tuple(_fields(component.children, f"{path}[]"))
            yield Field(path=path, type=component.type, label=component.label, conditional=hidden, fields=rows)
        elif component.is_input:
            yield _field(component, path, hidden)
        else:
            yield from _fields(component.children, path, hidden)


def _field(component: Component, path: str, conditional: bool) -> Field:
    options = component.options
    return Field(
        path=path,
        type=component.subtype if component.type == "datetime" else component.type,
        label=component.label,
        required=component.rules.required,
        readonly=component.disabled or component.readonly is not False or component.expression is not None,
        conditional=conditional,
        options=options.fixed if options else None,
        group=options.group if options else None,
        register=options.rows.register if options and options.rows else None,
    )
