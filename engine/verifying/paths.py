"""Do the recorded events of a case lead to the path, the tasks, the timers and the jobs that it has?"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from engine.core import effects as fx
from engine.replay import Replayed
from engine.store.running import Passage, ServiceJob, Task, Timer
from engine.verifying.case import Case, text
from engine.verifying.findings import Finding


def path(case: Case, replayed: Replayed) -> Iterator[Finding]:
    """The path, the tasks, timers and jobs that the recorded events lead to."""
    led = list(replayed.effects)
    passed = [one for one in led if isinstance(one, fx.Passed)]
    yield from _same(
        case,
        "passages",
        [(one.element, one.flow, one.withdrawn, one.entered_at, max(one.at, one.entered_at)) for one in passed],
        [(row.element, row.flow, row.withdrawn, row.entered_at, row.left_at) for row in case.rows(Passage)],
    )
    yield from _same(
        case,
        "timers",
        [(one.token, one.element, one.due_at) for one in led if isinstance(one, fx.SetTimer)],
        [(row.token, row.element, row.due_at) for row in case.rows(Timer)],
    )
    yield from _same(
        case,
        "service_jobs",
        [(one.token, one.element, one.topic, text(one.inputs)) for one in led if isinstance(one, fx.CallService)],
        [(row.token, row.element, row.topic, text(row.inputs)) for row in case.rows(ServiceJob)],
    )
    yield from _same(
        case,
        "tasks",
        [
            (one.token, one.element, one.name, one.lane, one.priority, text(one.locals), one.due_at)
            for one in led
            if isinstance(one, fx.OpenTask)
        ],
        [
            (row.token, row.element, row.name, row.lane, row.priority, text(row.locals), row.first_due_at)
            for row in case.rows(Task)
        ],
    )


def _same(case: Case, table: str, told: list[Any], stored: list[Any]) -> Iterator[Finding]:
    led, there = Counter(told), Counter(stored)
    for one in sorted((led - there) + (there - led), key=str)[:1]:
        kind = "altered" if len(told) == len(stored) else "missing" if len(stored) < len(told) else "inserted"
        yield case.finding(kind, table, f"The recorded events do not lead to these {table}: {one[:2]}.")
