"""What is left of a limit when the case comes back from its author."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.pauses import resumed


def berlin(office, month, day, hour):
    return office.place(datetime(2027, month, day, hour))


def test_the_business_days_left_run_on_after_the_day_it_returns(office):
    """Twelve of twenty were left on 18 March; Easter lies between, and it comes back on 6 April."""
    due = office.add_business_days(berlin(office, 3, 8, 9), 20)
    assert due == berlin(office, 4, 7, 17)

    moved = resumed(due, paused_at=berlin(office, 3, 18, 11), resumed_at=berlin(office, 4, 6, 10), calendar=office)

    assert moved == berlin(office, 4, 22, 17)


def test_what_was_due_on_the_day_it_went_back_is_due_on_the_day_it_returns(office):
    due = berlin(office, 1, 5, 17)

    moved = resumed(due, paused_at=berlin(office, 1, 5, 9), resumed_at=berlin(office, 1, 7, 9), calendar=office)

    assert moved == berlin(office, 1, 7, 17)


def test_on_the_elapsed_clock_the_time_away_is_added(office):
    due, away = berlin(office, 3, 27, 12), berlin(office, 3, 27, 10)

    moved = resumed(due, paused_at=away, resumed_at=berlin(office, 3, 28, 10), calendar=office, clock="elapsed")

    assert moved - due == timedelta(hours=23)


@pytest.mark.parametrize(("clock", "due_hour"), [("legal", 15), ("business", 9)])
def test_a_legal_limit_never_stands_still_and_a_late_one_stays_late(office, clock, due_hour):
    due = berlin(office, 1, 5, due_hour)

    moved = resumed(
        due, paused_at=berlin(office, 1, 5, 10), resumed_at=berlin(office, 1, 9, 10), calendar=office, clock=clock
    )

    assert moved == due


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
    st.integers(0, 1000),
    st.integers(0, 1000),
    st.integers(0, 60),
)
def test_a_pause_never_shortens_a_limit(office, begin, pause, length, days):
    since = office.place(begin)
    paused_at = since + timedelta(hours=pause)
    due = office.add_business_days(since, days)

    assert resumed(due, paused_at=paused_at, resumed_at=paused_at + timedelta(hours=length), calendar=office) >= due
