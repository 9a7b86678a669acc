"""Boxed expressions (DMN 1.3, section 7.3; conditional, filter and loops from DMN 1.4) to closures."""

from collections.abc import Callable, Sequence

from engine.core.dmn.columns import read_table
from engine.core.dmn.elements import child, children, local, name_of, text_in
from engine.core.dmn.reader import Reader
from engine.core.dmn.table import Table
from engine.core.feel.calls import call_function
from engine.core.feel.iteration import domain
from engine.core.feel.names import one_spaced
from engine.core.feel.paths import filtered
from engine.core.feel.run import Run
from engine.core.feel.values import Code, Env, Function, Value
from engine.core.safe_xml import Element

Scope = tuple[str, ...]


class Boxes:
    """Compiles the expressions of one decision or knowledge model. `tables` are those found on the way."""

    def __init__(self, reader: Reader, id_: str, title: str) -> None:
        self.reader = reader
        self.id = id_
        self.title = title
        self.tables: list[Table] = []
        self.kinds: dict[str, Callable[[Element, Scope], Code]] = {
            "literalExpression": self._literal,
            "decisionTable": self._table,
            "context": self._context,
            "invocation": self._invocation,
            "functionDefinition": self.function,
            "list": self._list,
            "relation": self._relation,
            "conditional": self._conditional,
            "filter": self._filter,
            "for": self._for,
            "some": self._quantified,
            "every": self._quantified,
        }

    def inside(self, element: Element | None, scope: Scope) -> Code:
        """The first boxed expression inside of an element; null where there is none."""
        found = None if element is None else child(element, *self.kinds)
        return _null if found is None else self.code(found, scope)

    def code(self, element: Element, scope: Scope) -> Code:
        """The closure of a boxed expression, its declared type enforced."""
        code, ref = self.kinds[local(element)](element, scope), element.get("typeRef")
        return self.typed(code, ref, f"The result of '{self.title}'") if ref else code

    def typed(self, code: Code, ref: str | None, what: str) -> Code:
        """The same, brought to a type."""
        types = self.reader.types
        return lambda env: types.coerce(env.run, code(env), ref, what)

    def _literal(self, element: Element, scope: Scope) -> Code:
        return self.reader.expression(text_in(element), element, scope)

    def _table(self, element: Element, scope: Scope) -> Code:
        table = read_table(self.reader, element, scope, self.id, self.title)
        self.tables.append(table)
        return table.evaluate

    def _context(self, element: Element, scope: Scope) -> Code:
        entries: list[tuple[str, Code]] = []
        result: Code | None = None
        for entry in children(element, "contextEntry"):
            variable = child(entry, "variable")
            code = self.inside(entry, scope)
            if variable is None:
                result = code
                continue
            name = name_of(variable)
            entries.append((name, self.typed(code, variable.get("typeRef"), f"The entry '{name}'")))
            scope = (*scope, name)
        return _context_of(entries, result)

    def _invocation(self, element: Element, scope: Scope) -> Code:
        function = self.inside(element, scope)
        arguments: list[tuple[str, Code]] = []
        for binding in children(element, "binding"):
            parameter = child(binding, "parameter")
            if parameter is None:
                continue
            name, code = name_of(parameter), self.inside(binding, scope)
            arguments.append((name, self.typed(code, parameter.get("typeRef"), f"The argument '{name}'")))
        return lambda env: call_function(env.run, function(env), (), {name: code(env) for name, code in arguments})

    def function(self, element: Element, scope: Scope, ref: str | None = None) -> Code:
        """A function definition, or the logic of a knowledge model, whose results are of type `ref`."""
        if (element.get("kind") or "FEEL") != "FEEL":
            self.reader.complain(
                element,
                "dmn-language",
                f"Functions of kind {element.get('kind')} are not run here.",
                "Write the function in FEEL.",
            )
            return _null
        declared = [(name_of(p), p.get("typeRef")) for p in children(element, "formalParameter")]
        names = tuple(name for name, _ in declared)
        body = self.inside(element, (*scope, *names))
        types, title = self.reader.types, self.title

        def make(env: Env) -> Value:
            def call(run: Run, arguments: Sequence[Value]) -> Value:
                given: dict[str, Value] = {}
                for (name, type_), value in zip(declared, arguments, strict=True):
                    given[name] = types.coerce(run, value, type_, f"The argument '{name}' of '{title}'")
                    if given[name] is None and value is not None:
                        return None
                return types.coerce(run, body(Env(given, env, run)), ref, f"The result of '{title}'")

            return Function(names, call)

        return make

    def _list(self, element: Element, scope: Scope) -> Code:
        items = [self.code(one, scope) for one in children(element, *self.kinds)]
        return lambda env: [item(env) for item in items]

    def _relation(self, element: Element, scope: Scope) -> Code:
        columns = [name_of(column) for column in children(element, "column")]
        rows = [
            [self.code(cell, scope) for cell in children(row, *self.kinds)][: len(columns)]
            for row in children(element, "row")
        ]
        return lambda env: [dict(zip(columns, [cell(env) for cell in row], strict=False)) for row in rows]

    def _conditional(self, element: Element, scope: Scope) -> Code:
        condition, then, otherwise = (self.inside(child(element, part), scope) for part in ("if", "then", "else"))

        def choose(env: Env) -> Value:
            answer = condition(env)
            if answer is True:
                return then(env)
            return otherwise(env) if answer in (False, None) else env.run.warn("A condition is not true or false")

        return choose

    def _filter(self, element: Element, scope: Scope) -> Code:
        source = self.inside(child(element, "in"), scope)
        before = len(self.reader.uses)
        match = self.inside(child(element, "match"), (*scope, "item"))
        # Names within a filter may be entries of the items, which nothing declares.
        del self.reader.uses[before:]
        return lambda env: filtered(env, source(env), match, None)

    def _loop(self, element: Element, scope: Scope, body: str) -> tuple[str, Code, Code]:
        name = one_spaced(element.get("iteratorVariable") or "")
        source = self.inside(child(element, "in"), scope)
        return name, source, self.inside(child(element, body), (*scope, name, "partial"))

    def _for(self, element: Element, scope: Scope) -> Code:
        name, source, body = self._loop(element, scope, "return")

        def loop(env: Env) -> Value:
            items = domain(env.run, source(env))
            if items is None:
                return None
            made: list[Value] = []
            for item in items:
                env.run.listed(1 + len(made))
                made.append(body(env.inner({name: item, "partial": list(made)})))
            return made

        return loop

    def _quantified(self, element: Element, scope: Scope) -> Code:
        name, source, condition = self._loop(element, scope, "satisfies")
        some = local(element) == "some"

        def loop(env: Env) -> Value:
            items = domain(env.run, source(env))
            if items is None:
                return None
            answers = []
            for item in items:
                env.run.tick()
                answers.append(condition(env.inner({name: item})))
                if answers[-1] is some:
                    return some
            return not some if all(isinstance(answer, bool) for answer in answers) else None

        return loop


def _context_of(entries: list[tuple[str, Code]], result: Code | None) -> Code:
    def make(env: Env) -> Value:
        made: dict[str, Value] = {}
        inner = env.inner(made)
        for name, code in entries:
            env.run.tick()
            if name in made:
                return env.run.warn(f"The context has two entries '{name}'")
            made[name] = code(inner)
        return made if result is None else result(inner)

    return make


def _null(env: Env) -> Value:
    return None
