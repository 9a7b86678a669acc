"""
Everything in which we differ from the library, in one list.

Nothing of the library is changed at run time: its classes are extended, and
what is listed here are the methods that must not be the library's own. For
each there is a model that goes wrong without it; `without` takes one away so
that a test can show so.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.core.spiff import happenings, outwards, running, timing
from engine.core.spiff.gateways import EventGateway, Inclusive, Join
from engine.core.spiff.happenings import Boundary, ScopeStart
from engine.core.spiff.loops import MultiInstance
from engine.core.spiff.nodes import Node
from engine.core.spiff.parser import Process
from engine.core.spiff.tokens import Token


@dataclass(frozen=True)
class Patch:
    """One difference: `attribute` of `owner` is ours, `stock` does as the library does; None takes ours away."""

    name: str
    why: str
    owner: Any
    attribute: str
    stock: Callable[..., Any] | None = None


def _every_boundary(token: Token) -> list[Token]:
    return [found for found in token.workflow.tasks.values() if isinstance(found.task_spec, Boundary)]


def _once(node: Boundary, token: Token) -> None:
    happenings.forget(token)
    token._ready()


def _appended(node: MultiInstance, token: Token, number: int, value: Any) -> None:
    case = token.workflow.top_workflow
    case.variables[node.output] = [found for found in case.variables[node.output] if found is not None] + [value]


def _all_together(case: Any) -> Any:
    due = [token for token in timing.timers(case) if "due" in token.internal_data]
    for token in due[1:]:
        token._set_state(TaskState.READY)
    return timing.first_due(due)


PATCHES = (
    Patch("identity", "a token draws a random id and reads the wall clock", Token, "__init__", Task.__init__),
    Patch("ready", "what is ready is found by walking trees, at most 1000 deep", Token, "_set_state", Task._set_state),
    Patch("withdrawal", "a withdrawn list drops its instances and forgets their work", Token, "cancel", Task.cancel),
    Patch("children", "what was forgotten is still counted as a child", Token, "children", Task.children),
    Patch("flows", "conditions on flows out of tasks are ignored", Node, "choose", lambda node, token: node.flows),
    Patch("parallel-join", "tokens of earlier rounds are counted again", Join, "_update_hook"),
    Patch("inclusive-join", "a join waits for tokens that cannot come", Inclusive, "complete"),
    Patch("race", "an event gateway keeps one moment for all of its timers", EventGateway, "won", lambda *_: None),
    Patch("re-arm", "a message catches once although the task goes on", Boundary, "branch", _once),
    Patch("errors", "an error reaches every boundary event of its scope", outwards, "_attached", _every_boundary),
    Patch("event-sub-process", "an event sub-process never interrupts", ScopeStart, "interrupt", lambda *_: None),
    Patch("results", "results of a list come in the order of their arrival", MultiInstance, "collect", _appended),
    Patch("catch-up", "all timers that are due fire at once", timing, "next_due", _all_together),
    Patch("pruning", "the history of a case grows with every step", running, "forget_finished", lambda case: None),
    Patch("parser", "a model is read by recursion", Process, "add_tasks", ProcessParser.add_tasks),
)


@contextmanager
def without(name: str) -> Iterator[Patch]:
    """Run with one difference taken away. For tests only: it holds for every thread."""
    [patch] = [patch for patch in PATCHES if patch.name == name]
    ours = vars(patch.owner)[patch.attribute]
    if patch.stock is None:
        delattr(patch.owner, patch.attribute)
    else:
        setattr(patch.owner, patch.attribute, patch.stock)
    try:
        yield patch
    finally:
        setattr(patch.owner, patch.attribute, ours)
