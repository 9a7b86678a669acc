"""
Gateways that wait for tokens: parallel, inclusive, event-based. BPMN 2.0.2, 13.4.

A token that waits is a token; a join uses up exactly one for each flow and
leaves the others where they are. Nothing is inferred from where a token came
from, so the thousandth round of a loop is as the first.
"""

from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.core.spiff.nodes import Flow, Node
from engine.core.spiff.step import current
from engine.core.spiff.tokens import LIVE, Token


class Join(Node):
    """A gateway at which several flows may have to meet."""

    joins = True

    def _update_hook(self, token: Token) -> bool:
        if len(self.sources) < 2:
            return True
        token._state = TaskState.WAITING
        return self.may_pass(token)

    def may_pass(self, token: Token) -> bool:
        """Whether the tokens that wait here suffice; then all but `token` are used up."""
        first = self.first_of_each(token)
        if first[token.internal_data["via"]] is not token or not self.complete(token, first):
            return False
        for other in first.values():
            if other is not token:
                other._state = TaskState.COMPLETED
        return True

    def first_of_each(self, token: Token) -> dict[str, Token]:
        """The oldest token of each flow."""
        waiting = [t for t in token.workflow.tasks.values() if t.task_spec is self and t._state == TaskState.WAITING]
        first: dict[str, Token] = {}
        for other in sorted(waiting, key=lambda t: t.id):
            first.setdefault(other.internal_data["via"], other)
        return first

    def complete(self, token: Token, first: dict[str, Token]) -> bool:
        """Whether these tokens, one of each flow, let the gateway fire."""
        return len(first) == len(self.sources)


class Parallel(Join):
    """Waits for one token of every flow; then goes on along all."""

    def choose(self, token: Token) -> list[Flow]:
        return self.flows


class Inclusive(Join):
    """
    Waits while a token elsewhere can still come to an empty flow.

    BPMN 2.0.2, 13.4.3: such a token does not count where it can also come to
    a flow that has one already.
    """

    reach: dict[str, frozenset[str]]

    def complete(self, token: Token, first: dict[str, Token]) -> bool:
        empty = [flow for flow in self.sources if flow not in first]
        if not empty:
            return True
        for other in token.workflow.tasks.values():
            if other._state & LIVE and other.task_spec is not self:
                name = other.task_spec.name
                may_come = any(name in self.reach[flow] for flow in empty)
                if may_come and not any(name in self.reach[flow] for flow in first):
                    return False
        return True

    def choose(self, token: Token) -> list[Flow]:
        return self.true_ones(token) or self.default_flow()


class EventGateway(Node):
    """A race: the first event to happen withdraws the others."""

    def won(self, token: Token, winner: Token) -> None:
        """`winner` happened; nobody waits for the others any more."""
        step = current()
        before, step.cause = step.cause, winner.task_spec.element
        for child in token.children:
            if child is not winner and child._state & LIVE:
                child.cancel()
        step.cause = before


def reaches(specs: dict[str, Any], gateway: Inclusive) -> dict[str, frozenset[str]]:
    """For each flow into `gateway` the nodes from which a token can come to it without passing the gateway."""
    found = {}
    for source in specs.values():
        for flow in getattr(source, "flows", ()):
            if flow.target == gateway.name:
                found[flow.id] = _before(specs, source.name, gateway.name)
    return found


def _before(specs: dict[str, Any], start: str, gateway: str) -> frozenset[str]:
    seen: set[str] = set()
    pending = [start]
    while pending:
        name = pending.pop()
        if name in seen or name == gateway:
            continue
        seen.add(name)
        pending.extend(specs[name].origins)
    return frozenset(seen)
