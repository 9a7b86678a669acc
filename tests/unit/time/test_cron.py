"""Cron texts of timer starts, as Quartz reads them, on a wall clock that changes twice a year."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.calendar import CalendarError
from engine.core.cron import parse_cron
from engine.core.due import DueError
from engine.core.starts import next_start, parse_start

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BERLIN)


NEXT = [
    ("0 0 9 ? * MON-FRI", "2027-01-01 09:00:00", "2027-01-04 09:00:00"),
    ("0 0 9 * * ?", "2027-01-01 09:00:00", "2027-01-02 09:00:00"),
    ("0 0 9 * * ?", "2027-01-01 08:59:59", "2027-01-01 09:00:00"),
    ("0 0 9 * * *", "2027-01-01 10:00:00", "2027-01-02 09:00:00"),
    ("0 0/15 8-9 * * ?", "2027-01-01 08:20:00", "2027-01-01 08:30:00"),
    ("0 0/15 8-9 * * ?", "2027-01-01 09:45:00", "2027-01-02 08:00:00"),
    ("*/20 * * * * ?", "2027-01-01 09:00:41", "2027-01-01 09:01:00"),
    ("0 0 14 ? 2 TUE#2", "2027-01-01 00:00:00", "2027-02-09 14:00:00"),
    ("0 0 14 ? 2,5,8,11 3#2", "2027-02-10 00:00:00", "2027-05-11 14:00:00"),
    ("0 0 9 ? OCT MON#1", "2027-10-05 00:00:00", "2028-10-02 09:00:00"),
    ("0 0 9 ? * FRI#5", "2027-01-29 09:00:00", "2027-04-30 09:00:00"),
    ("0 0 9 L * ?", "2027-02-01 00:00:00", "2027-02-28 09:00:00"),
    ("0 0 9 L-2 * ?", "2027-02-01 00:00:00", "2027-02-26 09:00:00"),
    ("0 0 17 LW * ?", "2027-02-01 00:00:00", "2027-02-26 17:00:00"),
    ("0 0 9 1W * ?", "2027-05-01 00:00:00", "2027-05-03 09:00:00"),
    ("0 0 9 15W * ?", "2027-08-01 00:00:00", "2027-08-16 09:00:00"),
    ("0 0 9 31W 1 ?", "2027-01-02 00:00:00", "2027-01-29 09:00:00"),
    ("0 0 9 ? * 6L", "2027-01-01 00:00:00", "2027-01-29 09:00:00"),
    ("0 0 9 ? * L", "2027-01-01 00:00:00", "2027-01-02 09:00:00"),
    ("0 0 9 29 2 ?", "2027-01-01 00:00:00", "2028-02-29 09:00:00"),
    ("0 0 9 31 * ?", "2027-02-01 00:00:00", "2027-03-31 09:00:00"),
    ("0 0 22-2 * * ?", "2027-01-01 22:30:00", "2027-01-01 23:00:00"),
    ("0 0 9 ? * FRI-MON", "2027-01-05 00:00:00", "2027-01-08 09:00:00"),
    ("0 0 9 1 1 ? 2028,2030", "2028-01-02 00:00:00", "2030-01-01 09:00:00"),
    ("0 0 9 ? * sun", "2027-01-01 00:00:00", "2027-01-03 09:00:00"),
    ("0 30 2 * * ?", "2027-03-27 12:00:00", "2027-03-28 03:00:00"),
]


@pytest.mark.parametrize(("text", "after", "moment"), NEXT)
def test_the_next_moment_of_a_cron_text(office, text, after, moment):
    found = parse_cron(text).next_moment(at(after), office)

    assert found == at(moment)
    assert found.tzinfo is UTC


def test_a_text_whose_years_are_over_has_no_next_moment(office):
    assert parse_cron("0 0 9 1 1 ? 2026").next_moment(at("2027-01-01 00:00:00"), office) is None
    assert parse_cron("0 0 9 30 2 ?").next_moment(at("2199-01-01 00:00:00"), office) is None


def test_the_time_that_autumn_shows_twice_comes_once(office):
    cron = parse_cron("0 30 2 * * ?")
    first = cron.next_moment(at("2027-10-30 12:00:00"), office)
    second = cron.next_moment(first, office)

    assert first == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert second == datetime(2027, 11, 1, 1, 30, tzinfo=UTC)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 1), timezones=st.just(UTC)), st.integers(0, 23))
def test_a_daily_text_comes_exactly_once_on_every_day(office, begin, hour):
    cron = parse_cron(f"0 30 {hour} * * ?")
    moments, moment = [], begin
    for _ in range(30):
        moment = cron.next_moment(moment, office)
        moments.append(moment)

    days = [office.day_of(moment) for moment in moments]
    assert days == [days[0] + timedelta(days=number) for number in range(30)]


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("0 0 9 * *", 0),
        ("* * * * * * * *", 0),
        ("60 * * * * ?", 0),
        ("0 0 24 * * ?", 4),
        ("0 0 9 0 * ?", 6),
        ("0 0 9 32W * ?", 6),
        ("0 0 9 ? 13 MON", 8),
        ("0 0 9 ? * 8", 10),
        ("0 0 9 ? * MON#6", 10),
        ("0 0 9 ? * MON#0", 10),
        ("0 0 9 ? * MO", 10),
        ("0 0/0 9 * * ?", 2),
        ("0 0/1/2 9 * * ?", 2),
        ("0 1-2-3 9 * * ?", 2),
        ("0 , 9 * * ?", 2),
        ("0 0 9 1 * MON", 6),
        ("0 0 9 ? * ?", 6),
        ("0 0 9 ? * MON 1900", 14),
        ("0 0 9 * * ? " + "1970," * 60, 200),
        ("@daily", 0),
    ],
)
def test_a_cron_text_that_quartz_would_not_take_is_refused_with_its_field(text, position):
    with pytest.raises(DueError) as refused:
        parse_cron(text)

    assert refused.value.position == position


def test_a_moment_outside_the_calendar_is_an_error(office):
    with pytest.raises(CalendarError, match="which knows"):
        parse_cron("0 0 9 1 1 ? 2040").next_moment(at("2027-01-01 00:00:00"), office)


def test_timer_starts_of_all_kinds_come_round(office):
    since, after = at("2027-01-04 10:00:00"), at("2027-01-04 12:00:00")

    def start(text, kind):
        return next_start(text, kind, since=since, after=after, calendar=office)

    assert start("0 0 9 ? * MON-FRI", "timeCycle") == at("2027-01-05 09:00:00")
    assert start("R/PT90M", "timeCycle") == at("2027-01-04 13:00:00")
    assert start("R1/PT90M", "timeCycle") is None
    assert start("1 bd", "timeDuration") == at("2027-01-05 17:00:00")
    assert start("PT1H", "timeDuration") is None
    assert start("2027-01-06", "timeDate") == at("2027-01-06 17:00:00")
    assert start("null", "timeDate") is None


@pytest.mark.parametrize(("text", "kind"), [("R/PT1H", "timeDate"), ("PT1H", "timeCycle"), ("R/PT1H", "timeDuration")])
def test_a_text_in_the_wrong_element_is_refused(text, kind):
    with pytest.raises(DueError):
        parse_start(text, kind)
