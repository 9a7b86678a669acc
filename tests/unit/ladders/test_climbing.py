"""What is climbed of what is due."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engine.core.ladders import Climb, Ladder, Rung, TaskFacts, acknowledge, begin, climb_on, look_again, move, schedule

BERLIN = ZoneInfo("Europe/Berlin")
LEVELS = Ladder(
    key="levels",
    name="Levels",
    stale="PT1H",
    rungs=tuple(
        Rung(when=f"PT{minutes}M from ${{opened_at}}", whom=(f"group:level{number}",))
        for number, minutes in enumerate((0, 15, 30, 45), 1)
    ),
)
SEVERE = replace(LEVELS, severe=True, every="PT15M", at_most=1, top_every="PT30M")


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=BERLIN)


def wall(moment: datetime | None) -> str:
    assert moment is not None
    return moment.astimezone(BERLIN).strftime("%m-%d %H:%M")


def everybody(rung: Rung) -> tuple[str, ...]:
    return rung.whom


def nobody(_: Rung) -> tuple[str, ...]:
    return ()


def only(*levels: int):
    return lambda rung: rung.whom if rung.whom[0] in {f"group:level{level}" for level in levels} else ()


def a_task(office, opened: str, due: str | None = None, **more) -> TaskFacts:
    return TaskFacts(opened_at=at(opened), due_at=at(due) if due else None, calendar=office, **more)


def told(steps) -> list[tuple[int, str]]:
    return [(step.rung, step.outcome) for step in steps]


def test_the_ordinary_ladder_falls_due_as_the_organisation_says(office, shipped):
    task = a_task(office, "2027-03-22 09:00", "2027-03-25 17:00")

    planned = [wall(moment) for _, moment in schedule(shipped["ordinary"], task, begin(shipped["ordinary"], task))]

    assert planned == ["03-23 11:40", "03-23 17:00", "03-25 17:00", "03-30 09:00", "04-01 17:00", "04-12 17:00"]


def test_a_task_without_a_due_date_climbs_no_rung_that_hangs_on_it(office, shipped):
    task = a_task(office, "2027-03-22 09:00")
    climb = begin(shipped["ordinary"], task)

    assert climb == Climb(next_rung=1, next_at=None)
    assert wall(move(shipped["ordinary"], replace(task, due_at=at("2027-03-25 17:00")), climb).next_at) == "03-23 11:40"


def test_the_highest_rung_that_is_due_goes_out_and_lower_ones_are_passed_over(office, shipped):
    task = a_task(office, "2027-03-22 09:00", "2027-03-25 17:00", claimed=True)
    ladder = shipped["ordinary"]

    steps, climb = climb_on(ladder, task, begin(ladder, task), reached=everybody, now=at("2027-04-02 10:00"))

    assert told(steps) == [(1, "passed_over"), (2, "passed_over"), (3, "passed_over"), (4, "passed_over"), (5, "sent")]
    assert (climb.next_rung, wall(climb.next_at)) == (6, "04-12 17:00")
    assert steps[0].because == steps[3].because == "A higher rung was due."


def test_a_rung_for_unclaimed_tasks_is_passed_over_when_somebody_has_claimed_it(office, shipped):
    task = a_task(office, "2027-03-22 09:00", "2027-03-25 17:00", claimed=True)
    ladder = shipped["ordinary"]

    steps, climb = climb_on(ladder, task, begin(ladder, task), reached=everybody, now=at("2027-03-23 12:00"))

    assert told(steps) == [(1, "passed_over")]
    assert steps[0].because == "Somebody has claimed it."
    assert (climb.next_rung, wall(climb.next_at)) == (2, "03-23 17:00")


def test_a_due_date_that_moves_takes_the_coming_rungs_along_and_no_other(office, shipped):
    task = a_task(office, "2027-03-22 09:00", "2027-03-25 17:00")
    ladder = shipped["ordinary"]
    _, climb = climb_on(ladder, task, begin(ladder, task), reached=everybody, now=at("2027-03-25 17:00"))
    later = replace(task, due_at=at("2027-04-30 17:00"))

    moved = move(ladder, later, climb)

    assert (moved.next_rung, wall(moved.next_at)) == (4, "05-03 09:00")
    assert move(ladder, replace(task, due_at=None), climb).next_at is None


def test_a_severe_ladder_passes_an_empty_level_at_once_by_night(office):
    task = a_task(office, "2027-03-27 02:00")

    steps, climb = climb_on(SEVERE, task, begin(SEVERE, task), reached=only(3), now=at("2027-03-27 02:00"))

    assert told(steps) == [(1, "nobody"), (2, "nobody"), (3, "sent")]
    assert (climb.next_rung, wall(climb.next_at)) == (4, "03-27 02:45")


def test_a_mild_ladder_holds_an_empty_level_until_open_hours(office):
    task = a_task(office, "2027-03-27 02:00")

    steps, climb = climb_on(LEVELS, task, begin(LEVELS, task), reached=only(2), now=at("2027-03-27 02:00"))
    again, after = climb_on(LEVELS, task, climb, reached=only(2), now=at("2027-03-30 09:00"))

    assert told(steps) == [(1, "held")]
    assert (climb.next_rung, wall(climb.next_at)) == (1, "03-30 09:00")
    assert told(again) == [(1, "passed_over"), (2, "passed_over"), (3, "passed_over"), (4, "nobody")]
    assert after.next_at is None


def test_a_mild_ladder_goes_on_by_day_where_nobody_stands(office):
    task = a_task(office, "2027-03-22 10:00")

    steps, climb = climb_on(LEVELS, task, begin(LEVELS, task), reached=only(2), now=at("2027-03-22 10:00"))

    assert told(steps) == [(1, "nobody"), (2, "sent")]
    assert (climb.next_rung, wall(climb.next_at)) == (3, "03-22 10:30")


def test_a_ladder_comes_round_again_and_then_its_top_alone(office):
    task, climb, seen = a_task(office, "2027-03-27 02:00"), None, []
    climb = begin(SEVERE, task)
    for _ in range(11):
        steps, climb = climb_on(SEVERE, task, climb, reached=everybody, now=climb.next_at)
        seen += [(step.episode, step.rung, wall(step.planned_at)) for step in steps]

    assert seen == [
        (1, 1, "03-27 02:00"),
        (1, 2, "03-27 02:15"),
        (1, 3, "03-27 02:30"),
        (1, 4, "03-27 02:45"),
        (2, 1, "03-27 03:00"),
        (2, 2, "03-27 03:15"),
        (2, 3, "03-27 03:30"),
        (2, 4, "03-27 03:45"),
        (3, 4, "03-27 04:15"),
        (4, 4, "03-27 04:45"),
        (5, 4, "03-27 05:15"),
    ]


def test_an_acknowledgement_stops_the_ladder_and_a_stale_one_begins_it_again_one_level_up(office):
    task, now = a_task(office, "2027-03-22 10:00"), at("2027-03-22 10:20")
    _, climb = climb_on(LEVELS, task, begin(LEVELS, task), reached=everybody, now=now)

    steps, stopped = acknowledge(LEVELS, task, climb, now=now)
    stale = look_again(LEVELS, task, stopped, worked_at=None, now=stopped.next_at)
    again, after = climb_on(LEVELS, task, stale, reached=everybody, now=stale.next_at)

    assert told(steps) == [(3, "acknowledged")]
    assert climb_on(LEVELS, task, stopped, reached=everybody, now=at("2027-03-22 12:00")) == ((), stopped)
    assert wall(stopped.next_at) == "03-22 11:20"
    assert [(step.episode, step.rung, step.outcome) for step in again] == [(2, 3, "sent")]
    assert (after.episode, after.next_rung, wall(after.next_at)) == (2, 4, "03-22 11:35")


def test_work_keeps_an_acknowledgement_fresh(office):
    task, now = a_task(office, "2027-03-22 10:00"), at("2027-03-22 10:20")
    _, stopped = acknowledge(LEVELS, task, begin(LEVELS, task), now=now)

    kept = look_again(LEVELS, task, stopped, worked_at=now + timedelta(minutes=50), now=now + timedelta(hours=1))

    assert wall(kept.next_at) == "03-22 12:10"
    assert kept.acknowledged_at == now


def test_a_moment_beyond_the_calendar_is_no_moment(office, shipped):
    assert begin(shipped["ordinary"], a_task(office, "2029-12-31 10:00", "2029-12-31 17:00")).next_rung == 1
    assert begin(SEVERE, a_task(office, "2029-12-31 10:00")).next_at == at("2029-12-31 10:00")
