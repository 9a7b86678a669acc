"""What a cycle will do: its next dates for each subject, and how many past ones it leaves out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import Any

from sqlalchemy.orm import Session

from engine import timetable
from engine.core.calendar import Calendar, TimeError
from engine.core.recurrence import Plan, Planned, check_plan, next_dates
from engine.core.walltime import wall_clock
from engine.cycles import definition as definitions
from engine.cycles import planning
from engine.cycles.definition import Definition
from engine.cycles.subjects import Wanted, wanted, zone_of
from engine.errors import NotFound
from engine.identity.person import Person

TEN = 10
MOST = 100_000


@dataclass(frozen=True)
class Ahead:
    """
    What one subject has before it.

    Args:
        dates: the next ones; fewer where the plan ends, or the calendar.
        past: how many dates from the anchor up to now are left out.
        plan: what its expressions came to; None where nothing is planned.
        fault: why nothing can be planned.
    """

    subject: str
    dates: tuple[Planned, ...]
    past: int
    plan: Plan | None
    fault: str | None = None


@dataclass(frozen=True)
class Preview:
    """What a cycle will do if it is activated now; `lacks` says why it cannot be."""

    key: str
    subjects: tuple[Ahead, ...]
    lacks: str | None


def preview(
    session: Session, key: str, content: Mapping[str, Any] | None = None, *, count: int = TEN, by: Person, now: datetime
) -> Preview:
    """
    Look ahead, and change nothing.

    Args:
        content: a definition that is not there yet; None for that of the cycle `key`.

    Raises:
        NotFound: there is no such cycle.
        Invalid: the definition does not hold.
    """
    if content is None:
        found = session.execute(planning.ONE, {"of": key}).one_or_none()
        if found is None:
            raise NotFound("cycle", key)
        content = found.definition
    made = definitions.read(key, content)
    calendar = timetable.calendar(session, timetable.in_use(session, by=by, now=now))
    return Preview(key, ahead(session, made, calendar, count=count, now=now), planning.missing(session, made))


def ahead(
    session: Session, definition: Definition, calendar: Calendar, *, count: int, now: datetime
) -> tuple[Ahead, ...]:
    """The next dates of a cycle, `count` at most for each subject, as it is defined now."""
    subjects = wanted(session, definition, calendar=calendar, since=now, now=now).values()
    return tuple(_ahead(one, calendar, _least(definition.count, count), now) for one in subjects)


def _ahead(want: Wanted, calendar: Calendar, count: int, now: datetime) -> Ahead:
    if want.plan is None:
        return Ahead(want.subject, (), 0, None, want.fault)
    try:
        zone = zone_of(want.plan, calendar)
        dates = tuple(next_dates(want.plan, calendar, zone, since=now, count=count))
        past = _past(want.plan, wall_clock(now, zone).date())
    except TimeError as error:
        return Ahead(want.subject, (), 0, want.plan, str(error))
    return Ahead(want.subject, dates, past, want.plan)


def _past(plan: Plan, today: date) -> int:
    """How many days the rule has named from its anchor up to today."""
    if plan.anchor is None:
        return 0
    begin = date.fromisoformat(plan.anchor[:10]) - timedelta(days=1)
    walls = takewhile(lambda wall: wall <= datetime.combine(today, time.max), check_plan(plan).after(begin))
    return sum(1 for _ in islice(walls, MOST))


def _least(limit: int | None, count: int) -> int:
    return count if limit is None else min(limit, count)
