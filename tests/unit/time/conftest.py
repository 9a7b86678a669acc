"""The office of the examples: Berlin, Monday to Friday, nine to five, with the holidays of one year."""

from datetime import date

import pytest

from engine.calendars import CalendarSettings, build_calendar
from engine.core.calendar import Calendar

HOLIDAYS = ("2027-01-01", "2027-03-26", "2027-03-29", "2027-05-06", "2027-05-17", "2027-12-24", "2027-12-27")


@pytest.fixture(scope="session")
def office() -> Calendar:
    settings = CalendarSettings(closed=dict.fromkeys((date.fromisoformat(day) for day in HOLIDAYS), "closed"))
    return build_calendar(settings, 2025, 2030)
