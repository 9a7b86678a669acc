"""A plan puts a rule's days on the line of time: closed days, clock changes, leads and limits."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.calendars import CalendarSettings, build_calendar, clock_changes
from engine.core.calendar import Calendar, TimeError
from engine.core.recurrence import Plan, Planned, check_plan, next_dates, sorted_out
from engine.core.walltime import RecordedZone

SINCE = datetime(2027, 1, 4, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def office() -> Calendar:
    """Berlin, with its holidays."""
    return build_calendar(CalendarSettings(country="DE", region="BE"), 2024, 2040)


def ahead(plan: Plan, office: Calendar, count: int = 3, *, since: datetime = SINCE) -> list[Planned]:
    zone = plan.zone or office.zone
    recorded = RecordedZone(zone, clock_changes(zone, office.first, office.last))
    return next_dates(plan, office, recorded, since=since, count=count)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("closed", "planned"),
    [("after", "2027-03-30T09:00+02:00"), ("before", "2027-03-25T09:00+01:00"), ("same", "2027-03-28T09:00+02:00")],
)
def test_a_closed_day_is_moved_as_the_plan_says_and_known_by_its_own_day(office, closed, planned):
    (easter, *_) = ahead(Plan(rule="P1Y", anchor="2026-03-28", on_closed_day=closed), office)
    assert (easter.on, easter.at) == (date(2027, 3, 28), moment(planned))


@pytest.mark.parametrize(
    ("lead", "starts"),
    [
        (None, "2027-02-09T14:00+01:00"),
        ("0 bd", "2027-02-09T09:00+01:00"),
        ("1 bd", "2027-02-08T09:00+01:00"),
        ("20 bd", "2027-01-12T09:00+01:00"),
        ("P14D", "2027-01-26T09:00+01:00"),
        ("P1M", "2027-01-11T09:00+01:00"),
        ("PT48H", "2027-02-07T14:00+01:00"),
    ],
)
def test_work_starts_a_lead_before_the_planned_date(office, lead, starts):
    (first, *_) = ahead(Plan(rule="0 0 14 ? 2 TUE#2", lead=lead), office)
    assert first.starts_at == moment(starts)
    assert first.limit_at == moment("2027-02-09T17:00+01:00")


@pytest.mark.parametrize("lead", ["-5 bd", "4 bh", "soon", "2027-01-01", "R/P1D"])
def test_what_is_no_lead_is_refused(lead):
    with pytest.raises(TimeError):
        check_plan(Plan(rule="0 0 9 1 * ?", lead=lead))


@pytest.mark.parametrize("parts", [{"at": "9"}, {"at": "09:00+01:00"}, {"anchor": "soon"}, {"until": "2027-02-30"}])
def test_times_and_days_that_do_not_exist_are_refused(parts):
    with pytest.raises(TimeError):
        check_plan(Plan(rule="0 0 9 1 * ?", **parts))


@pytest.mark.parametrize(
    ("zone", "gap", "after_gap", "twice", "first_of_two"),
    [
        ("Europe/Berlin", "2027-03-28", "2027-03-28T03:00+02:00", "2027-10-31", "2027-10-31T02:30+02:00"),
        ("America/New_York", "2027-03-14", "2027-03-14T03:00-04:00", "2027-11-07", None),
        ("Australia/Lord_Howe", "2027-10-03", "2027-10-03T02:30+11:00", "2027-04-04", None),
    ],
)
def test_a_skipped_time_is_the_moment_after_and_one_shown_twice_its_first(
    office, zone, gap, after_gap, twice, first_of_two
):
    plan = Plan(rule="P1D", anchor="2027-01-01T02:30", zone=zone, on_closed_day="same")
    dates = {one.on.isoformat(): one for one in ahead(plan, office, 320)}
    assert dates[gap].at == moment(after_gap)
    if first_of_two:
        assert dates[twice].at == moment(first_of_two)
    days = [one.at.astimezone(ZoneInfo(zone)).date() for one in dates.values()]
    assert sorted(set(days)) == days
    assert len(days) == 320


def test_days_that_are_moved_onto_one_are_one(office):
    dates = ahead(Plan(rule="P1D", anchor="2027-01-01"), office, 6)
    assert [one.on.isoformat()[8:] for one in dates] == ["05", "06", "07", "08", "11", "12"]


def test_nothing_is_planned_at_or_before_its_beginning(office):
    plan = Plan(rule="P1D", anchor="2027-01-01", at="10:00")
    assert ahead(plan, office, 1)[0].on == date(2027, 1, 5)
    assert ahead(plan, office, 1, since=moment("2027-01-04T09:59+01:00"))[0].on == date(2027, 1, 4)


def test_a_plan_ends_with_its_last_day_or_with_the_calendar(office):
    until = Plan(rule="P1M", anchor="2026-12-31", until="2027-03-30")
    assert [one.on.month for one in ahead(until, office, 9)] == [1, 2]
    assert len(ahead(Plan(rule="P1Y", anchor="2020-06-01"), office, 50)) == 14


def test_what_is_late_is_sorted_as_the_cycle_says(office):
    due = ahead(Plan(rule="P1M", anchor="2026-12-15", lead="5 bd"), office, 4)
    now = moment("2027-04-12T12:00+02:00")
    fates = {how: [fate for _, fate in sorted_out(due, now, how)] for how in ("run_once", "run_all", "skip")}
    assert fates == {
        "run_once": ["passed_over", "passed_over", "start", "start"],
        "run_all": ["start"] * 4,
        "skip": ["skipped", "skipped", "skipped", "start"],
    }
