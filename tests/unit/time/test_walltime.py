"""Wall clocks and the line of real time: both clock changes, in many zones."""

import copy
import pickle
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars import clock_changes
from engine.core.walltime import RecordedZone, wall_clock

FIRST, LAST = date(2020, 1, 1), date(2032, 12, 31)
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Havana",
    "Asia/Kolkata",
    "UTC",
    "Africa/Cairo",
)
RECORDED = {name: RecordedZone(name, clock_changes(name, FIRST, LAST)) for name in ZONES}
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2032, 12, 31), timezones=st.just(UTC))
WALLS = st.datetimes(datetime(2020, 1, 2), datetime(2032, 12, 30))
BERLIN = RECORDED["Europe/Berlin"]


@given(st.sampled_from(ZONES), MOMENTS)
def test_a_recorded_zone_shows_the_same_clock_as_the_database_it_was_recorded_from(name, moment):
    expected, recorded = moment.astimezone(ZoneInfo(name)), moment.astimezone(RECORDED[name])

    assert recorded.replace(tzinfo=None) == expected.replace(tzinfo=None)
    assert recorded.fold == expected.fold
    assert recorded.astimezone(UTC) == moment


@given(st.sampled_from(ZONES), WALLS, st.sampled_from((0, 1)))
def test_a_recorded_zone_has_the_same_offsets_in_gaps_and_overlaps(name, wall, fold):
    wall = wall.replace(fold=fold)

    assert wall.replace(tzinfo=RECORDED[name]).utcoffset() == wall.replace(tzinfo=ZoneInfo(name)).utcoffset()


@pytest.mark.parametrize("name", ZONES)
def test_around_every_change_a_recorded_zone_agrees_minute_by_minute(name):
    for at, _ in RECORDED[name].changes[1:]:
        for minute in range(-130, 131, 5):
            moment = datetime.fromtimestamp(at, UTC) + timedelta(minutes=minute)
            expected = moment.astimezone(ZoneInfo(name))
            recorded = moment.astimezone(RECORDED[name])
            assert (recorded.replace(tzinfo=None), recorded.fold) == (expected.replace(tzinfo=None), expected.fold)


@given(st.sampled_from(ZONES), WALLS, st.timedeltas(timedelta(0), timedelta(hours=3)))
def test_a_later_wall_time_is_never_an_earlier_moment(name, wall, later):
    assert RECORDED[name].place(wall) <= RECORDED[name].place(wall + later)


@given(st.sampled_from(ZONES), WALLS)
def test_a_wall_time_that_is_shown_is_where_it_is_shown(name, wall):
    moment = RECORDED[name].place(wall)

    shown = wall_clock(moment, RECORDED[name])
    assert shown >= wall
    assert shown == wall or wall_clock(moment - timedelta(microseconds=1), RECORDED[name]) < wall


def test_a_wall_time_in_the_gap_is_the_moment_after_it():
    assert BERLIN.place(datetime(2027, 3, 28, 2, 30)) == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)


def test_a_wall_time_shown_twice_is_the_first_of_the_two():
    assert BERLIN.place(datetime(2027, 10, 31, 2, 30)) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_a_recorded_zone_can_be_copied_and_says_its_name():
    again = pickle.loads(pickle.dumps(BERLIN))

    assert again.changes == copy.deepcopy(BERLIN).changes == BERLIN.changes
    assert datetime(2027, 1, 1, tzinfo=again).tzname() == "Europe/Berlin"
    assert repr(again) == "RecordedZone('Europe/Berlin')"
    assert BERLIN.utcoffset(None) is None
    assert datetime(2027, 1, 1, tzinfo=again).dst() is None
