"""Activities: what people, workers, tables and called cases do. BPMN 2.0.2, 13.3."""

from dataclasses import dataclass
from typing import Any, Literal

from SpiffWorkflow.util.task import TaskState

from engine.core.spiff import mappings, script
from engine.core.spiff.extensions import Mapping
from engine.core.spiff.happenings import Catch, Throw
from engine.core.spiff.nodes import Node
from engine.core.spiff.tokens import Token


class Activity(Node):
    """An activity has inputs, outputs and boundary events."""

    mapping = Mapping()

    def _update_hook(self, token: Token) -> bool:
        self.prepare(token)
        self.arm(token)
        return True

    def prepare(self, token: Token) -> None:
        """Give the activity its inputs."""
        mappings.enter(self, token, self.mapping)


class UserTask(Activity):
    """A person's task: open while its token is ready."""

    waits = True

    def done(self, token: Token, answers: dict[str, Any]) -> None:
        """Take over the answers and go on."""
        for name, value in answers.items():
            script.assign(token, name, value)
        mappings.leave(self, token, self.mapping, {})
        token.complete()


@dataclass(frozen=True)
class Work:
    """
    What somebody else than a person must do.

    `what` is a topic, a decision's id or a process's key; `shape` is the
    `mapDecisionResult` of a decision; `join` the message by which a call comes
    to a case that runs already.
    """

    kind: Literal["service", "decision", "call"]
    what: str
    binding: str = "latest"
    version: str | None = None
    result_variable: str | None = None
    shape: str = "resultList"
    retries: str | None = None
    join: str | None = None


class Job(Activity):
    """Work for a worker, a table or another case: started until its result comes."""

    work: Work

    def _run_hook(self, token: Token) -> bool | None:
        return None

    def done(self, token: Token, result: dict[str, Any]) -> None:
        """Take over the result of a service and go on."""
        given = {self.work.result_variable: result} if self.work.result_variable else result
        mappings.leave(self, token, self.mapping, given)
        token.complete()

    def decided(self, token: Token, rows: list[dict[str, Any]]) -> None:
        """Take over the rows of a decision in the shape that the model asks for."""
        found = self.shaped(rows)
        given = {self.work.result_variable or "decisionResult": found}
        mappings.leave(self, token, self.mapping, given)
        token.complete()

    def shaped(self, rows: list[dict[str, Any]]) -> Any:
        """The rows of a decision as `mapDecisionResult` says; a result that does not fit leaves the step stuck."""
        shape, decision = self.work.shape, self.work.what
        if shape == "resultList":
            return rows
        if shape == "collectEntries":
            return [self._entry(row) for row in rows]
        if len(rows) > 1:
            raise self.stuck(f"The decision {decision!r} gave {len(rows)} rows where {shape} allows one.")
        if not rows:
            return None
        return rows[0] if shape == "singleResult" else self._entry(rows[0])

    def _entry(self, row: dict[str, Any]) -> Any:
        if len(row) != 1:
            names = ", ".join(sorted(row)) or "nothing"
            raise self.stuck(f"The decision {self.work.what!r} gave {names} where {self.work.shape} allows one value.")
        return next(iter(row.values()))

    def returned(self, token: Token, variables: dict[str, Any]) -> None:
        """Take over what is mapped of a called case's variables and go on."""
        taken = mappings.mapped_out(self, token, self.mapping, variables)
        for name, value in taken.items():
            script.assign_outside(token, name, value)
        mappings.leave(self, token, Mapping(outputs=self.mapping.outputs), {})
        token.complete()


class ScriptTask(Activity):
    """A FEEL script: a context sets variables, any other value goes to the result variable."""

    source = ""
    result_variable: str | None = None

    def _run_hook(self, token: Token) -> bool | None:
        found = script.script(self, token, self.source)
        if self.result_variable:
            found = {self.result_variable: found}
        elif not isinstance(found, dict):
            raise self.stuck("The script gives no context, and names no result variable for its value.", self.source)
        mappings.leave(self, token, self.mapping, found)
        return True


class ExpressionTask(Activity):
    """A service task whose expression is its whole implementation."""

    source = ""
    result_variable: str | None = None

    def _run_hook(self, token: Token) -> bool | None:
        found = script.value(self, token, self.source)
        mappings.leave(self, token, self.mapping, {self.result_variable: found} if self.result_variable else {})
        return True


class PassingTask(Activity):
    """A plain or manual task: the engine has nothing to wait for."""

    def _run_hook(self, token: Token) -> bool | None:
        mappings.leave(self, token, self.mapping, {})
        return True


class SendTask(Activity, Throw):
    """A send task without a worker: its message leaves the instance."""

    def _update_hook(self, token: Token) -> bool:
        return Activity._update_hook(self, token)

    def _run_hook(self, token: Token) -> bool | None:
        self.throw(token)
        return True


class ReceiveTask(Activity, Catch):
    """Waits for its message."""

    def _update_hook(self, token: Token) -> bool:
        self.prepare(token)
        return Catch._update_hook(self, token)


class SubProcess(Activity):
    """An embedded sub-process, or the body of an event sub-process."""

    @property
    def scope_name(self) -> str:
        """The id of the process that runs inside."""
        return str(self.name).removesuffix(" [child]")

    def _update_hook(self, token: Token) -> bool:
        self.prepare(token)
        self.arm(token)
        token._state = TaskState.STARTED
        scope = token.workflow.top_workflow.open_scope(token, self.scope_name)
        begin(scope)
        return False

    def _on_cancel(self, token: Token) -> None:
        scope = token.workflow.top_workflow.subprocesses.get(token.id)
        if scope is not None:
            scope.end()

    def _on_complete(self, token: Token) -> None:
        mappings.leave(self, token, self.mapping, {})
        super()._on_complete(token)


class Root(Node):
    """Where a process or sub-process begins: its chosen start event, and the event sub-processes that wait."""

    starts: dict[str, str]
    beside: list[str]

    def begin(self, workflow: Any, start: str) -> None:
        """Put the first token on `start`."""
        for name in (*self.beside, start):
            token = Token(workflow, self.spec(name))
            self.spec(name)._update(token)


def begin(workflow: Any, start: str | None = None) -> None:
    """Begin a process or sub-process; `start` chooses among several start events."""
    root = workflow.spec.start
    root.begin(workflow, start or next(iter(root.starts)))
