"""Processes that start by themselves at a moment: a duration, a date, a repetition or a Quartz cron."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlalchemy.orm import Session

from engine import audit, instances, timetable
from engine.backoff import WAITS
from engine.core.calendar import Calendar, TimeError
from engine.core.expressions import ExpressionError, Scope, compile_text
from engine.core.starts import TimerKind, next_start
from engine.core.stuck import Stuck
from engine.core.vocabulary import Start
from engine.errors import Invalid, StewardError
from engine.identity.person import Person
from engine.ids import new_id
from engine.models.definitions import Parsed, parsed
from engine.store.base import table_of
from engine.store.running import StartTimer
from engine.transactions import passing

TABLE = table_of(StartTimer)
FORGET = delete(TABLE).where(TABLE.c.process.in_(bindparam("processes", expanding=True)))
SET = insert(TABLE)
DUE = (
    select(TABLE)
    .where(text("start_timers.next_at IS NOT NULL"), TABLE.c.next_at <= bindparam("now"))
    .order_by(TABLE.c.next_at, TABLE.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
MOVE = (
    update(TABLE)
    .where(TABLE.c.id == bindparam("timer_id"))
    .values(next_at=bindparam("moment"), fired=TABLE.c.fired + 1)
)


def hand_over(session: Session, made: Iterable[Parsed], *, by: Person, now: datetime) -> list[dict[str, Any]]:
    """
    Let these versions start by themselves from now on, and no earlier version of their processes.

    Returns:
        What the trail says of each start: its process, element, definition and text, and when it comes first.

    Raises:
        Invalid: a text means no moment.
    """
    definitions = list(made)
    digest = timetable.in_use(session, by=by, now=now)
    calendar = timetable.calendar(session, digest)
    if definitions:
        session.execute(FORGET, {"processes": [one.key for one in definitions]})
    rows = [
        _row(definition, start, calendar, now)
        for definition in definitions
        for start in definition.model.starts
        if start.kind == "timer" and start.timer
    ]
    if rows:
        session.execute(SET, rows)
    names = ("process", "element", "text", "began_at", "next_at")
    return [{name: row[name] for name in names} | {"definition": str(row["definition_id"])} for row in rows]


def fire_one(session: Session, *, by: Person, now: datetime) -> bool:
    """
    Start the case that has been due for the longest time, unless another worker is at it. Missed ones start once.

    Returns:
        Whether there was one.
    """
    due = session.execute(DUE, {"now": now}).one_or_none()
    if due is None:
        return False
    because = {"timer": due.element, "due_at": due.next_at}
    moment: datetime | None = now + WAITS[-1]  # For a timer whose next moment cannot be told.
    try:
        with session.begin_nested():
            definition = parsed(session, due.definition_id)
            moment = _moment_after(session, definition, due, by=by, now=now)
            said = because | {"next_at": moment}
            instances.begin(session, definition, variables={}, start=due.element, because=said, by=by, now=now)
    except Exception as error:  # Whatever it is, it must not stop the processes that start after it.
        if passing(error):
            raise
        why = str(error) if isinstance(error, StewardError | Stuck) else f"{type(error).__name__}: {error}"
        said = {"process": due.process, **because, "next_at": moment, "why": why}
        audit.append(session, audit.PLATFORM, "start.failed", due.definition_id, said, by=by, now=now)
    session.execute(MOVE, {"timer_id": due.id, "moment": moment})
    return True


def _moment_after(session: Session, definition: Parsed, due: Any, *, by: Person, now: datetime) -> datetime | None:
    """When it starts again after this time; None where it does not."""
    start = next((one for one in definition.model.starts if one.element == due.element), None)
    if start is None:
        raise Invalid(f"{definition.name} has no start {due.element}.")
    calendar = timetable.calendar(session, timetable.in_use(session, by=by, now=now))
    return _next(due.text, start, since=due.began_at, after=max(now, due.next_at), calendar=calendar)


def _row(definition: Parsed, start: Start, calendar: Calendar, now: datetime) -> dict[str, Any]:
    try:
        said = compile_text(start.timer or "").evaluate(Scope({}, now=now, zone=ZoneInfo(calendar.zone)))
        moment = _next(str(said), start, since=now, after=now, calendar=calendar)
    except (ExpressionError, TimeError, ValueError) as error:
        raise Invalid(f"The start {start.element} of {definition.name} has no moment: {error}") from error
    return {
        "id": new_id(),
        "process": definition.key,
        "element": start.element,
        "definition_id": definition.id,
        "text": str(said),
        "began_at": now,
        "next_at": moment,
        "fired": 0,
    }


def _next(said: str, start: Start, *, since: datetime, after: datetime, calendar: Calendar) -> datetime | None:
    kind = cast(TimerKind, start.timer_kind)
    return next_start(said, kind, since=since, after=after, calendar=calendar)
