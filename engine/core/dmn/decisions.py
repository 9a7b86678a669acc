"""The decisions of one file (DMN 1.3, section 6): what is wrong with them, and what they decide."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from engine.core.dmn.checks import check_uses, required
from engine.core.dmn.evaluation import Evaluation
from engine.core.dmn.graph import Node
from engine.core.dmn.outcome import Decided
from engine.core.dmn.reader import Reader
from engine.core.dmn.sheet import Sheet, sheet_of
from engine.core.feel.border import Lazy, plain_of
from engine.core.feel.errors import EvaluationError, ExpressionError, nearest
from engine.core.feel.run import Limits, Run
from engine.core.feel.values import Value
from engine.core.problem import Problem

#: A table has many cells; a decision may cost more than one expression.
LIMITS = Limits(steps=500_000)


class Decisions:
    """
    A decision file, compiled. Keeps nothing between decisions; safe to share between threads.

    A decision sees everything it is given, as in Camunda, and the results of
    the decisions it requires: by variable name, by id and by output name.
    """

    def __init__(self, nodes: Mapping[str, Node], reader: Reader | None, problems: tuple[Problem, ...]) -> None:
        self._nodes = nodes
        self._reader = reader
        self._problems = problems

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the decisions, in the order of the file."""
        return tuple(node.id for node in self._nodes.values() if node.kind == "decision")

    def name(self, decision_id: str) -> str:
        """The decision's name for people. Raises EvaluationError for an id that is none."""
        return self._decision(decision_id).title

    def sheet(self, decision_id: str) -> Sheet | None:
        """The decision's table as it is written; None where it is no table. Raises EvaluationError as `name`."""
        table = self._decision(decision_id).top
        return None if table is None else sheet_of(table)

    def inputs(self, decision_id: str) -> frozenset[str]:
        """The names that must be given for a decision and for those it requires."""
        return required(self._nodes, self._decision(decision_id))

    def problems(self, known: Collection[str] | None = None) -> tuple[Problem, ...]:
        """
        Everything that is wrong with the file, in its order.

        Args:
            known: the variables that will be given; names beyond them are warned about.
                None: only where a decision declares its inputs.
        """
        found = [*self._problems]
        if self._reader is not None:
            found += check_uses(self._reader, self._nodes, known)
        return tuple(sorted(found, key=lambda problem: (problem.line or 0, problem.column or 0)))

    def decide(
        self, decision_id: str, inputs: Mapping[str, Any], *, now: datetime | None = None, zone: tzinfo = UTC
    ) -> Decided:
        """
        Decide.

        Args:
            inputs: plain JSON values by name.
            now: an aware datetime, what now() and today() go by; without it they are errors.

        Raises:
            UnknownVariable: an input that is read is missing. Null is given as None.
            HitPolicyViolated: rules match together that may not.
            EvaluationError: a value is of the wrong type or not allowed, or there is no such decision.
        """
        node = self._decision(decision_id)
        assert self._reader is not None
        run = Run(limits=LIMITS, now=now, zone=zone, types=None)
        run.types = lambda value, ref: self._types.is_of(run, value, ref)
        try:
            value = Evaluation(self._nodes, self._types, run, Lazy(inputs, run)).value(node.id)
            return Decided(list(_rows(run, node, value)), run.matched, plain_of(run, value))
        except ExpressionError as error:
            error.message = f"Decision '{node.title}': {error.message}"
            raise
        except RecursionError:
            raise EvaluationError(f"Decision '{node.title}' is nested too deeply") from None

    @property
    def _types(self) -> Any:
        assert self._reader is not None
        return self._reader.types

    def _decision(self, decision_id: str) -> Node:
        node = self._nodes.get(decision_id)
        if node is None or node.kind != "decision":
            near = nearest(decision_id, self.ids)
            raise EvaluationError(
                f"There is no decision '{decision_id}'" + (f"; did you mean '{near}'?" if near else "")
            )
        return node


def _rows(run: Run, node: Node, value: Value) -> Iterator[dict[str, Any]]:
    table = node.top
    if table is not None and value is None and not any(match.table == node.id for match in run.matched):
        return
    several = table.many if table is not None else isinstance(value, list) and all(isinstance(v, dict) for v in value)
    name = table.outputs[0].name if table is not None and table.outputs else node.name
    for one in value if several and isinstance(value, list) else [value]:
        plain = plain_of(run, one)
        yield plain if isinstance(plain, dict) and (table is None or len(table.outputs) > 1) else {name: plain}
