"""
Timers: when they are due, and what happens to the repetitions that were missed.

A timer is passive. Nothing here looks at a clock; whoever catches up fires
them one by one, each at its own due moment, however late that is.
"""

from datetime import datetime
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.core.calendar import TimeError
from engine.core.spans import Repeat
from engine.core.spiff import script
from engine.core.spiff.happenings import Boundary, Catch
from engine.core.spiff.step import current, iso
from engine.core.spiff.tokens import Case, Token

MOST_TIMERS = 5_000


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
