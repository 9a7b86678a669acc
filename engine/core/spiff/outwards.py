"""Errors and escalations on their way outwards, to whoever catches them. BPMN 2.0.2, 10.5.7."""

from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.core.spiff.tokens import Token


def throw_code(
    token: Token, kind: str, code: str, message: str = "", payload: dict[str, Any] | None = None
) -> Token | None:
    """
    Carry an error or escalation outwards from `token` until somebody catches it.

    Only the activity that threw, and those around it, are asked: at each
    level its boundary events, then the event sub-processes of its scope; an
    explicit code before one that catches all.
    """
    inner: Token | None = token
    while inner is not None:
        scope = inner.workflow
        for catchers in (_attached(inner), _scope_starts(scope)):
            catcher = _best(catchers, kind, code)
            if catcher is not None:
                _caught(catcher, code, message, payload or {})
                return catcher
        inner = scope.top_workflow.find(scope.parent_task_id) if scope.parent_task_id else None
    return None


def _attached(token: Token) -> list[Token]:
    found = [child for child in token.children if child.task_spec.on_border]
    if token.task_spec.loop is not None and token.parent is not None:
        found += [child for child in token.parent.children if child.task_spec.on_border]
    return found


def _scope_starts(scope: Any) -> list[Token]:
    return [token for token in scope.tasks.values() if token.task_spec.beside_all]


def _best(tokens: list[Token], kind: str, code: str) -> Token | None:
    fitting = [
        token
        for token in tokens
        if token._state == TaskState.WAITING
        and token.task_spec.happening.kind == kind
        and token.task_spec.happening.name in (None, code)
    ]
    return min(fitting, key=lambda t: (t.task_spec.happening.name is None, t.id), default=None)


def _caught(catcher: Token, code: str, message: str, payload: dict[str, Any]) -> None:
    happening = catcher.task_spec.happening
    given = dict(payload)
    if happening.code_variable:
        given[happening.code_variable] = code
    if happening.message_variable:
        given[happening.message_variable] = message
    catcher.task_spec.happen(catcher, given)
