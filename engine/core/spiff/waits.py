"""What a case waits for, as values that can be compared before and after."""

from dataclasses import dataclass, field
from typing import Any, Literal

from SpiffWorkflow.util.task import TaskState

from engine.core.spiff import people
from engine.core.spiff.activities import Job, UserTask
from engine.core.spiff.happenings import Catch, awaited_name
from engine.core.spiff.tokens import Case, Token

Kind = Literal["task", "timer", "message", "signal", "service", "decision", "call"]


@dataclass(frozen=True)
class Wait:
    """
    One thing that is waited for.

    `due` and `follow` are ISO 8601 texts in UTC; `name` is that of a message
    or signal, `key` its correlation value.
    """

    kind: Kind
    token: int
    element: str
    due: str | None = None
    follow: str | None = None
    name: str | None = None
    key: str | None = None
    at: Any = field(default=None, compare=False)


def waits(case: Case) -> dict[int, Wait]:
    """Everything that is waited for, by token, in the order of the tokens."""
    found = (_wait(token) for token in case.tokens())
    return {wait.token: wait for wait in found if wait is not None}


def _wait(token: Token) -> Wait | None:
    spec, state = token.task_spec, token._state
    if state == TaskState.READY and isinstance(spec, UserTask):
        due, follow = people.dates(token)
        return Wait("task", token.id, spec.element, due, follow, at=token)
    if state == TaskState.STARTED and isinstance(spec, Job):
        return Wait(spec.work.kind, token.id, spec.element, at=token)
    if state == TaskState.WAITING and isinstance(spec, Catch):
        return _event(token, spec)
    return None


def _event(token: Token, spec: Catch) -> Wait | None:
    happening = spec.happening
    if happening.kind == "timer":
        due = token.internal_data.get("due")
        return Wait("timer", token.id, spec.element, due, at=token) if due else None
    if happening.kind in ("message", "signal"):
        key = token.internal_data.get("key")
        return Wait(happening.kind, token.id, spec.element, name=awaited_name(token), key=key, at=token)
    return None
