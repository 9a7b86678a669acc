"""Open days and open hours: by example, and by the laws that hold on every calendar."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from engine.calendars import CalendarSettings, build_calendar
from engine.core.calendar import Calendar, CalendarError
from engine.core.due import resolve

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BOUNDED = settings(max_examples=60, deadline=None, derandomize=True)
HOURS = st.lists(st.integers(0, 24 * 4 - 1), min_size=2, max_size=6, unique=True).map(
    lambda edges: tuple((min(pair) * 15, max(pair) * 15) for pair in _pairs(sorted(edges)))
)
DAYS = st.dates(date(2026, 12, 1), date(2028, 1, 31))
MOMENTS = st.datetimes(datetime(2026, 12, 1), datetime(2028, 1, 31), timezones=st.just(UTC)) | st.datetimes(
    datetime(2026, 12, 1), datetime(2028, 1, 31), timezones=st.just(UTC)
).map(lambda moment: moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0))


def _pairs(edges: list[int]) -> list[tuple[int, int]]:
    return [(edges[index], edges[index + 1]) for index in range(0, len(edges) - 1, 2)]


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = {day: draw(HOURS) for day in draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True))}
    closed = draw(st.sets(DAYS, max_size=20))
    opened = draw(st.dictionaries(DAYS, HOURS, max_size=5))
    built = CalendarSettings(
        zone=draw(st.sampled_from(ZONES)), week=week, closed=dict.fromkeys(sorted(closed), ""), opened=opened
    )
    return build_calendar(built, 2026, 2029)


SPANS = st.timedeltas(timedelta(0), timedelta(hours=8)) | st.integers(0, 8).map(lambda count: timedelta(hours=count))
COUNTS = st.integers(0, 15)


@BOUNDED
@given(calendars(), MOMENTS, MOMENTS, st.integers(-20, 20))
def test_what_begins_later_is_never_due_earlier(calendar, one, other, count):
    early, late = sorted((one, other))

    assert calendar.add_business_days(early, count) <= calendar.add_business_days(late, count)
    assert calendar.add_business_days(early, count) <= calendar.add_business_days(early, count + 1)


@BOUNDED
@given(calendars(), MOMENTS, MOMENTS, SPANS, SPANS)
def test_open_hours_that_begin_later_or_last_longer_never_end_earlier(calendar, one, other, span, more):
    early, late = sorted((one, other))

    assert calendar.add_business_time(early, span) <= calendar.add_business_time(late, span)
    assert calendar.add_business_time(early, span) <= calendar.add_business_time(early, span + more)


@BOUNDED
@given(calendars(), MOMENTS, st.integers(-20, 20), SPANS)
def test_nothing_is_ever_due_at_a_closed_moment(calendar, since, count, span):
    assert calendar.is_open(calendar.add_business_days(since, count))
    assert calendar.is_open(calendar.add_business_time(since, span))
    assert calendar.is_open(calendar.next_opening(since))
    for text in ("P10D", "P1M", "30 d", "P1Y", "P0D"):
        assert calendar.is_open(resolve(text, since=since, calendar=calendar))


@BOUNDED
@given(calendars(), MOMENTS, SPANS, SPANS)
def test_open_hours_split_however_they_are_cut(calendar, since, first, second):
    assert calendar.add_business_time(calendar.add_business_time(since, first), second) == calendar.add_business_time(
        since, first + second
    )


@BOUNDED
@given(calendars(), MOMENTS, st.integers(1, 15), COUNTS)
def test_business_days_split_however_they_are_cut(calendar, since, first, second):
    assert calendar.add_business_days(calendar.add_business_days(since, first), second) == calendar.add_business_days(
        since, first + second
    )


@BOUNDED
@given(calendars(), MOMENTS, st.integers(1, 20))
def test_business_days_back_and_forth_end_where_they_began(calendar, since, count):
    there = calendar.add_business_days(since, count)

    assert calendar.business_days_between(since, there) == count
    assert calendar.add_business_days(calendar.add_business_days(there, -count), count) == there


@BOUNDED
@given(calendars(), MOMENTS, SPANS)
def test_the_open_time_up_to_a_due_moment_is_the_time_that_was_given(calendar, since, span):
    assert calendar.business_time(since, calendar.add_business_time(since, span)) == span


@BOUNDED
@given(calendars(), MOMENTS, st.integers(0, 20))
def test_a_due_moment_never_lies_before_its_beginning(calendar, since, count):
    assert calendar.add_business_days(since, count) >= since
    assert resolve(f"P{count}D", since=since, calendar=calendar) >= since
    assert resolve(f"{count} bh", since=since, calendar=calendar) >= since


@BOUNDED
@given(calendars(), MOMENTS, MOMENTS, st.integers(0, 100), st.sampled_from(("business", "elapsed", "legal")))
def test_a_share_lies_between_its_ends_and_grows(calendar, one, other, percent, clock):
    begin, end = sorted((one, other))
    assume(begin < end)
    ends = f"{begin.isoformat()}..{end.isoformat()}"

    share = resolve(f"{percent}% of {ends}", since=begin, calendar=calendar, clock=clock)
    whole = resolve(f"100% of {ends}", since=begin, calendar=calendar, clock=clock)

    assert begin <= share <= whole <= end


@BOUNDED
@given(calendars())
def test_a_calendar_survives_its_bytes(calendar):
    again = Calendar.from_bytes(calendar.to_bytes())

    assert again == calendar
    assert hash(again) == hash(calendar)
    assert again.to_bytes() == calendar.to_bytes()
    assert again.digest == calendar.digest


@BOUNDED
@given(calendars(), MOMENTS)
@example(build_calendar(CalendarSettings(), 2026, 2029), datetime(2027, 3, 28, 0, 59, tzinfo=UTC))
@example(build_calendar(CalendarSettings(), 2026, 2029), datetime(2027, 10, 31, 0, 59, tzinfo=UTC))
def test_real_time_is_real_across_clock_changes(calendar, since):
    assert resolve("PT48H", since=since, calendar=calendar) - since == timedelta(hours=48)
    assert resolve("P2DT0H", since=since, calendar=calendar) - since == timedelta(hours=48)


def test_a_night_shift_across_the_clock_change_has_an_hour_less_in_spring_and_one_more_in_autumn():
    night = CalendarSettings(week=dict.fromkeys(WEEKDAYS, ((0, 360),)))
    calendar = build_calendar(night, 2027, 2027)

    assert calendar.business_time(berlin(calendar, 3, 28, 0), berlin(calendar, 3, 28, 12)) == timedelta(hours=5)
    assert calendar.business_time(berlin(calendar, 10, 31, 0), berlin(calendar, 10, 31, 12)) == timedelta(hours=7)


def test_hours_that_the_clock_skips_are_no_hours_and_make_no_open_day():
    gap = CalendarSettings(week={"sun": ((120, 180),)})
    calendar = build_calendar(gap, 2027, 2027)

    assert not calendar.is_open_day(date(2027, 3, 28))
    assert calendar.is_open_day(date(2027, 3, 21))
    assert calendar.add_business_days(berlin(calendar, 3, 21, 12), 1) == berlin(calendar, 4, 4, 3)


def test_a_lunch_break_ends_a_stretch_and_its_beginning_still_counts_as_open():
    hours = CalendarSettings(week=dict.fromkeys(WEEKDAYS[:5], ((540, 720), (780, 1020))))
    calendar = build_calendar(hours, 2027, 2027)

    assert resolve("3 bh", since=berlin(calendar, 1, 4, 9), calendar=calendar) == berlin(calendar, 1, 4, 12)
    assert resolve("4 bh", since=berlin(calendar, 1, 4, 9), calendar=calendar) == berlin(calendar, 1, 4, 14)
    assert resolve("0 bd", since=berlin(calendar, 1, 4, 9), calendar=calendar) == berlin(calendar, 1, 4, 17)
    assert not calendar.is_open(berlin(calendar, 1, 4, 12) + timedelta(minutes=1))


def test_around_the_clock_a_day_ends_at_midnight(office):
    always = build_calendar(CalendarSettings(week=dict.fromkeys(WEEKDAYS, ((0, 1440),))), 2027, 2027)

    assert resolve("1 bd", since=berlin(always, 1, 2, 10), calendar=always) == berlin(always, 1, 4, 0)
    assert resolve("30 bh", since=berlin(always, 3, 27, 12), calendar=always) == berlin(always, 3, 28, 19)


def test_an_extra_open_day_is_open_even_on_a_holiday_and_with_its_own_hours():
    saturday, holiday = date(2027, 1, 9), date(2027, 1, 11)
    calendar = build_calendar(
        CalendarSettings(closed={holiday: "stock-taking"}, opened={saturday: ((600, 840),), holiday: ((600, 660),)}),
        2027,
        2027,
    )

    assert calendar.closing(saturday) == berlin(calendar, 1, 9, 14)
    assert resolve("2 bh", since=berlin(calendar, 1, 9, 13), calendar=calendar) == berlin(calendar, 1, 11, 11)


def test_opening_and_closing_of_a_closed_day_are_those_of_the_next_open_one(office):
    assert office.opening(date(2027, 3, 26)) == berlin(office, 3, 30, 9)
    assert office.closing(date(2027, 3, 26)) == berlin(office, 3, 30, 17)
    assert office.open_business_day(berlin(office, 2, 9, 14), -18) == berlin(office, 1, 14, 9)


def test_the_same_settings_are_the_same_bytes_in_another_process():
    program = (
        "from datetime import date; from engine.calendars import *;"
        "days = {date(2027, month, 24): 'x' for month in (12, 3, 7)};"
        "print(build_calendar(CalendarSettings(country='DE', closed=days), 2026, 2030).digest)"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }

    assert len(digests) == 1


@pytest.mark.parametrize("moment", [datetime(2024, 12, 30, tzinfo=UTC), datetime(2031, 1, 2, tzinfo=UTC)])
def test_a_moment_outside_the_years_that_are_known_is_an_error_and_not_a_guess(office, moment):
    for ask in (office.next_opening, office.is_open, lambda when: office.business_time(when, when)):
        with pytest.raises(CalendarError, match="which knows 2025-01-01 to 2030-12-31"):
            ask(moment)


def test_the_last_days_of_the_calendar_do_not_stretch(office):
    late = datetime(2030, 12, 31, 17, tzinfo=UTC)

    for ask in (lambda: office.add_business_days(late, 0), lambda: office.next_opening(late)):
        with pytest.raises(CalendarError, match="Expand the calendar"):
            ask()


def test_open_hours_are_not_counted_backwards(office):
    with pytest.raises(CalendarError, match="backwards"):
        office.add_business_time(datetime(2027, 1, 4, tzinfo=UTC), timedelta(hours=-1))


@pytest.mark.parametrize("week", [((540, 540),), ((540, 600), (600, 660)), ((-1, 5),), ((0, 1441),), ((600, 540),)])
def test_hours_out_of_order_are_no_hours(week):
    with pytest.raises(CalendarError, match="not in order"):
        build_calendar(CalendarSettings(week={"mon": week}), 2027, 2027)


def berlin(calendar: Calendar, month: int, day: int, hour: int) -> datetime:
    return calendar.place(datetime(2027, month, day, hour))
