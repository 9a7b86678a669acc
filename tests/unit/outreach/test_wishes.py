"""When somebody is told, by his own clocks."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Invalid
from engine.outreach.routes import Ways
from engine.outreach.wishes import USUAL, Wishes, read

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
NIGHT = Wishes(quiet=(time(22), time(6)))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2027-01-04 20:59", "2027-01-04 20:59"),
        ("2027-01-04 21:00", "2027-01-05 05:00"),
        ("2027-01-05 04:59", "2027-01-05 05:00"),
        ("2027-01-05 05:00", "2027-01-05 05:00"),
        ("2027-03-27 23:00", "2027-03-28 04:00"),  # Clocks are put forward in between.
    ],
)
def test_quiet_hours_past_midnight_end_in_the_morning(moment: str, until: str):
    assert NIGHT.out_of_quiet(at(moment), BERLIN) == at(until)


def test_quiet_hours_by_day_end_on_the_same_day_in_the_readers_zone():
    lunch = Wishes(quiet=(time(12), time(13, 30)))
    assert lunch.out_of_quiet(at("2027-01-04 17:00"), NEW_YORK) == at("2027-01-04 18:30")
    assert lunch.out_of_quiet(at("2027-01-04 18:30"), NEW_YORK) == at("2027-01-04 18:30")


def test_a_daily_digest_comes_at_its_hour_and_a_weekly_one_on_its_day():
    daily = Wishes(digest="daily", at=time(7))
    assert daily.digest_after(at("2027-01-04 05:59"), BERLIN) == at("2027-01-04 06:00")
    assert daily.digest_after(at("2027-01-04 06:00"), BERLIN) == at("2027-01-05 06:00")
    weekly = Wishes(digest="weekly", at=time(7), weekday="friday")
    assert weekly.digest_after(at("2027-01-04 06:00"), BERLIN) == at("2027-01-08 06:00")
    assert weekly.digest_after(at("2027-01-08 06:00"), BERLIN) == at("2027-01-15 06:00")
    assert USUAL.digest_after(at("2027-01-04 06:00"), BERLIN) is None


def test_a_digest_in_quiet_hours_comes_when_these_are_over():
    both = Wishes(digest="daily", at=time(5), quiet=(time(22), time(6)))
    assert both.digest_after(at("2027-01-04 12:00"), BERLIN) == at("2027-01-05 05:00")


@given(MOMENTS, st.times().map(lambda one: one.replace(second=0, microsecond=0)), st.sampled_from([BERLIN, NEW_YORK]))
def test_a_digest_is_always_ahead_and_no_more_than_a_day_and_an_hour(moment: datetime, of_day: time, zone: str):
    coming = Wishes(digest="daily", at=of_day).digest_after(moment, zone)
    assert coming is not None
    assert moment < coming <= moment + timedelta(hours=25)


@given(MOMENTS, st.sampled_from([BERLIN, NEW_YORK]))
def test_out_of_quiet_hours_it_is_never_quiet(moment: datetime, zone: str):
    after = NIGHT.out_of_quiet(moment, zone)
    assert after >= moment
    assert NIGHT.out_of_quiet(after, zone) == after


def test_what_is_urgent_knows_no_quiet_hours_and_no_digest():
    mine = Wishes(ordinary=("mail",), urgent=("chat:ops", "mail"), digest="daily", quiet=(time(0), time(23, 59)))
    ways = Ways({}, {}, {"anna": (mine, BERLIN)})
    now = at("2027-01-04 02:00")
    assert (ways.digest_at("anna", "urgent", now), ways.not_before("anna", "urgent", now)) == (None, now)
    assert ways.digest_at("anna", "ordinary", now) is not None
    assert ways.not_before("anna", "ordinary", now) > now
    assert (ways.digest_at("bert", "ordinary", now), ways.not_before("bert", "ordinary", now)) == (None, now)


def test_wishes_read_back_as_they_are_kept():
    given_ = {"ordinary": ["chat:quality", "mail"], "digest": "weekly", "at": "08:15", "weekday": "friday"}
    made = read(given_ | {"quiet": {"from": "22:00", "until": "06:00"}})
    assert made.urgent == ("mail",)
    assert read(made.content()) == made
    assert read({}) == USUAL


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"ordinary": []}, "ordinary"),
        ({"urgent": ["pager"]}, "urgent"),
        ({"urgent": ["mail", "mail"]}, "urgent"),
        ({"digest": "hourly"}, "digest"),
        ({"at": "24:00"}, "at"),
        ({"at": "7:00"}, "at"),
        ({"weekday": "Monday"}, "weekday"),
        ({"quiet": {"from": "22:00"}}, "quiet"),
        ({"quiet": {"from": "22:00", "until": "22:00"}}, "quiet"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wishes_that_cannot_be_kept_are_refused_by_place(content: dict[str, object], place: str):
    with pytest.raises(Invalid) as refused:
        read(content)
    assert list(refused.value.problems) == [place]
