"""
Rules: on which days something comes round, and what clocks show then.

    P3M, P1Y, P2W, 14 d      a calendar interval, counted from the anchor
    0 0 14 ? 2 TUE#2         Quartz cron (`engine.core.cron`)
    FREQ=MONTHLY;BYDAY=1MO   a recurrence rule of RFC 5545 (3.3.10)
    null                     never

A rule comes round at most once a day. Its wall times are naive: they know
neither zones nor closed days.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from engine.core.calendar import CalendarError, TimeError
from engine.core.cron import Cron, parse_cron
from engine.core.due import parse_due
from engine.core.recurrence.rfc5545 import parse_rrule
from engine.core.spans import Period, later

FORMS = "Write an interval such as P3M, a cron text such as 0 0 9 1 * ?, or FREQ=MONTHLY;BYDAY=1MO."
DAY = timedelta(days=1)


class RuleError(TimeError):
    """A rule is not of the grammar, or lacks what it is counted from."""


class Rule(Protocol):
    """Days on which something comes round."""

    def after(self, day: date) -> Iterator[datetime]:
        """The wall times on days after `day`, in order; endless where the rule is."""


@dataclass(frozen=True)
class Never:
    """`null`: it does not come round."""

    def after(self, day: date) -> Iterator[datetime]:
        return iter(())


@dataclass(frozen=True)
class Interval:
    """
    Every so many months or days, counted from the anchor.

    The first day is one interval after the anchor. Each is counted from the
    anchor and not from the one before: a month without that day ends on its
    last, the next long month has the anchor's day again, and 29 February is
    28 February in other years.
    """

    months: int
    days: int
    anchor: datetime

    def after(self, day: date) -> Iterator[datetime]:
        number = max(1, self._about(day))
        while True:
            try:
                wall = later(self.anchor, self.months * number, self.days * number)
            except CalendarError:
                return
            if wall.date() > day:
                yield wall
            number += 1

    def _about(self, day: date) -> int:
        """A number of intervals that surely does not lie after `day`."""
        if self.months:
            between = (day.year - self.anchor.year) * 12 + day.month - self.anchor.month
            return (between - 1) // self.months
        return (day - self.anchor.date()).days // self.days


@dataclass(frozen=True)
class ByCron:
    """The days that a cron text names, from the anchor's day on where there is one."""

    cron: Cron
    anchor: date | None

    def after(self, day: date) -> Iterator[datetime]:
        first = day + DAY
        return self.cron.walls(max(first, self.anchor) if self.anchor else first)


def parse_rule(text: str | None, *, anchor: date | datetime | None, at: time) -> Rule:
    """
    What a rule means.

    Args:
        anchor: from when intervals and recurrence rules are counted, on a wall clock; cron texts can do without.
        at: the time of day where neither the anchor nor the rule says one.

    Raises:
        RuleError, DueError: the text is of no grammar, comes round more than once a day, or has no anchor.
    """
    said = (text or "null").strip()
    begins = anchor if isinstance(anchor, datetime) else datetime.combine(anchor, at) if anchor else None
    if said == "null":
        return Never()
    if "FREQ=" in said.upper():
        return parse_rrule(said, _anchored(said, begins))
    if said.startswith("P") or said.endswith(" d"):
        return _interval(said, _anchored(said, begins))
    if len(said.split()) not in (6, 7):
        raise RuleError(f"{said!r} is no rule.", FORMS)
    cron = parse_cron(said)
    if not cron.once_a_day:
        raise RuleError(f"{said!r} comes round more than once a day.", "Name one second, minute and hour.")
    return ByCron(cron, begins.date() if begins else None)


def _interval(text: str, anchor: datetime) -> Interval:
    span = parse_due(text)
    if not isinstance(span, Period) or bool(span.months) == bool(span.days):
        raise RuleError(f"{text!r} is no interval of days, weeks, months or years.", FORMS)
    return Interval(span.months, span.days, anchor)


def _anchored(text: str, anchor: datetime | None) -> datetime:
    if anchor is None:
        raise RuleError(f"{text!r} is counted from an anchor, and there is none.", "Name a date as the anchor.")
    if anchor.tzinfo is not None:
        raise RuleError("The anchor is meant on a wall clock.", "Leave the offset out: 2027-01-31T09:00.")
    return anchor
