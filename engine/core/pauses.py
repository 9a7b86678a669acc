"""A decision clock that stands still while the case is back with its author."""

from datetime import UTC, datetime

from engine.core.calendar import Calendar
from engine.core.spans import Clock


def resumed(
    due: datetime, *, paused_at: datetime, resumed_at: datetime, calendar: Calendar, clock: Clock = "business"
) -> datetime:
    """
    When something is due (UTC) that was to be due at `due`, and whose clock stood still for a while.

    On the business clock, the business days left after the day it went back
    run on after the day it returns; on the elapsed clock, the time it was away
    is added. A legal clock never stands still, and what was late stays late.

    Raises:
        CalendarError: the moment lies outside the calendar.
    """
    if clock == "legal" or due <= paused_at or resumed_at <= paused_at:
        return due.astimezone(UTC)
    if clock == "elapsed":
        return due.astimezone(UTC) + (resumed_at - paused_at)
    return calendar.add_business_days(resumed_at, calendar.business_days_between(paused_at, due))
