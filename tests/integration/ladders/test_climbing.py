"""Whom a task reaches while it is not done."""

import pytest
from sqlalchemy import insert

from engine import instances, tasks
from engine.store.ladders import LadderStep, LadderTold
from tests.integration.ladders.conftest import Tower, at, one_task, wall

WHOLE = [
    (1, 1, "sent", "2027-01-06 09:40"),
    (1, 2, "passed_over", "2027-01-07 09:30"),
    (1, 3, "sent", "2027-01-11 17:00"),
    (1, 4, "sent", "2027-01-12 09:00"),
    (1, 5, "sent", "2027-01-14 17:00"),
    (1, 6, "sent", "2027-01-25 17:00"),
]


def test_an_unclaimed_late_task_climbs_to_top_management(tower: Tower, late):
    tower.climb(until=at("2027-03-01 10:00"))

    assert tower.steps(late) == WHOLE
    assert tower.sent(late) == [
        (1, "anna", "2027-01-06 09:40"),
        (1, "bert", "2027-01-06 09:40"),
        (1, "carl", "2027-01-06 09:40"),
        (3, "anna", "2027-01-11 17:00"),
        (3, "bert", "2027-01-11 17:00"),
        (3, "carl", "2027-01-11 17:00"),
        (4, "anna", "2027-01-12 09:00"),
        (5, "ada", "2027-01-14 17:00"),
        (5, "quentin", "2027-01-14 17:00"),
        (5, "quinn", "2027-01-14 17:00"),
        (6, "tess", "2027-01-25 17:00"),
        (6, "tom", "2027-01-25 17:00"),
    ]
    assert tower.row(late).next_rung_at is None
    tower.must_replay()


def test_the_reminder_goes_to_whoever_holds_the_task_now(tower: Tower, late):
    task = tower.task(late, "T_do")
    tower.act(tasks.claim, task, by="bert")
    tower.act(tasks.assign, task, to="carl", reason="Bert is away.", by="anna")

    tower.climb(until=at("2027-01-08 10:00"))

    assert tower.steps(late) == [(1, 1, "passed_over", "2027-01-06 09:40"), (1, 2, "sent", "2027-01-07 09:30")]
    assert tower.sent(late) == [(2, "carl", "2027-01-07 09:30")]


def test_reminders_die_with_the_task(tower: Tower, late):
    tower.do(late, "T_do", by="bert")

    tower.climb(until=at("2027-03-01 10:00"))

    assert tower.steps(late) == []
    assert tower.owed() == []


def test_after_a_standstill_the_highest_rung_goes_out_once(tower: Tower, late):
    tower.now = at("2027-01-14 18:00")
    tower.climb()
    tower.climb()

    assert [(rung, outcome) for _, rung, outcome, _ in tower.steps(late)] == [
        (1, "passed_over"),
        (2, "passed_over"),
        (3, "passed_over"),
        (4, "passed_over"),
        (5, "sent"),
    ]
    assert {rung for rung, _, _ in tower.sent(late)} == {5}
    assert len(tower.owed()) == 3
    assert wall(tower.row(late).next_rung_at) == "2027-01-25 17:00"


def test_a_case_that_rests_climbs_nothing_and_then_its_highest_rung(tower: Tower, late):
    tower.act(instances.suspend, late, reason="Strike.", by="olga")
    tower.climb(until=at("2027-01-15 10:00"))
    assert tower.steps(late) == []

    tower.act(instances.resume, late, reason="It is over.", by="olga")
    tower.climb()

    assert {rung for rung, _, _ in tower.sent(late)} == {5}


def test_a_due_date_that_moves_takes_coming_rungs_along_and_repeats_none(tower: Tower):
    tower.deploy(one_task("moved", due="${until}"))
    case = tower.start("moved", {"until": "2027-01-08T12:00:00+01:00"})
    tower.climb(until=at("2027-01-08 13:00"))
    before = tower.owed()

    tower.act(instances.correct, case, changes={"until": "2027-02-08T12:00:00+01:00"}, reason="More to do.", by="olga")
    assert wall(tower.row(case).next_rung_at) == "2027-02-09 09:00"
    tower.climb(until=at("2027-02-08 13:00"))
    assert tower.owed() == before

    tower.climb(until=at("2027-02-09 09:00"))
    assert [rung for _, rung, _, _ in tower.steps(case)] == [1, 2, 3, 4]


def test_a_task_may_climb_no_ladder(tower: Tower):
    tower.deploy(one_task("quiet", escalation="none"))
    case = tower.start("quiet")

    assert (tower.row(case).ladder, tower.row(case).next_rung_at) == (None, None)


def test_a_running_case_keeps_the_ladder_it_began_with(tower: Tower, late):
    quick = {"name": "Quick", "rungs": [{"when": "PT1H from ${opened_at}", "whom": ["owner"]}]}
    tower.ladder("ordinary", quick)
    newer = tower.start("one", by="carl")

    tower.climb(until=at("2027-01-11 17:00"))

    assert [rung for _, rung, _, _ in tower.steps(late)] == [1, 2, 3]
    assert tower.sent(newer) == [(1, "olga", "2027-01-04 11:00")]


def test_holidays_and_both_clock_changes_are_counted(tower: Tower):
    tower.deploy(one_task("easter", due="2 bd"), one_task("autumn", due="2 bd"))
    tower.now = at("2027-03-24 10:00")
    easter = tower.start("easter")
    tower.climb(until=at("2027-04-20 10:00"))
    tower.now = at("2027-10-28 10:00")
    autumn = tower.start("autumn")
    tower.climb(until=at("2027-11-20 10:00"))

    assert [when for *_, when in tower.steps(easter)][2:] == [
        "2027-03-30 17:00",
        "2027-03-31 09:00",
        "2027-04-02 17:00",
        "2027-04-13 17:00",
    ]
    assert [when for *_, when in tower.steps(autumn)][2:] == [
        "2027-11-01 17:00",
        "2027-11-02 09:00",
        "2027-11-04 17:00",
        "2027-11-15 17:00",
    ]


def test_what_fails_halfway_leaves_nothing_and_is_climbed_once(tower: Tower, late, monkeypatch):
    tower.now = at("2027-01-11 17:00")

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("engine.ladders.telling.audit.save", killed)
        with pytest.raises(KeyboardInterrupt):
            tower.climb()
    assert (tower.steps(late), tower.owed()) == ([], [])

    tower.climb()
    assert [(rung, outcome) for _, rung, outcome, _ in tower.steps(late)][-1] == (3, "sent")
    assert len(tower.owed()) == 3


def test_a_ladder_that_cannot_be_climbed_rests_and_stops_no_other(tower: Tower, late):
    other, broken = tower.start("one", by="carl"), tower.task(late, "T_do")
    key = {"task_id": broken, "episode": 1, "rung": 1, "instance_id": late}
    step = key | {"planned_at": tower.now, "at": tower.now, "outcome": "sent", "because": "", "kept_for": None}
    with tower.database.writing() as session:
        session.execute(insert(LadderStep), [step])
        session.execute(insert(LadderTold), [key | {"person_id": "anna"}])

    tower.now = at("2027-01-06 10:00")
    tower.climb()

    assert tower.sent(other)[0] == (1, "anna", "2027-01-06 10:00")
    assert tower.verbs(late)[-1] == "ladder.failed"
    assert "IntegrityError" in tower.said(late, "ladder.failed")[0]["error"]
    assert wall(tower.row(late).next_rung_at) == "2027-01-06 10:30"
