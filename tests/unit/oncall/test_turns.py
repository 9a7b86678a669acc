"""Whose turn it is, across zones and clock changes."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.calendars import clock_changes
from engine.core.oncall import Away, Gap, Level, Override, People, Rotation, gaps
from engine.core.walltime import RecordedZone


def zone(name: str) -> RecordedZone:
    return RecordedZone(name, clock_changes(name, date(2026, 1, 1), date(2029, 12, 31)))


def rotation(*people: str, days: int = 7, at: str = "09:00", where: str = "Europe/Berlin", on: str = "2027-01-04"):
    return Rotation(
        people=people, days=days, handover=time.fromisoformat(at), zone=zone(where), starts_on=date.fromisoformat(on)
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_turn_goes_over_at_the_time_that_clocks_of_the_zone_show():
    turns = rotation("anna", "bert")

    assert turns.order(utc("2027-01-04T07:59")) == ()
    assert turns.order(utc("2027-01-04T08:00")) == ("anna", "bert")
    assert turns.order(utc("2027-01-11T07:59"))[0] == "anna"
    assert turns.order(utc("2027-01-11T08:00"))[0] == "bert"
    assert turns.order(utc("2027-07-05T06:59"))[0] == "bert"  # summer time: 08:59 in Berlin, the 26th turn
    assert turns.begins(26) == utc("2027-07-05T07:00")


def test_a_handover_in_the_gap_is_at_its_end_and_one_shown_twice_at_the_first():
    forward = rotation("anna", "bert", days=1, at="02:30", on="2027-03-27")
    assert forward.begins(1) == utc("2027-03-28T01:00")
    back = rotation("anna", "bert", days=1, at="02:30", on="2027-10-30")
    assert back.begins(1) == utc("2027-10-31T00:30")


def test_zones_differ():
    assert rotation("a", where="America/New_York").begins(0) == utc("2027-01-04T14:00")
    assert rotation("a", where="Asia/Kolkata").begins(0) == utc("2027-01-04T03:30")


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
    st.integers(1, 40),
    st.times(),
    st.integers(0, 600 * 24 * 60),
)
def test_every_moment_lies_in_exactly_one_turn(where, days, handover, minutes):
    turns = Rotation(people=("a", "b", "c"), days=days, handover=handover, zone=zone(where), starts_on=date(2027, 1, 4))
    at = utc("2027-01-06T00:00") + timedelta(minutes=minutes)

    turn = turns.turn(at)
    assert turns.begins(turn) <= at < turns.begins(turn + 1)


def test_an_override_counts_before_the_turn_and_the_newer_before_the_older():
    first = Override(
        person="carl",
        begins_at=utc("2027-01-05T00:00"),
        ends_at=utc("2027-01-07T00:00"),
        made_at=utc("2027-01-01T00:00"),
    )
    newer = Override(
        person="dora",
        begins_at=utc("2027-01-06T00:00"),
        ends_at=utc("2027-01-06T12:00"),
        made_at=utc("2027-01-02T00:00"),
    )
    level = Level(rotation=rotation("anna", "bert"), overrides=(first, newer))

    assert level.named(utc("2027-01-05T10:00"))[0] == "carl"
    assert level.named(utc("2027-01-06T10:00"))[0] == "dora"
    assert level.named(utc("2027-01-06T12:00"))[0] == "carl"
    assert level.named(utc("2027-01-07T00:00")) == ("anna", "bert")


def test_who_has_left_is_passed_by_and_who_is_away_is_replaced_or_leaves_a_gap():
    away = Away(person="bert", begins_at=utc("2027-01-12T00:00"), ends_at=utc("2027-01-14T00:00"), stand_ins=("carl",))
    people = People(gone=frozenset({"anna"}), away=(away,))
    assert people.reached(("anna", "bert"), utc("2027-01-11T12:00")) == "bert"
    assert people.reached(("anna", "bert"), utc("2027-01-12T12:00")) == "carl"

    alone = People(away=(Away(person="bert", begins_at=away.begins_at, ends_at=away.ends_at),))
    levels = {2: Level(rotation=rotation("bert"))}
    found = gaps(levels, alone, utc("2027-01-11T00:00"), utc("2027-01-20T00:00"))
    assert found == (
        Gap(1, utc("2027-01-11T00:00"), utc("2027-01-20T00:00")),
        Gap(2, away.begins_at, away.ends_at),
    )
