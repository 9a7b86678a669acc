"""Running a case until only people, time and others can go on."""

from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.core.spiff import people, script, standstill, timing
from engine.core.spiff.activities import UserTask
from engine.core.spiff.gateways import EventGateway, Inclusive
from engine.core.spiff.happenings import Catch, ScopeStart
from engine.core.spiff.step import current
from engine.core.spiff.tokens import LIVE, Case, Token

LONGEST_RUN = 20_000


def settle(case: Case) -> None:
    """
    Go on until nothing can go on by itself.

    Raises:
        Stuck: the model has no answer, or goes round without an end.
    """
    steps = 0
    while not case.completed:
        steps = run_ready(case, steps)
        if case.failed is not None:
            finish(case)
        elif not (meet(case) or react(case) or end_scopes(case)):
            break
    retime(case)


def run_ready(case: Case, steps: int) -> int:
    """Run every token that is ready, in the order in which they became so."""
    ready = current().ready
    while ready and case.failed is None:
        token = ready.popleft()
        if token._state != TaskState.READY or isinstance(token.task_spec, UserTask):
            continue
        steps += 1
        if steps > LONGEST_RUN:
            raise token.task_spec.stuck(f"After {LONGEST_RUN} steps the path still goes round without an end.")
        if steps % 1000 == 0:
            forget_finished(case)
        token.run()
    return steps


def meet(case: Case) -> bool:
    """Let an inclusive gateway go on for which nobody is left to wait."""
    for token in case.tokens():
        spec = token.task_spec
        if token._state == TaskState.WAITING and isinstance(spec, Inclusive) and spec.may_pass(token):
            token._ready()
            return True
    return False


def react(case: Case) -> bool:
    """Let conditional events happen whose condition has become true."""
    happened = False
    for token in case.tokens():
        spec = token.task_spec
        if token._state == TaskState.WAITING and isinstance(spec, Catch) and spec.happening.kind == "conditional":
            happened = _react(spec, token) or happened
    return happened


def _react(spec: Catch, token: Token) -> bool:
    holds = script.condition(spec, token, spec.happening.text or "", spec.happening.language)
    before = "was" in token.internal_data
    if holds and not before:
        token.internal_data["was"] = 1
        spec.happen(token)
    elif before and not holds:
        del token.internal_data["was"]
    return holds and not before


def end_scopes(case: Case) -> bool:
    """End every sub-process, and the process, in which nothing is left to do. The innermost first."""
    for scope in sorted(case.scopes(), key=lambda s: -s.depth):
        if not scope.completed and not any(_at_work(token) for token in scope.tasks.values()):
            finish(scope)
            return True
    return False


def _at_work(token: Token) -> bool:
    return bool(token._state & LIVE) and not (
        isinstance(token.task_spec, ScopeStart) and token._state == TaskState.WAITING
    )


def finish(scope: Any) -> None:
    """End a process or sub-process; nobody waits in it any more."""
    for token in list(scope.tasks.values()):
        if token._state & LIVE:
            token.withdraw()
    scope.completed = True
    owner = scope.top_workflow.find(scope.parent_task_id) if scope.parent_task_id else None
    if owner is not None and owner._state == TaskState.STARTED:
        owner._ready()


def stop(case: Case) -> None:
    """Withdraw everything."""
    for token in list(case.tasks.values()):
        if token._state & LIVE:
            token.withdraw()
    case.completed = True


def retime(case: Case) -> None:
    """Work out again when timers and open tasks are due, where that depends on data."""
    standstill.note(case, open_tasks(case))
    for token in timing.timers(case):
        if script.depends_on_data(token.task_spec.happening.text):
            script.set_due(token.task_spec, token)
    for token in open_tasks(case):
        people.set_dates(token)


def open_tasks(case: Case) -> list[Token]:
    """The tasks that people have to do."""
    return [
        token for token in case.tokens() if token._state == TaskState.READY and isinstance(token.task_spec, UserTask)
    ]


def forget_finished(case: Case) -> None:
    """Forget every token that is finished and that nobody alive depends on."""
    tokens = case.tokens()
    needed = {token.id for token in tokens if token._state & LIVE}
    needed |= {token._parent or 0 for token in tokens if _races(token)}
    for token in tokens:
        if token.id not in needed:
            case.forget(token)
    for token in case.tokens():
        token._children = [child for child in token._children if child in needed]
        if token._parent not in needed:
            token._parent = None
    _forget_scopes(case)


def _races(token: Token) -> bool:
    parent = token.parent
    return token._state == TaskState.WAITING and parent is not None and isinstance(parent.task_spec, EventGateway)


def _forget_scopes(case: Case) -> None:
    """Forget the sub-processes that are over, and those inside of them."""
    for number, scope in list(case.subprocesses.items()):
        if scope.completed or number not in case.known:
            del case.subprocesses[number]
