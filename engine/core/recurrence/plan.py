"""
A plan: a rule with its zone, its lead, and what it does on closed days; and the dates it makes.

`on` is the day that the rule names, and by which an occurrence is known for
ever. `at` is the moment planned: on that day, or, where the organisation is
closed then, on the open day before or after, when clocks of the plan's zone
show the rule's time (gap: the moment after; twice: the first). The work
starts a lead before it and is late after `limit_at`, the closing time of the
planned day (`0 bd`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Literal

from engine.core.calendar import Calendar, TimeError
from engine.core.due import parse_due
from engine.core.recurrence.rules import Rule, parse_rule
from engine.core.spans import BusinessDays, Period, RealTime, later
from engine.core.walltime import RecordedZone, wall_clock

Closed = Literal["before", "after", "same"]
Basis = Literal["anchored", "after_completion"]
OPENING = time(9)
DAY = timedelta(days=1)
ROLLED = timedelta(days=60)
"""More days than an organisation is ever closed in a row: a date cannot be moved further."""
LEADS = "Write a lead as 5 bd, P14D or PT48H."


class PlanError(TimeError):
    """A plan cannot be."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """
    How work recurs.

    Args:
        rule: see `engine.core.recurrence.rules`.
        anchor: a date or a naive date-time from which the rule is counted, as ISO text; some rules can do without.
        at: the time of day where neither anchor nor rule says one, as `09:00`.
        zone: the IANA zone of the rule's clock; None means the organisation's.
        lead: how long before the planned date the work starts: business days (`20 bd`, at the opening of that day),
            dates (`P14D`, likewise) or hours (`PT48H`). None: at the planned moment.
        on_closed_day: on which day it is planned where the organisation is closed on the rule's.
        basis: `after_completion` counts from the day on which the case before ended.
        until: the last day that the rule may name, as ISO text.
    """

    rule: str | None
    anchor: str | None = None
    at: str = "09:00"
    zone: str | None = None
    lead: str | None = None
    on_closed_day: Closed = "after"
    basis: Basis = "anchored"
    until: str | None = None


@dataclass(frozen=True)
class Planned:
    """
    One date of a plan.

    Args:
        on: the day that the rule names; the occurrence is known by it.
        at: the moment planned; `starts_at` when the work starts; `limit_at` after which it is late. All in UTC.
    """

    on: date
    at: datetime
    starts_at: datetime
    limit_at: datetime


def check_plan(plan: Plan) -> Rule:
    """
    The rule of a plan that can be.

    Raises:
        PlanError, RuleError, DueError: a text that means nothing.
    """
    try:
        anchor = _anchor(plan.anchor)
        at = time.fromisoformat(plan.at)
        if plan.until:
            date.fromisoformat(plan.until)
    except ValueError as error:
        raise PlanError(f"The anchor, time or end of the plan is none: {error}.", "Write 2027-01-31, 09:00.") from error
    if at.tzinfo is not None:
        raise PlanError("The time of day is meant on a wall clock.", "Write 09:00.")
    _lead(plan.lead)
    return parse_rule(plan.rule, anchor=anchor, at=at)


def planned(
    plan: Plan, calendar: Calendar, zone: RecordedZone, *, since: datetime, after: date | None = None
) -> Iterator[Planned]:
    """
    The dates of a plan that lie after `since`, in order, as far as the calendar reaches.

    Where two days of the rule are moved onto one open day, the later one stands for both.

    Args:
        zone: the plan's, for the years of the calendar.
        since: from when it holds: a moment planned at or before it is none.
        after: the day by which the last occurrence is known; earlier ones never come again.

    Raises:
        PlanError, RuleError, DueError, CalendarError: as for `check_plan`; `since` lies outside the calendar.
    """
    rule = check_plan(plan)
    begin = wall_clock(since, zone).date() - ROLLED
    begin = max(begin, calendar.first) if after is None else max(begin, calendar.first, after)
    days = _rolled(rule.after(begin), plan, calendar)
    held: tuple[date, datetime] | None = None
    for on, wall in days:
        if held and held[1].date() != wall.date():
            yield from _one(held, plan, calendar, zone, since)
        held = (on, wall)
    if held:
        yield from _one(held, plan, calendar, zone, since)


def begun_at_once(lead: str | None, calendar: Calendar, *, now: datetime) -> Planned:
    """
    A date that no rule names: its work starts now, and it is planned for as long after as the lead before others.

    Raises:
        PlanError, CalendarError: the lead means nothing, or leads out of the calendar.
    """
    at = _led(_lead(lead), now.astimezone(UTC), calendar)
    return Planned(calendar.day_of(at), at, min(now, at), max(at, calendar.add_business_days(at, 0)))


def next_dates(
    plan: Plan, calendar: Calendar, zone: RecordedZone, *, since: datetime, count: int, after: date | None = None
) -> list[Planned]:
    """The next `count` dates; fewer where the plan ends, or the calendar. Arguments and errors: as for `planned`."""
    return list(islice(planned(plan, calendar, zone, since=since, after=after), count))


def _rolled(walls: Iterator[datetime], plan: Plan, calendar: Calendar) -> Iterator[tuple[date, datetime]]:
    """The rule's days with the wall times at which they are planned."""
    until = date.fromisoformat(plan.until) if plan.until else date.max
    for wall in walls:
        if wall.date() > until or not calendar.first + ROLLED <= wall.date() <= calendar.last - ROLLED:
            if wall.date() > min(until, calendar.last - ROLLED):
                return
            continue
        yield wall.date(), datetime.combine(_open_day(wall.date(), plan.on_closed_day, calendar), wall.time())


