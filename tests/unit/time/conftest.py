"""The office of the examples: Berlin, Monday to Friday, nine to five, with the holidays of one year."""

from datetime import date

import pytest

from engine.core.calendar import Calendar

HOLIDAYS = ("2027-01-01", "2027-03-26", "2027-03-29", "2027-05-06", "2027-05-17", "2027-12-24", "2027-12-27")


@pytest.fixture(scope="session")
def office() -> Calendar:
    return Calendar(
        zone="Europe/Berlin",
        first=date(2025, 1, 1),
        last=date(2030, 12, 31),
        week=(((540, 1020),),) * 5 + ((), ()),
        closed=frozenset(date.fromisoformat(day) for day in HOLIDAYS),
    )
