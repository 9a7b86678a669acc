"""When a timer start of a process comes round."""

from datetime import datetime
from typing import Literal

from engine.core.calendar import Calendar
from engine.core.cron import Cron, parse_cron
from engine.core.due import DueError, parse_due
from engine.core.spans import Clock, Due, Repeat

TimerKind = Literal["timeDuration", "timeDate", "timeCycle"]


def parse_start(text: str, kind: TimerKind) -> Due | Repeat | Cron:
    """
    What the text of a timer start means: a due text, or for a cycle a repetition or a Quartz cron text.

    Raises:
        DueError: it is of neither grammar, or of the wrong one for its element.
    """
    if kind == "timeCycle" and not text.lstrip().startswith("R"):
        return parse_cron(text)
    due = parse_due(text)
    if isinstance(due, Repeat) != (kind == "timeCycle"):
        raise DueError("This is not the element for this text.", "Repetitions belong in a timeCycle.", 0, text)
    return due


def next_start(
    text: str, kind: TimerKind, *, since: datetime, after: datetime, calendar: Calendar, clock: Clock = "business"
) -> datetime | None:
    """
    The first moment (UTC) after `after` at which the process starts; None if there is none any more.

    Args:
        since: the moment durations and repetitions run from: when the definition was released.

    Raises:
        DueError: the text is of neither grammar.
        CalendarError: the moment lies outside the calendar.
    """
    start = parse_start(text, kind)
    if isinstance(start, Cron):
        return start.next_moment(after, calendar)
    if isinstance(start, Repeat):
        found = start.after(after, since, calendar, clock)
        return found[1] if found else None
    moment = start.moment(since, calendar, clock)
    return moment if moment is not None and moment > after else None
