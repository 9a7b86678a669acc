"""Decision tables: inputs, rules, outputs (DMN 1.3, section 8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.core.dmn.hits import Hit, Shape, answer
from engine.core.dmn.outcome import Match
from engine.core.dmn.reader import Reader
from engine.core.feel.nodes import Tests
from engine.core.feel.text import text_of
from engine.core.feel.values import Code, Env, Value
from engine.core.safe_xml import Element


@dataclass(frozen=True)
class Input:
    """A column that is asked. `called` is what its value is named in complaints."""

    code: Code
    ref: str | None
    allowed: Code | None
    called: str
    variable: str | None


@dataclass(frozen=True)
class Output:
    """A column that answers. `values` are its allowed ones by priority, where they are declared."""

    name: str
    ref: str | None
    values: tuple[Value, ...]
    allowed: Code | None
    default: Code | None


@dataclass(frozen=True)
class Rule:
    """A row: its id, a test for each input, a value for each output; `syntax` of the tests for checks."""

    id: str
    element: Element
    tests: tuple[Code, ...]
    outputs: tuple[Code, ...]
    syntax: tuple[Tests | None, ...]


@dataclass(frozen=True)
class Table:
    """A compiled table. `id` is the decision's, under which matches are recorded."""

    id: str
    title: str
    element: Element
    policy: str
    aggregation: str | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    reader: Reader

    @property
    def many(self) -> bool:
        """Is the answer a list with an item for each matching rule?"""
        return self.policy in ("RULE ORDER", "OUTPUT ORDER") or (self.policy == "COLLECT" and not self.aggregation)

    @property
    def shape(self) -> Shape:
        """What an answer is made of."""
        return Shape(self.title, tuple(o.name for o in self.outputs), tuple(o.values for o in self.outputs))

    def evaluate(self, env: Env) -> Value:
        """Ask the inputs, try the rules, answer by the hit policy."""
        columns = [self._asked(env, column) for column in self.inputs]
        if any(column is None for column in columns):
            return None
        hits = self._hits(env, [column for column in columns if column is not None])
        env.run.matched += [Match(self.id, hit.rule, hit.index) for hit in hits]
        if not hits:
            return self._default(env)
        return answer(env.run, self.policy, self.aggregation, self.shape, hits)

    def _asked(self, env: Env, column: Input) -> Env | None:
        """The surroundings of a column's cells, with the input's value under `?`; None when it is not allowed."""
        run = env.run
        value = self.reader.types.coerce(run, column.code(env), column.ref, f"The input '{column.called}'")
        inner = env.inner({"?": value, **({column.variable: value} if column.variable else {})})
        if column.allowed is None or column.allowed(inner) is True or self._each_allowed(env, column.allowed, value):
            return inner
        shown = text_of(run, value)[:60]
        run.refuse(f"The input '{column.called}' is {shown}, which is none of its allowed values")
        return None

    def _each_allowed(self, env: Env, allowed: Code, value: Value) -> bool:
        return isinstance(value, list) and bool(value) and all(allowed(env.inner({"?": one})) is True for one in value)

    def _hits(self, env: Env, columns: Sequence[Env]) -> list[Hit]:
        hits: list[Hit] = []
        for index, rule in enumerate(self.rules, 1):
            env.run.tick()
            if all(test(column) is True for test, column in zip(rule.tests, columns, strict=True)):
                hits.append(Hit(index, rule.id, self._outputs(env, rule)))
                if self.policy == "FIRST":
                    break
        return hits

    def _outputs(self, env: Env, rule: Rule) -> tuple[Value, ...]:
        made = []
        for output, code in zip(self.outputs, rule.outputs, strict=True):
            what = f"The output '{output.name}' of rule {rule.id}"
            made.append(
                self._allowed(env, output, self.reader.types.coerce(env.run, code(env), output.ref, what), what)
            )
        return tuple(made)

    def _allowed(self, env: Env, output: Output, value: Value, what: str) -> Value:
        if value is None or output.allowed is None or not env.run.strict:
            return value
        if output.allowed(env.inner({"?": value})) is True or self._each_allowed(env, output.allowed, value):
            return value
        return env.run.refuse(f"{what} is {text_of(env.run, value)[:60]}, which is none of its allowed values")

    def _default(self, env: Env) -> Value:
        if self.policy == "COLLECT" and self.aggregation == "COUNT":
            return Decimal(0)
        if not any(output.default for output in self.outputs):
            return None
        return self.shape.row([output.default(env) if output.default else None for output in self.outputs])
