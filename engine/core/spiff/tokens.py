"""
Tokens and the workflows they stand in: the library's own, without clock, chance and history.

A token's number is a counter of its instance, its time of entry the moment of
the step. Finished tokens are forgotten as soon as the step is over.
"""

from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.core.spiff.step import Left, current

LIVE = TaskState.FUTURE | TaskState.WAITING | TaskState.READY | TaskState.STARTED


class Token(Task):  # type: ignore[misc]
    """A place where an instance is. `entered` is when it came here."""

    entered: datetime

    def __init__(self, workflow: Any, task_spec: Any, parent: Any = None, state: int = TaskState.FUTURE) -> None:
        self._begin(workflow, task_spec, parent, state)

    def _begin(self, workflow: Any, task_spec: Any, parent: Any, state: int) -> None:
        step = current()
        self._place(step.next_id(), workflow, task_spec, parent, state, step.now)

    def _place(self, number: int, workflow: Any, task_spec: Any, parent: Any, state: int, entered: datetime) -> None:
        self.id = number
        self.workflow = workflow
        self.task_spec = task_spec
        self.entered = entered
        self.triggered = False
        self.data: dict[str, Any] = {}
        self.internal_data: dict[str, Any] = {}
        self._state = state
        self._children: list[int] = []
        self._parent = None
        workflow.tasks[number] = self
        workflow.top_workflow.known[number] = self
        if parent is not None:
            self._parent = parent.id
            parent._children.append(number)

    @classmethod
    def restored(
        cls, number: int, workflow: Any, task_spec: Any, parent: Any, state: int, entered: datetime
    ) -> "Token":
        """A token as it was saved."""
        token = cls.__new__(cls)
        token._place(number, workflow, task_spec, parent, state, entered)
        return token

    @property
    def children(self) -> list[Any]:
        """The tokens that came from this one and are still known."""
        tasks = self.workflow.tasks
        return [tasks[child] for child in self._children if child in tasks]

    def _add_child(self, task_spec: Any, state: int = TaskState.FUTURE) -> "Token":
        return Token(self.workflow, task_spec, self, state)

    def _set_state(self, value: int) -> None:
        self._state = value
        if value == TaskState.READY:
            current().ready.append(self)

    def cancel(self) -> None:
        """Withdraw this token and everything that is still alive below it."""
        pending = [self]
        while pending:
            token = pending.pop()
            pending.extend(reversed(token.children))
            if token._state & LIVE:
                token.withdraw()

    def withdraw(self) -> None:
        """Withdraw this token alone; what it started before lives on."""
        step = current()
        lived = self._state
        self._state = TaskState.CANCELLED
        self.task_spec._on_cancel(self)
        step.withdrawn.add(self.id)
        if step.cause is not None:
            step.because[self.id] = step.cause
        if lived != TaskState.FUTURE and self.task_spec.tells_withdrawal:
            step.journal.append(Left(self.id, self.task_spec.element, step.now, self.entered, withdrawn=True))


class Case(BpmnWorkflow):  # type: ignore[misc]
    """
    One instance of a process.

    `variables` are the case's data, outside of any token; `facts` what the
    engine remembers of finished tasks; `given` what the shell said at the start.
    """

    def __init__(self, definition: Any) -> None:
        self.definition = definition
        self.variables: dict[str, Any] = {}
        self.facts: dict[str, dict[str, Any]] = {}
        self.given: dict[str, Any] = {}
        self.last_end: str | None = None
        self.failed: str | None = None
        self.known: dict[int, Token] = {}
        super().__init__(definition.spec, definition.scopes, deserializing=True)

    def scopes(self) -> list[Any]:
        """The process and every sub-process that runs in it."""
        return [self, *self.subprocesses.values()]

    def tokens(self) -> list[Token]:
        """Every token, in the order of its birth."""
        return list(self.known.values())

    def find(self, number: int) -> Token | None:
        """The token of this number, if it is known."""
        return self.known.get(number)

    def forget(self, token: Token) -> None:
        """Let go of a token for good."""
        del self.known[token.id]
        del token.workflow.tasks[token.id]

    def open_scope(self, token: Token, name: str) -> Any:
        """Begin the sub-process `name` at `token`."""
        scope = Scope(self.subprocess_specs[name], token)
        self.subprocesses[token.id] = scope
        return scope


class Scope(BpmnSubWorkflow):  # type: ignore[misc]
    """A sub-process that runs inside a case."""

    def __init__(self, spec: Any, holder: Token) -> None:
        self.spec = spec
        self.parent_task_id = holder.id
        self.top_workflow = holder.workflow.top_workflow
        self.depth = holder.workflow.depth + 1
        self.tasks: dict[int, Token] = {}
        self.completed = False

    def end(self) -> None:
        """Withdraw everything in this sub-process."""
        self.completed = True
        for token in list(self.tasks.values()):
            if token._state & LIVE:
                token.cancel()
