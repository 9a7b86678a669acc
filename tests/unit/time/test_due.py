"""The due grammar, form by form, by the examples that people will compare it with."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.core.calendar import CalendarError
from engine.core.due import DueError, Repeat, check_due, parse_due, resolve

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=BERLIN)


def wall(moment: datetime | Repeat | None) -> str:
    assert isinstance(moment, datetime)
    assert moment.utcoffset().total_seconds() == 0
    return moment.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M")


# 2027-01-04 is a Monday; Friday 03-26 and Monday 03-29 are holidays, clocks go forward on 03-28.
BUSINESS = [
    ("1 bd", "2027-01-04 10:00", "2027-01-05 17:00"),
    ("5 bd", "2027-01-04 10:00", "2027-01-11 17:00"),
    ("5 bd", "2027-01-09 10:00", "2027-01-15 17:00"),
    ("1 bd", "2027-01-04 23:30", "2027-01-05 17:00"),
    ("2 bd", "2027-03-25 12:00", "2027-03-31 17:00"),
    ("0 bd", "2027-01-04 10:00", "2027-01-04 17:00"),
    ("0 bd", "2027-01-04 17:00", "2027-01-04 17:00"),
    ("0 bd", "2027-01-04 17:01", "2027-01-05 17:00"),
    ("0 bd", "2027-01-09 10:00", "2027-01-11 17:00"),
    ("-1 bd", "2027-01-11 10:00", "2027-01-08 17:00"),
    ("-1 bd", "2027-01-10 10:00", "2027-01-08 17:00"),
    ("-18 bd", "2027-02-09 14:00", "2027-01-14 17:00"),
    ("1 bd open", "2027-01-04 10:00", "2027-01-05 09:00"),
    ("1 bd open", "2027-01-04 03:00", "2027-01-05 09:00"),
    ("1 bd open", "2027-01-08 17:00", "2027-01-11 09:00"),
    ("2 bd open", "2027-03-25 12:00", "2027-03-31 09:00"),
    ("-2 bd open", "2027-01-11 10:00", "2027-01-07 09:00"),
    ("1 bd open from 2027-01-08T17:00", "2027-01-04 10:00", "2027-01-11 09:00"),
    ("4 bh", "2027-01-04 13:00", "2027-01-04 17:00"),
    ("4 bh", "2027-01-04 15:00", "2027-01-05 11:00"),
    ("1 bh", "2027-01-04 17:00", "2027-01-05 10:00"),
    ("8 bh", "2027-01-08 09:00", "2027-01-08 17:00"),
    ("8 bh", "2027-01-09 09:00", "2027-01-11 17:00"),
    ("0 bh", "2027-01-09 09:00", "2027-01-11 09:00"),
    ("PT15M", "2027-01-09 10:00", "2027-01-09 10:15"),
    ("PT4H", "2027-03-28 00:40", "2027-03-28 05:40"),
    ("PT24H", "2027-10-30 12:00", "2027-10-31 11:00"),
    ("P1DT12H", "2027-01-04 10:00", "2027-01-05 22:00"),
    ("P0Y0M1DT12H", "2027-01-04 10:00", "2027-01-05 22:00"),
    ("P30D", "2027-01-04 10:00", "2027-02-03 17:00"),
    ("30 d", "2027-01-04 10:00", "2027-02-03 17:00"),
    ("P2D", "2027-01-08 10:00", "2027-01-11 17:00"),
    ("P1M", "2027-01-31 10:00", "2027-03-01 17:00"),
    ("P1M", "2028-01-31 10:00", "2028-02-29 17:00"),
    ("P1Y", "2028-02-29 10:00", "2029-02-28 17:00"),
    ("P2W", "2027-01-04 10:00", "2027-01-18 17:00"),
    ("P0D", "2027-01-04 18:00", "2027-01-05 17:00"),
    ("2027-01-06", "2027-01-04 10:00", "2027-01-06 17:00"),
    ("2027-01-09", "2027-01-04 10:00", "2027-01-11 17:00"),
    ("2027-01-09T08:00", "2027-01-04 10:00", "2027-01-09 08:00"),
    ("2027-01-09T08:00:30.5Z", "2027-01-04 10:00", "2027-01-09 09:00"),
    ("2027-01-09T08:00:00.000-0500", "2027-01-04 10:00", "2027-01-09 14:00"),
    ("2027-03-28T02:30", "2027-01-04 10:00", "2027-03-28 03:00"),
    ("5 bd from 2027-01-11T10:00:00+01:00", "2027-01-04 10:00", "2027-01-18 17:00"),
    ("4 bh from 2027-01-09", "2027-01-04 10:00", "2027-01-11 13:00"),
    ("PT4H from 2027-01-09", "2027-01-04 10:00", "2027-01-09 04:00"),
    ("-PT24H from 2027-03-28T12:00", "2027-01-04 10:00", "2027-03-27 11:00"),
    ("-P1DT1H from 2027-02-09T14:00", "2027-01-04 10:00", "2027-02-08 13:00"),
    ("-7 bd from 2027-02-09T14:00", "2027-01-04 10:00", "2027-01-29 17:00"),
    ("50% of 2027-01-04T09:00..2027-01-05T17:00", "2027-01-04 10:00", "2027-01-04 17:00"),
    ("25% of 2027-01-09..2027-01-11", "2027-01-04 10:00", "2027-01-11 11:00"),
    ("50% of 2027-01-10..2027-01-05", "2027-01-04 10:00", "2027-01-05 17:00"),
    ("50% of 2027-01-09T08:00..2027-01-10T08:00", "2027-01-04 10:00", "2027-01-10 08:00"),
]


@pytest.mark.parametrize(("text", "since", "due"), BUSINESS)
def test_on_the_business_clock(office, text, since, due):
    assert wall(resolve(text, since=at(since), calendar=office)) == due


# A spring with Easter, a clock change and an incident in its night.
SPRING = [
    ("-10 bd", "2027-02-09 14:00", "2027-01-26 17:00"),
    ("5 bd", "2027-02-22 09:00", "2027-03-01 17:00"),
    ("20 bd", "2027-03-08 09:00", "2027-04-07 17:00"),
    ("PT30M", "2027-03-27 23:40", "2027-03-28 00:10"),
    ("PT4H", "2027-03-27 23:40", "2027-03-28 04:40"),
    ("PT72H", "2027-03-27 23:40", "2027-03-31 00:40"),
    ("PT4H", "2027-03-28 00:25", "2027-03-28 05:25"),
    ("10 bd", "2027-03-28 11:10", "2027-04-12 17:00"),
    ("15 bd", "2027-03-28 11:10", "2027-04-19 17:00"),
]


@pytest.mark.parametrize(("text", "since", "due"), SPRING)
def test_over_easter_and_the_clock_change(office, text, since, due):
    assert wall(resolve(text, since=at(since), calendar=office)) == due


LEGAL = [
    ("P2D", "2027-01-08 10:00", "2027-01-10 10:00"),
    ("P10D", "2027-03-20 02:30", "2027-03-30 02:30"),
    ("P8D", "2027-03-20 02:30", "2027-03-28 03:00"),
    ("P1M", "2027-01-31 10:00", "2027-02-28 10:00"),
    ("30 d", "2027-03-01 09:00", "2027-03-31 09:00"),
    ("PT72H", "2027-03-27 12:00", "2027-03-30 13:00"),
    ("2027-01-09", "2027-01-04 10:00", "2027-01-10 00:00"),
    ("2 bd", "2027-01-08 10:00", "2027-01-12 17:00"),
    ("50% of 2027-01-08T10:00..2027-01-10T10:00", "2027-01-04 10:00", "2027-01-09 10:00"),
]


@pytest.mark.parametrize(("text", "since", "due"), LEGAL)
def test_on_the_legal_clock_dates_keep_their_wall_time_and_never_roll(office, text, since, due):
    assert wall(resolve(text, since=at(since), calendar=office, clock="legal")) == due


def test_on_the_elapsed_clock_a_share_is_of_real_time_and_dates_still_close(office):
    half = resolve(
        "50% of 2027-01-08T10:00..2027-01-10T10:00", since=at("2027-01-04 10:00"), calendar=office, clock="elapsed"
    )
    week = resolve("P5D", since=at("2027-01-04 10:00"), calendar=office, clock="elapsed")

    assert wall(half) == "2027-01-09 10:00"
    assert wall(week) == "2027-01-11 17:00"


@pytest.mark.parametrize(
    "text", [None, "null", " null ", "5 bd from null", "null from 2027-01-01", "50% of null..2027-01-01"]
)
def test_null_is_no_due_date(office, text):
    assert resolve(text, since=at("2027-01-04 10:00"), calendar=office) is None


def test_a_repetition_is_counted_from_its_beginning_and_keeps_the_month_end(office):
    monthly = resolve("R3/P1M", since=at("2027-01-31 10:00"), calendar=office)
    assert isinstance(monthly, Repeat)

    times = [monthly.nth(number, at("2027-01-31 10:00"), office, "legal") for number in (1, 2, 3)]

    assert [wall(time) for time in times] == ["2027-02-28 10:00", "2027-03-31 10:00", "2027-04-30 10:00"]
    assert monthly.nth(4, at("2027-01-31 10:00"), office) is None


def test_a_repetition_with_a_start_comes_round_there_first(office):
    hourly = resolve("R/2027-01-04T09:00/PT1H", since=at("2027-01-01 10:00"), calendar=office)
    assert isinstance(hourly, Repeat)

    assert wall(hourly.moment(at("2027-01-01 10:00"), office)) == "2027-01-04 09:00"
    assert hourly.after(at("2027-01-04 11:30"), at("2027-01-01 10:00"), office) == (4, at("2027-01-04 12:00"))


def test_a_repetition_finds_its_next_time_after_a_long_sleep_without_counting_through(office):
    quick = resolve("R/PT1S", since=at("2025-01-04 10:00"), calendar=office)
    assert isinstance(quick, Repeat)

    assert quick.after(at("2030-01-04 10:00"), at("2025-01-04 10:00"), office) == (
        157_766_401,
        at("2030-01-04 10:00") + timedelta(seconds=1),
    )


def test_a_repetition_in_open_hours_goes_on_over_night(office):
    shifts = resolve("R/4 bh", since=at("2027-01-04 09:00"), calendar=office)
    assert isinstance(shifts, Repeat)

    times = [wall(shifts.nth(number, at("2027-01-04 09:00"), office)) for number in (1, 2, 3)]

    assert times == ["2027-01-04 13:00", "2027-01-04 17:00", "2027-01-05 13:00"]


@pytest.mark.parametrize("text", ["R/1 bd", "R/PT9999999H", "R/P1DT1H"])
def test_a_repetition_that_leaves_the_calendar_says_so(office, text):
    endless = resolve(text, since=at("2027-01-04 09:00"), calendar=office)
    assert isinstance(endless, Repeat)

    with pytest.raises(CalendarError, match="calendar"):
        endless.nth(10**9, at("2027-01-04 09:00"), office)


def test_a_next_time_beyond_the_calendar_says_so(office):
    daily = resolve("R/1 bd", since=at("2027-01-04 09:00"), calendar=office)
    assert isinstance(daily, Repeat)

    assert daily.after(at("2030-12-30 09:00"), at("2027-01-04 09:00"), office)[1] == at("2030-12-30 17:00")
    with pytest.raises(CalendarError, match="calendar"):
        daily.after(at("2030-12-31 18:00"), at("2027-01-04 09:00"), office)


def test_a_repetition_that_is_spent_has_no_next_time(office):
    twice = resolve("R2/PT1H from 2027-01-04T09:00", since=at("2027-01-01 10:00"), calendar=office)
    assert isinstance(twice, Repeat)

    assert twice.after(at("2027-01-04 10:30"), at("2027-01-01 10:00"), office) == (2, at("2027-01-04 11:00"))
    assert twice.after(at("2027-01-04 11:00"), at("2027-01-01 10:00"), office) is None


REFUSED = [
    ("", 0, "null"),
    ("5bd", 0, "blank"),
    ("5 business days", 0, "5 bd"),
    ("1.5 bh", 0, "whole"),
    ("4 hours", 0, "4 bh"),
    ("-3 d", 0, "backwards"),
    ("-P3D", 0, "backwards"),
    ("-PT24H", 0, "backwards"),
    ("-P3D from 2027-01-04", 0, "backwards"),
    ("0 bd open", 0, "at least one"),
    ("1 bh open", 0, "5 bd"),
    ("pt15m", 0, "capitals"),
    ("P", 0, "5 bd"),
    ("PT", 0, "largest unit"),
    ("P1D12H", 0, "largest unit"),
    ("P1.5D", 0, "whole"),
    ("0 0 9 * * ?", 0, "cron"),
    ("2027-02-30", 0, "moments"),
    ("2027-01-01T25:00", 0, "moments"),
    ("2027-01-01 09:00", 0, "moments"),
    ("5 bd from", 0, "5 bd"),
    ("5 bd from tomorrow", 10, "moments"),
    ("2027-01-01 from 2027-01-01", 0, "moments"),
    ("120% of 2027-01-01..2027-02-01", 0, "100"),
    ("50% of 2027-01-01..", 0, "50%"),
    ("50% of 2027-01-01..soon", 19, "moments"),
    ("R/PT0S", 0, "longer"),
    ("R0/PT1H", 0, "longer"),
    ("R/-1 bd", 0, "longer"),
    ("R/null", 2, "5 bd"),
    ("R3/2027-01-01", 3, "moments"),
    ("R3/2027-01-01/P1D from 2027-01-01", 0, "Leave"),
    ("R3", 0, "R3/PT4H"),
    ("  5 bd or so", 2, "5 bd"),
    ("٥ bd", 0, "5 bd"),
]


@pytest.mark.parametrize(("text", "position", "remedy"), REFUSED)
def test_nothing_else_is_accepted_and_the_refusal_says_where_and_what_to_write(text, position, remedy):
    with pytest.raises(DueError) as refused:
        parse_due(text)

    assert refused.value.position == position
    assert remedy in refused.value.remedy
    assert str(refused.value).endswith(refused.value.remedy)


def test_a_text_beyond_reason_is_refused_at_once():
    with pytest.raises(DueError, match="too long"):
        parse_due("1 bd " * 10_000)


FAR = [
    "200000 bd",
    "-200000 bd",
    "999999 bh",
    "P9999Y",
    "P9999YT1H",
    "2099-01-01",
    "1 bd from 2099-01-01",
    "PT9999999999S from 9900-01-01",
]


@pytest.mark.parametrize("text", FAR)
def test_a_moment_outside_the_calendar_says_so_instead_of_guessing(office, text):
    with pytest.raises(CalendarError, match="calendar"):
        resolve(text, since=at("2027-01-04 10:00"), calendar=office)


@pytest.mark.parametrize(
    "text",
    [
        "${due.contain} from ${registered_at}",
        "${due.contain}",
        "5 bd from ${done_at(T_plan)}",
        "50% of ${a}..${b}",
        "${n} bd",
        "R${n}/PT4H",
        "R/${start}/P1M",
        "5 bd",
    ],
)
def test_a_text_with_expressions_is_checked_before_they_have_values(text):
    check_due(text)


@pytest.mark.parametrize("text", ["${a} of ${b}", "5 business days from ${a}", "soon ${a}", "50% ${a}..${b}", "5 days"])
def test_a_text_that_no_value_can_mend_is_refused_before(text):
    with pytest.raises(DueError):
        check_due(text)
