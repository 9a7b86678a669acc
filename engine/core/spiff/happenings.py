"""Events: what is waited for and what is thrown. BPMN 2.0.2, 10.5 and 13.5."""

from dataclasses import dataclass
from typing import Any, Literal

from SpiffWorkflow.util.task import TaskState

from engine.core.spiff import mappings, script
from engine.core.spiff.extensions import Mapping
from engine.core.spiff.gateways import EventGateway
from engine.core.spiff.nodes import Flow, Node
from engine.core.spiff.outwards import throw_code
from engine.core.spiff.step import Thrown, current
from engine.core.spiff.tokens import LIVE, Token

NOTHING = Mapping()

Kind = Literal["none", "timer", "message", "signal", "conditional", "error", "escalation", "terminate"]


@dataclass(frozen=True)
class Happening:
    """
    An event definition.

    `name` is that of the message or signal, or the code of the error or
    escalation (None catches every code); `text` the timer's or condition's.
    """

    kind: Kind
    name: str | None = None
    text: str | None = None
    language: str | None = None
    timer: str | None = None
    clock: str = "business"
    key: str | None = None
    code_variable: str | None = None
    message_variable: str | None = None
    mapping: Mapping = NOTHING


class Start(Node):
    """A start event: by whom the case was started may become a variable."""

    initiator: str | None = None

    def _run_hook(self, token: Token) -> bool | None:
        if self.initiator is not None:
            who = token.workflow.top_workflow.given.get("case", {}).get("initiator")
            script.assign(token, self.initiator, who)
        return True


class Throw(Node):
    """An event, or an end, that throws."""

    happening = Happening("none")

    def _run_hook(self, token: Token) -> bool | None:
        kind = self.happening.kind
        if kind in ("message", "signal"):
            self.throw(token)
        elif kind == "escalation":
            self.escalate(token)
        elif kind == "error":
            self.fail(token)
        return True

    def throw(self, token: Token) -> None:
        """A message or signal leaves the instance; who gets it is not decided here."""
        happening = self.happening
        payload = mappings.mapped_in(self, token, happening.mapping)
        step = current()
        name = script.text(self, token, happening.name or self.title) or ""
        step.journal.append(Thrown(self.element, step.now, happening.kind, name, payload))

    def escalate(self, token: Token) -> None:
        """An escalation goes outwards to whoever catches it; nobody is fine too."""
        code, payload = self.happening.name or "", mappings.mapped_in(self, token, self.happening.mapping)
        caught = self.throw_out(token, "escalation", code, payload)
        step = current()
        step.journal.append(Thrown(self.element, step.now, "escalation", code, payload, caught))

    def throw_out(self, token: Token, kind: Kind, code: str, payload: dict[str, Any] | None = None) -> bool:
        """Throw from here; where that ends what is around, the path ends too, yet this node was passed."""
        token._state = TaskState.COMPLETED
        catcher = throw_code(token, kind, code, payload=payload)
        if catcher is not None and catcher.task_spec.interrupting:
            token.internal_data["ended"] = 1
        return catcher is not None

    def choose(self, token: Token) -> list[Flow]:
        return [] if "ended" in token.internal_data else super().choose(token)

    def fail(self, token: Token) -> None:
        """An error must be caught, by this case or by the one that called it."""
        code = self.happening.name or ""
        if self.throw_out(token, "error", code):
            return
        case = token.workflow.top_workflow
        if not case.given.get("called"):
            raise self.stuck(f"Nobody catches the error {code!r}.")
        case.failed = code
        case.last_end = self.element


class End(Throw):
    """The end of one path. `terminate` ends every path of its process or sub-process."""

    def _on_complete(self, token: Token) -> None:
        super()._on_complete(token)
        token.workflow.top_workflow.last_end = self.element
        if self.happening.kind == "terminate":
            withdraw_all(token, self.element)

    def choose(self, token: Token) -> list[Flow]:
        return []


class Catch(Node):
    """Waits until its event happens."""

    happening = Happening("none")

    def _update_hook(self, token: Token) -> bool:
        self.arm(token)
        if self.happening.kind == "none":
            return True
        token._state = TaskState.WAITING
        wait_for(self, token)
        return False

    def happen(self, token: Token, payload: dict[str, Any] | None = None) -> None:
        """The event happened: data are taken over and the token goes on."""
        self.take_over(token, payload)
        forget(token)
        gateway = token.parent
        if gateway is not None and isinstance(gateway.task_spec, EventGateway):
            gateway.task_spec.won(gateway, token)
        token._ready()

    def take_over(self, token: Token, payload: dict[str, Any] | None) -> None:
        """Where the event maps outputs, they see the payload and nothing else is taken; otherwise all of it is."""
        mappings.leave(self, token, self.happening.mapping, payload or {})


class Boundary(Catch):
    """
    An event on the border of an activity, or the start of an event sub-process.

    Interrupting, it withdraws the activity (or the scope) and goes on.
    Otherwise it goes on waiting, and each time it happens a new path begins.
    """

    tells_withdrawal = False
    on_border = True
    interrupting = True

    def happen(self, token: Token, payload: dict[str, Any] | None = None) -> None:
        self.take_over(token, payload)
        if self.interrupting:
            forget(token)
            self.interrupt(token)
            token._ready()
        else:
            self.branch(token)

    def interrupt(self, token: Token) -> None:
        """Withdraw the activity that this event is attached to."""
        activity = token.parent
        step = current()
        before, step.cause = step.cause, self.element
        token._state = TaskState.FUTURE
        for child in activity.children:
            if child is not token and child._state & LIVE:
                if isinstance(child.task_spec, Boundary):
                    child.withdraw()
                else:
                    child.cancel()
        if activity._state & LIVE:
            activity.withdraw()
        step.cause = before

    def branch(self, token: Token) -> None:
        """Begin a path and go on waiting; a timer that is spent waits no longer."""
        again = token._add_child(self)
        again.internal_data["branch"] = 1
        again._ready()
        if self.happening.kind == "timer" and "due" not in token.internal_data:
            token._state = TaskState.COMPLETED


class ScopeStart(Boundary):
    """The start event of an event sub-process, waiting beside everything else in its scope."""

    on_border = False
    beside_all = True

    def interrupt(self, token: Token) -> None:
        token._state = TaskState.FUTURE
        withdraw_all(token, self.element, keep=token)


def withdraw_all(token: Token, cause: str, keep: Token | None = None) -> None:
    """Withdraw every token of the process or sub-process in which `token` is."""
    step = current()
    before, step.cause = step.cause, cause
    for other in list(token.workflow.tasks.values()):
        if other is not keep and other._state & LIVE:
            other.withdraw()
    step.cause = before


def wait_for(node: Any, token: Token) -> None:
    """Remember with the token what only holds from this moment on."""
    happening = node.happening
    if happening.kind == "timer":
        script.set_due(node, token)
    elif happening.kind in ("message", "signal"):
        name = happening.name or node.title
        if script.depends_on_data(name):
            token.internal_data["name"] = script.text(node, token, name)
        key = script.text(node, token, happening.key) if happening.key else None
        if key is not None:
            token.internal_data["key"] = key


def awaited_name(token: Token) -> str:
    """The name of the message or signal that a token waits for."""
    spec = token.task_spec
    return str(token.internal_data.get("name") or spec.happening.name or spec.title)


def forget(token: Token) -> None:
    """The event has happened: what it waited for is no longer of interest."""
    for fact in ("due", "repeat", "name", "key", "was"):
        token.internal_data.pop(fact, None)
