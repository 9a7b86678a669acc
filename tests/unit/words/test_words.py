"""Moments and due dates as people say them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from engine.calendars import CalendarSettings, build_calendar
from web import language, words

OSLO = "Europe/Oslo"
NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
CALENDAR = build_calendar(CalendarSettings(zone=OSLO), 2025, 2028)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Within a request of somebody whose browser says nothing of languages."""
    app = Flask(__name__)
    language.register(app)
    with app.test_request_context("/"):
        yield


@pytest.mark.parametrize(
    ("hours", "said", "state"),
    [
        (-24 * 6, "4 working days late", "is-late"),
        (-15, "Late since yesterday", "is-late"),
        (-2, "2 hours late", "is-late"),
        (0, "Late", "is-late"),
        (0.5, "In 30 minutes", "is-soon"),
        (6, "In 6 hours", "is-soon"),
        (24 * 4, "In 2 working days", ""),
    ],
)
def test_a_due_date_says_how_far_it_is_in_working_days(hours: float, said: str, state: str) -> None:
    due = due_in(hours, "business")
    assert (due.said, due.state, due.icon) == (said, state, "briefcase")


def test_a_clock_that_never_rests_counts_all_days_and_is_soon_over_in_its_last_quarter() -> None:
    assert due_in(24 * 4, "elapsed").said == "In 4 days"
    assert [due_in(hours, "elapsed", ran=9).state for hours in (4, 2)] == ["", "is-soon"]


def test_a_legal_date_says_that_it_never_moves() -> None:
    assert due_in(24 * 17, "legal").when == "Sun 13 Dec, 09:00, never moves"


def test_the_year_is_said_where_it_is_another_and_always_in_the_record() -> None:
    assert words.moment(NOW, NOW, OSLO) == "Thu 26 Nov, 09:00"
    assert words.moment(NOW + timedelta(days=61), NOW, OSLO) == "Tue 26 Jan 2027, 09:00"
    assert words.in_full(NOW, OSLO) == "Thu 26 Nov 2026, 09:00 (Oslo time)"


def due_in(hours: float, clock: str, ran: float = 100) -> words.Due:
    """What is due in so many hours, and has run for so many."""
    opened = NOW - timedelta(hours=ran)
    return words.due(NOW + timedelta(hours=hours), NOW, zone=OSLO, clock=clock, calendar=CALENDAR, opened=opened)


def test_a_case_is_called_by_its_key_once():
    assert words.whole("A loose label", "CAPA-2027-013") == "CAPA-2027-013 A loose label"
    assert words.whole("CH-2027-004 TriageLens", "CH-2027-004") == "CH-2027-004 TriageLens"
    assert words.whole("CH-2027-004", "CH-2027-004") == "CH-2027-004"
    assert words.whole("A loose label", None) == "A loose label"
