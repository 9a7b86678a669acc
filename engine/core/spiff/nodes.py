"""Flow nodes: how a token enters, leaves and chooses its way. BPMN 2.0.2, 13.2 and 13.4."""

from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec

from engine.core.spiff import script
from engine.core.spiff.step import Left, current
from engine.core.spiff.tokens import Token
from engine.core.stuck import Stuck


@dataclass(frozen=True)
class Flow:
    """A sequence flow. Ids that begin with `#` are invented and stay out of the history."""

    id: str
    target: str
    condition: str | None = None
    language: str | None = None


class Node(BpmnTaskSpec):  # type: ignore[misc]
    """
    A flow node that passes its token on at once.

    `element` is the id in the author's model, `title` the name that people
    read. `attached` names its boundary events; `loop` the multi-instance that
    this node is one instance of.
    """

    tells_withdrawal = True
    joins = False
    on_border = False
    beside_all = False

    def __init__(self, wf_spec: Any, name: str, *, element: str, title: str = "", **kwargs: Any) -> None:
        super().__init__(wf_spec, name, **kwargs)
        self.element = element
        self.title = title
        self.flows: list[Flow] = []
        self.sources: list[str] = []
        self.origins: list[str] = []
        self.default: str | None = None
        self.attached: list[str] = []
        self.loop: str | None = None

    def tells_passage(self, token: Token) -> bool:
        """Whether leaving this node belongs to the history; what was invented does not."""
        return "#" not in self.name

    def spec(self, name: str) -> Any:
        """Another node of the same process or sub-process."""
        return self._wf_spec.task_specs[name]

    def stuck(self, message: str, expression: str | None = None) -> Stuck:
        """An error that names this node."""
        return Stuck(self.element, self.title, message, expression)

    def _update(self, token: Token) -> None:
        if self._update_hook(token):
            token._ready()

    def _update_hook(self, token: Token) -> bool:
        self.arm(token)
        return True

    def _on_ready(self, token: Token) -> None:
        pass

    def _run(self, token: Token) -> bool | None:
        return self._run_hook(token)

    def _run_hook(self, token: Token) -> bool | None:
        return True

    def _on_complete(self, token: Token) -> None:
        step = current()
        if self.tells_passage(token):
            step.journal.append(Left(token.id, self.element, step.now, token.entered))
        self.disarm(token)
        if "reopened" in token.internal_data:
            return
        if self.loop is not None:
            token.parent.task_spec.instance_done(token.parent, token)
        else:
            self.go_on(token)

    def _on_cancel(self, token: Token) -> None:
        pass

    def arm(self, token: Token) -> None:
        """Let the boundary events of this activity wait."""
        for name in self.attached:
            child = token._add_child(self.spec(name))
            child.task_spec._update(child)

    def disarm(self, token: Token) -> None:
        """End the waiting of the boundary events; what they have started lives on."""
        if self.attached:
            for child in token.children:
                if child.task_spec.name in self.attached and child._state & 8:
                    child.withdraw()

    def go_on(self, token: Token) -> None:
        """Put a token on every flow that is taken."""
        for child in [self.take(flow, token) for flow in self.choose(token)]:
            if child._state & 4:
                child.task_spec._update(child)

    def take(self, flow: Flow, token: Token) -> Token:
        """Put a token on one flow."""
        target = self.spec(flow.target)
        child = token._add_child(target)
        if target.joins and len(target.sources) > 1:
            child.internal_data["via"] = flow.id
        if not flow.id.startswith("#"):
            step = current()
            step.journal.append(Left(child.id, flow.id, step.now, step.now, flow=True))
        return child

    def choose(self, token: Token) -> list[Flow]:
        """Every unconditional flow and every one whose condition holds; else the default."""
        if all(flow.condition is None for flow in self.flows) and self.default is None:
            return self.flows
        return self.true_ones(token) or self.default_flow()

    def true_ones(self, token: Token) -> list[Flow]:
        """The flows, in the order of the document, that are not the default and whose conditions hold."""
        return [flow for flow in self.flows if flow.id != self.default and self.holds(flow, token)]

    def holds(self, flow: Flow, token: Token) -> bool:
        """Whether a flow's condition holds; an unknown variable is an error, never false."""
        if flow.condition is None:
            return True
        where = f"On the flow {flow.id} to {flow.target}: "
        return script.condition(self, token, flow.condition, flow.language, where)

    def default_flow(self) -> list[Flow]:
        """The default flow; without one the model has no answer."""
        for flow in self.flows:
            if flow.id == self.default:
                return [flow]
        raise self.stuck("No condition is true and there is no default flow.")


class Exclusive(Node):
    """The first flow, in the order of the document, whose condition holds."""

    def choose(self, token: Token) -> list[Flow]:
        for flow in self.flows:
            if flow.id != self.default and self.holds(flow, token):
                return [flow]
        return self.default_flow()
