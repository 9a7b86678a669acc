"""From what an admin writes to the snapshot: holidays, own days, and everything that is refused."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from engine.calendars import CalendarSettings, build_calendar, read_settings
from engine.core.calendar import CalendarError

SHIPPED = Path(__file__).parents[3] / "config" / "calendar.toml"


def test_the_calendar_that_is_shipped_can_be_read_and_knows_its_holidays():
    calendar = build_calendar(read_settings(tomllib.loads(SHIPPED.read_text())), 2026, 2027)

    assert calendar.zone == "Europe/Berlin"
    assert not calendar.is_open_day(date(2026, 12, 24))
    assert not calendar.is_open_day(date(2026, 12, 25))
    assert calendar.is_open_day(date(2026, 12, 23))


def test_holidays_depend_on_the_region():
    berlin = build_calendar(CalendarSettings(country="DE", region="BE"), 2027, 2027)
    bavaria = build_calendar(CalendarSettings(country="DE", region="BY"), 2027, 2027)

    assert not berlin.is_open_day(date(2027, 3, 8))
    assert bavaria.is_open_day(date(2027, 3, 8))
    assert not bavaria.is_open_day(date(2027, 1, 6))


def test_no_settings_at_all_are_monday_to_friday_nine_to_five_without_holidays():
    calendar = build_calendar(read_settings({}), 2027, 2027)

    assert calendar.hours_of(date(2027, 1, 1)) == ((540, 1020),)
    assert calendar.hours_of(date(2027, 1, 2)) == ()


def test_several_stretches_a_day_and_own_days_are_read():
    settings = read_settings(
        {
            "zone": "Asia/Kolkata",
            "week": {"mon": ["09:00-12:00", "13:30-24:00"]},
            "closed": {"2027-01-04": "stock-taking"},
            "opened": {"2027-01-10": "10:00-14:00"},
        }
    )

    calendar = build_calendar(settings, 2027, 2027)

    assert calendar.hours_of(date(2027, 1, 11)) == ((540, 720), (810, 1440))
    assert calendar.hours_of(date(2027, 1, 4)) == ()
    assert calendar.hours_of(date(2027, 1, 10)) == ((600, 840),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"zones": "Europe/Berlin"}, "unknown key 'zones'"),
        ({"zone": "Europe/Atlantis"}, "no time zone"),
        ({"zone": "../../etc/passwd"}, "no time zone"),
        ({"zone": ""}, "no time zone"),
        ({"week": {"monday": "09:00-17:00"}}, "no weekday"),
        ({"week": {"mon": "9 to 5"}}, "no stretch"),
        ({"week": {"mon": "09:00-25:00"}}, "no stretch"),
        ({"week": {"mon": "17:00-09:00"}}, "not in order"),
        ({"week": {"mon": 9}}, "no opening hours"),
        ({"week": "09:00-17:00"}, "no table"),
        ({"closed": {"24.12.2027": "x"}}, "no date"),
        ({"closed": ["2027-12-24"]}, "no table"),
        ({"country": "Atlantis"}, "no holidays"),
        ({"country": "DE", "region": "XX"}, "no holidays"),
        ({"country": "DE", "categories": ["nonsense"]}, "no holidays"),
        ({"categories": "public"}, "no list"),
    ],
)
def test_what_is_not_understood_is_refused_in_words(content, said):
    with pytest.raises(CalendarError, match=said):
        build_calendar(read_settings(content), 2027, 2027)


@pytest.mark.parametrize("years", [(2027, 2026), (1000, 2027), (2027, 2500), (9998, 9999)])
def test_a_snapshot_covers_a_sensible_span_of_years(years):
    with pytest.raises(CalendarError, match="no span of years"):
        build_calendar(CalendarSettings(), *years)
