"""
Running a case until only people, time and others can go on.

Nothing but `catch_up` fires a timer: one by one, each at its own due moment,
however late somebody looks.
"""

from datetime import datetime
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.core.calendar import TimeError
from engine.core.spans import Repeat
from engine.core.spiff import people, script
from engine.core.spiff.activities import UserTask
from engine.core.spiff.gateways import EventGateway, Inclusive
from engine.core.spiff.happenings import Boundary, Catch, ScopeStart
from engine.core.spiff.step import current, iso
from engine.core.spiff.tokens import LIVE, Case, Token

LONGEST_RUN = 20_000
MOST_TIMERS = 10_000


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


# Time


def timers(case: Case) -> list[Token]:
    """The timers that are waited for."""
    return [
        token
        for token in case.tokens()
        if token._state == TaskState.WAITING
        and isinstance(token.task_spec, Catch)
        and token.task_spec.happening.kind == "timer"
    ]


def next_due(case: Case) -> tuple[datetime, Token] | None:
    """The timer that is due first; of several at one moment the oldest."""
    return first_due([token for token in timers(case) if "due" in token.internal_data])


def first_due(tokens: list[Token]) -> tuple[datetime, Token] | None:
    """The first of these timers."""
    due = [(datetime.fromisoformat(token.internal_data["due"]), token.id, token) for token in tokens]
    moment, _, token = min(due, default=(None, None, None))
    return None if moment is None or token is None else (moment, token)


def fire(token: Token) -> None:
    """Let one timer happen, at the step's moment."""
    spec = token.task_spec
    current().fired.add(token.id)
    if _comes_round(token):
        token.internal_data["repeat"] += 1
        script.set_due(spec, token)
    elif "due" in token.internal_data:
        del token.internal_data["due"]
    spec.happen(token)


def last_missed(token: Token, until: datetime) -> datetime:
    """
    The moment at which a timer happens.

    Of the repetitions that were missed until `until` only the last one does;
    the others are skipped here.
    """
    moment = datetime.fromisoformat(token.internal_data["due"])
    if not _comes_round(token):
        return moment
    rule = _rule(token.task_spec, token)
    if isinstance(rule, Repeat):
        number = _missed(rule, token, until)
        moment = _nth(rule, token, number) or moment
        token.internal_data["repeat"] = number
        token.internal_data["due"] = iso(moment)
    return moment


def _comes_round(token: Token) -> bool:
    """Whether a timer goes on waiting after it has happened."""
    spec = token.task_spec
    return "repeat" in token.internal_data and isinstance(spec, Boundary) and not spec.interrupting


def _rule(spec: Any, token: Token) -> Any:
    return script.moment(spec, token, spec.happening.text, spec.happening.clock, token.entered)


def _missed(rule: Repeat, token: Token, until: datetime) -> int:
    """The number of the last repetition that lies at or before `until`."""
    happening = token.task_spec.happening
    try:
        later = rule.after(until, token.entered, current().calendar, happening.clock)
    except TimeError as error:
        raise token.task_spec.stuck(str(error), happening.text) from error
    last = later[0] - 1 if later is not None else (rule.count or 1)
    return max(last, int(token.internal_data["repeat"]))


def _nth(rule: Repeat, token: Token, number: int) -> datetime | None:
    happening = token.task_spec.happening
    return rule.nth(number, token.entered, current().calendar, happening.clock)


def retime(case: Case) -> None:
    """Work out again when timers and open tasks are due, where that depends on data."""
    for token in timers(case):
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
    needed |= {token._parent for token in tokens if _races(token)}
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