def _open_day(day: date, closed: Closed, calendar: Calendar) -> date:
    step = {"before": -DAY, "after": DAY, "same": None}[closed]
    while step and not calendar.is_open_day(day):
        day += step
    return day


def _one(
    held: tuple[date, datetime], plan: Plan, calendar: Calendar, zone: RecordedZone, since: datetime
) -> Iterator[Planned]:
    on, wall = held
    at = zone.place(wall)
    if at > since:
        starts = min(at, _start(_lead(plan.lead), at, calendar))
        yield Planned(on, at, starts, max(at, calendar.add_business_days(at, 0)))


def _lead(text: str | None) -> BusinessDays | Period | RealTime | None:
    if text is None or text.strip() == "null":
        return None
    lead = parse_due(text)
    if not isinstance(lead, BusinessDays | Period | RealTime) or (isinstance(lead, BusinessDays) and lead.count < 0):
        raise PlanError(f"{text!r} is no lead.", LEADS)
    return lead


def _start(lead: BusinessDays | Period | RealTime | None, at: datetime, calendar: Calendar) -> datetime:
    if lead is None:
        return at
    if isinstance(lead, RealTime):
        return (
            calendar.place(later(wall_clock(at, calendar.tz), -lead.months, 0)) - lead.time
            if lead.months
            else (at - lead.time)
        )
    if isinstance(lead, Period):
        return calendar.opening(later(wall_clock(at, calendar.tz), -lead.months, -lead.days).date())
    if lead.count == 0:
        return calendar.opening(calendar.day_of(at))
    return calendar.open_business_day(at, -lead.count)


def _led(lead: BusinessDays | Period | RealTime | None, start: datetime, calendar: Calendar) -> datetime:
    """When work that starts then is planned for."""
    if lead is None:
        return start
    if isinstance(lead, BusinessDays):
        return calendar.add_business_days(start, lead.count)
    if isinstance(lead, Period):
        return calendar.closing(later(wall_clock(start, calendar.tz), lead.months, lead.days).date())
    return calendar.place(later(wall_clock(start, calendar.tz), lead.months, 0)) + lead.time


def _anchor(text: str | None) -> date | datetime | None:
    if text is None:
        return None
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
