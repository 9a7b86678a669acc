"""A ladder as the organisation begins with it, and an office for it."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from engine.calendars import CalendarSettings, build_calendar
from engine.core.calendar import Calendar
from engine.core.ladder_text import read_ladder
from engine.core.ladders import Ladder

ROOT = Path(__file__).parents[3]
HOLIDAYS = ("2027-03-26", "2027-03-29", "2027-05-06", "2027-05-17", "2027-12-24", "2027-12-27")


@pytest.fixture(scope="session")
def office() -> Calendar:
    """Berlin, Monday to Friday, nine to five."""
    settings = CalendarSettings(closed=dict.fromkeys((date.fromisoformat(day) for day in HOLIDAYS), "closed"))
    return build_calendar(settings, 2026, 2029)


@pytest.fixture(scope="session")
def shipped() -> dict[str, Ladder]:
    """The ladders that an organisation begins with."""
    content = tomllib.loads((ROOT / "config/ladders.toml").read_text())
    return {key: read_ladder(key, given) for key, given in content.items()}
