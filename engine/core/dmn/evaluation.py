"""One decision being made: nodes are asked when they are read, each at most once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.core.dmn.graph import Node, hrefs
from engine.core.dmn.types import Types
from engine.core.feel.errors import UnknownVariable, nearest
from engine.core.feel.run import Run
from engine.core.feel.values import Env, Function, Value


class Evaluation:
    """The values of the nodes for one set of inputs. `given` replaces nodes by values, by id."""

    def __init__(
        self,
        nodes: Mapping[str, Node],
        types: Types,
        run: Run,
        inputs: Mapping[str, Value],
        given: Mapping[str, Value] | None = None,
    ) -> None:
        self.nodes = nodes
        self.types = types
        self.run = run
        self.inputs = inputs
        self._values: dict[str, Value] = dict(given or {})

    def value(self, id_: str) -> Value:
        """The value of a node."""
        if id_ not in self._values:
            self.run.enter()
            self._values[id_] = self._compute(self.nodes[id_])
            self.run.leave()
        return self._values[id_]

    def _compute(self, node: Node) -> Value:
        if node.kind == "inputData":
            return self._input(node)
        if node.kind == "decisionService":
            return self._service(node)
        env = Env(self.inputs, None, self.run) if node.kind == "decision" else Env({}, None, self.run)
        value = node.code(env.inner(Needs(self, node)))
        if node.kind == "businessKnowledgeModel":
            return value
        return self.types.coerce(self.run, value, node.ref, f"The result of '{node.title}'")

    def _input(self, node: Node) -> Value:
        name = next((name for name in (node.name, node.title, node.id) if name in self.inputs), None)
        if name is None:
            if self.run.strict:
                raise UnknownVariable(node.name, nearest(node.name, self.inputs))
            return None
        return self.types.coerce(self.run, self.inputs[name], node.ref, f"The input '{node.title}'")

    def _service(self, node: Node) -> Value:
        """A decision service as a function: first its input data, then its input decisions."""
        inputs = (*hrefs(node.element, "inputData"), *hrefs(node.element, "inputDecision"))
        ids = [id_ for id_ in inputs if id_ in self.nodes]
        outputs = [i for i in hrefs(node.element, "outputDecision") if i in self.nodes]
        names = tuple(self.nodes[i].name for i in ids)

        def call(run: Run, arguments: Sequence[Value]) -> Value:
            given = {}
            for id_, value in zip(ids, arguments, strict=True):
                inner = self.nodes[id_]
                given[id_] = self.types.coerce(run, value, inner.ref, f"The argument '{inner.name}'")
                if given[id_] is None and value is not None:
                    return None
            inside = Evaluation(self.nodes, self.types, run, {}, given)
            values = {self.nodes[i].name: inside.value(i) for i in outputs}
            result = next(iter(values.values())) if len(values) == 1 else values
            return self.types.coerce(run, result, self._service_type(node), f"The result of '{node.title}'")

        return Function(names, call)

    def _service_type(self, node: Node) -> str | None:
        item = self.types.item(node.ref)
        return item.output if item is not None and item.function else node.ref


class Needs(Mapping[str, Value]):
    """
    What a node rests on, by name.

    A required decision is known by its variable, its id and, where its logic
    is a table, its outputs' names, as Camunda has it.
    """

    def __init__(self, evaluation: Evaluation, node: Node) -> None:
        self._evaluation = evaluation
        self._ids: dict[str, tuple[str, str | None]] = provided(evaluation.nodes, node)

    def __contains__(self, name: object) -> bool:
        return name in self._ids

    def __getitem__(self, name: str) -> Value:
        id_, output = self._ids[name]
        value = self._evaluation.value(id_)
        if output is None or not isinstance(value, dict | list):
            return value
        rows: list[Any] = value if isinstance(value, list) else [value]
        found = [row.get(output) for row in rows if isinstance(row, dict)]
        return found if isinstance(value, list) else found[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


def provided(nodes: Mapping[str, Node], node: Node) -> dict[str, tuple[str, str | None]]:
    """The names a node may read because of what it rests on: the id behind each, and which output of it."""
    needed = [nodes[id_] for id_ in node.needs if id_ in nodes]
    names: dict[str, tuple[str, str | None]] = {}
    for need in needed:
        several = need.top is not None and len(need.top.outputs) > 1
        for output in need.top.outputs if need.top is not None else ():
            names.setdefault(output.name, (need.id, output.name if several else None))
    for need in needed:
        names[need.id] = names[need.name] = (need.id, None)
    if node.kind == "businessKnowledgeModel":
        names[node.name] = (node.id, None)
    return names
