"""What comes from outside, applied to a case. Each answer is None, or a sentence why nobody awaited it."""

from copy import deepcopy
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.core.events import (
    CalledEscalated,
    CalledFailed,
    CalledFinished,
    Cancelled,
    DataChanged,
    Event,
    InstanceAdded,
    MessageArrived,
    Reopened,
    ServiceDone,
    ServiceFailed,
    SignalArrived,
    SubjectChanged,
    TaskCompleted,
)
from engine.core.spiff.activities import Job, UserTask
from engine.core.spiff.happenings import Catch, awaited_name
from engine.core.spiff.loops import COUNTS, MultiInstance
from engine.core.spiff.outwards import throw_code
from engine.core.spiff.running import stop
from engine.core.spiff.step import Left, Thrown, current, iso
from engine.core.spiff.tokens import Case, Token

ENDED = "The case has ended."


def apply(case: Case, event: Event) -> str | None:
    """Let an event happen; None if it was taken."""
    if case.completed:
        return ENDED
    match event:
        case TaskCompleted():
            return _task(case, event)
        case MessageArrived():
            return _message(case, event)
        case SignalArrived():
            return _signal(case, event)
        case ServiceDone() | ServiceFailed() | CalledFinished() | CalledFailed() | CalledEscalated():
            return _job(case, event)
        case DataChanged():
            _data(case, event)
            return None
        case SubjectChanged():
            case.given["subject"] = deepcopy(event.subject)
            return None
        case InstanceAdded():
            return _added(case, event)
        case Reopened():
            return _reopened(case, event)
        case Cancelled():
            _cancelled(case)
            return None
    raise TypeError(f"{type(event).__name__} cannot happen to a running case.")


def why_not(case: Case, number: int, what: str) -> str:
    """Why a token no longer waits, as far as this step knows."""
    because = current().because.get(number)
    if because is not None:
        return f"The {what} was withdrawn by {because}."
    return f"No {what} with the number {number} is open; it is done or was withdrawn."


def _task(case: Case, event: TaskCompleted) -> str | None:
    token = case.find(event.token)
    if token is None or token._state != TaskState.READY or not isinstance(token.task_spec, UserTask):
        return why_not(case, event.token, "task")
    step = current()
    step.by = event.by
    facts = case.facts.setdefault(token.task_spec.element, {"round": 0})
    if token.parent is None or token.task_spec.loop is None or not token.parent.data.get(COUNTS[2]):
        facts["round"] += 1
    facts.update(actor=event.by, done_at=iso(step.now))
    token.task_spec.done(token, event.answers)
    return None


def _message(case: Case, event: MessageArrived) -> str | None:
    token = case.find(event.token)
    if token is None or not _catches(token, "message"):
        return why_not(case, event.token, "message subscription")
    token.task_spec.happen(token, event.payload)
    return None


def _signal(case: Case, event: SignalArrived) -> str | None:
    taken = False
    for token in case.tokens():
        if _catches(token, "signal") and event.name == awaited_name(token):
            token.task_spec.happen(token, event.payload)
            taken = True
    return None if taken else f"Nothing in this case waits for the signal {event.name!r}."


def _catches(token: Token, kind: str) -> bool:
    spec = token.task_spec
    return token._state == TaskState.WAITING and isinstance(spec, Catch) and spec.happening.kind == kind


def _job(case: Case, event: Any) -> str | None:
    token = case.find(event.token)
    if token is None or token._state != TaskState.STARTED or not isinstance(token.task_spec, Job):
        return why_not(case, event.token, "work")
    spec = token.task_spec
    match event:
        case ServiceDone(rows=None):
            spec.done(token, event.result)
        case ServiceDone():
            spec.decided(token, event.rows or [])
        case CalledFinished():
            spec.returned(token, event.result)
        case CalledEscalated():
            _escalated(token, event)
        case _:
            _failed(token, event)
    return None


def _failed(token: Token, event: ServiceFailed | CalledFailed) -> None:
    """The work is over, so there is nothing to cancel; its error goes outwards."""
    payload = event.result if isinstance(event, ServiceFailed) else {}
    token._state = TaskState.COMPLETED
    step = current()
    step.journal.append(Left(token.id, token.task_spec.element, step.now, token.entered, withdrawn=True))
    if throw_code(token, "error", event.code, event.message, payload) is None:
        told = f" It says: {event.message}" if event.message else ""
        raise token.task_spec.stuck(f"Nobody catches the error {event.code!r}.{told}")


def _escalated(token: Token, event: CalledEscalated) -> None:
    caught = throw_code(token, "escalation", event.code, payload=event.payload) is not None
    step = current()
    step.journal.append(Thrown(token.task_spec.element, step.now, "escalation", event.code, event.payload, caught))


def _data(case: Case, event: DataChanged) -> None:
    case.variables.update(event.variables)
    for name in event.removed:
        case.variables.pop(name, None)


def _added(case: Case, event: InstanceAdded) -> str | None:
    running = [
        token
        for token in case.tokens()
        if token._state == TaskState.STARTED
        and isinstance(token.task_spec, MultiInstance)
        and token.task_spec.element == event.element
    ]
    if len(running) != 1:
        return f"{len(running)} lists of {event.element} are being worked on; an item can be added to exactly one."
    running[0].task_spec.append(running[0], event.item)
    return None


def _reopened(case: Case, event: Reopened) -> str | None:
    spec = next((found for found in case.definition.nodes.values() if _is_task(found, event.element)), None)
    if spec is None:
        return f"The model has no task {event.element}."
    token = Token(case, spec)
    token.internal_data["reopened"] = 1
    token.data = dict(event.locals)
    token._ready()
    return None


def _is_task(spec: Any, element: str) -> bool:
    return isinstance(spec, UserTask) and spec.element == element


def _cancelled(case: Case) -> None:
    case.given["cancelled"] = True
    stop(case)
