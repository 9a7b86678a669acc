"""
How a case goes on: late timers first, each at its own moment, then the event, then what is due by now.

Works on a case in memory; `advance` loads it before and saves it after.
"""

from copy import deepcopy
from datetime import datetime

from engine.core.definition import Definition
from engine.core.difference import Watch
from engine.core.events import Event, Started, SubjectChanged, TimerDue
from engine.core.spiff import applying, running, timing
from engine.core.spiff.activities import begin
from engine.core.spiff.step import current
from engine.core.spiff.tokens import Case


def let_happen(case: Case, event: Event, last: datetime, *, timers: bool = True) -> tuple[Watch, str | None]:
    """
    Let `event` happen to `case` within the current step.

    Args:
        last: the moment of the step before; time never goes back behind it.
        timers: whether those that are due fire too.

    Returns:
        What was seen, and why nobody awaited the event, if nobody did.
    """
    step = current()
    now = step.now = max(step.now, last)
    watch = Watch(case, step)
    refused = None
    if isinstance(event, Started):
        _begin(case, event)
    else:
        if timers:
            _catch_up(case, watch, _since(event, now, last), last)
        refused = None if isinstance(event, TimerDue) else applying.apply(case, event)
    if refused is None:
        running.settle(case)
        watch.look()
    if timers:
        _catch_up(case, watch, now, step.now)
    return watch, refused


def _since(event: Event, now: datetime, last: datetime) -> datetime:
    """When the event happened: of a change of the subject the case may hear late."""
    told = event.at if isinstance(event, SubjectChanged) else None
    return now if told is None else min(now, max(datetime.fromisoformat(told), last))


def _begin(case: Case, event: Started) -> None:
    case.given = {"case": deepcopy(event.case)}
    if event.subject is not None:
        case.given["subject"] = deepcopy(event.subject)
    if event.called:
        case.given["called"] = True
    case.variables = deepcopy(event.variables)
    begin(case, _start(case.definition, event.start))


def _start(definition: Definition, wanted: str | None) -> str:
    starts = list(definition.spec.start.starts)
    if wanted is None:
        plain = [start.element for start in definition.model.starts if start.kind == "none"]
        candidates = plain if len(plain) == 1 else starts
        if len(candidates) != 1:
            raise ValueError(f"{definition.key} has several start events; one must be chosen.")
        return candidates[0]
    if wanted not in starts:
        raise ValueError(f"{definition.key} has no start event {wanted}.")
    return wanted


def _catch_up(case: Case, watch: Watch, now: datetime, last: datetime) -> None:
    """Fire what is due until `now`, oldest first, each at its own moment; then it is `now` again."""
    step = current()
    for number in range(timing.MOST_TIMERS):
        due = None if case.completed else timing.next_due(case)
        if due is None or due[0] > now:
            step.now = now
            return
        moment = timing.last_missed(due[1], now)
        if moment <= due[0]:
            step.now = last = max(moment, last)
            timing.fire(due[1])
            running.settle(case)
            watch.look()
        if number % 50 == 49:
            running.forget_finished(case)
    raise case.definition.spec.start.stuck("Timers come round without an end.")
