"""Somebody has seen to it: the ladder stands still, until that grows stale."""

import pytest

from engine import tasks
from engine.errors import Conflict, Forbidden, NotFound
from engine.ladders.acknowledging import acknowledge
from tests.integration.ladders.conftest import Tower, at, one_task, wall


def test_an_acknowledged_task_reaches_nobody_else(tower: Tower, late):
    tower.climb(until=at("2027-01-11 18:00"))
    tower.act(acknowledge, tower.task(late, "T_do"), by="bert")
    tower.act(acknowledge, tower.task(late, "T_do"), by="bert")

    tower.climb(until=at("2027-01-13 16:00"))

    assert tower.steps(late)[-1] == (1, 4, "acknowledged", "2027-01-11 18:00")
    assert tower.row(late).acknowledged_by == "bert"
    assert tower.verbs(late).count("ladder.acknowledged") == 1


def test_a_stale_acknowledgement_begins_the_ladder_again_one_level_up(tower: Tower, late):
    tower.climb(until=at("2027-01-11 18:00"))
    tower.act(acknowledge, tower.task(late, "T_do"), by="bert")

    tower.climb(until=at("2027-02-10 10:00"))

    assert [step for step in tower.steps(late) if step[0] == 2] == [
        (2, 4, "sent", "2027-01-13 17:00"),
        (2, 5, "sent", "2027-01-18 09:00"),
        (2, 6, "sent", "2027-01-29 09:00"),
    ]
    assert tower.row(late).acknowledged_by is None
    assert tower.said(late, "ladder.began_again")[0]["worked_at"] is None


def test_work_keeps_an_acknowledgement_fresh(tower: Tower, late):
    task = tower.task(late, "T_do")
    tower.climb(until=at("2027-01-11 18:00"))
    tower.act(acknowledge, task, by="bert")
    tower.climb(until=at("2027-01-13 10:00"))
    tower.act(tasks.claim, task, by="bert")

    tower.climb(until=at("2027-01-14 10:00"))

    assert wall(tower.row(late).next_rung_at) == "2027-01-15 17:00"
    assert (tower.row(late).episode, tower.row(late).acknowledged_by) == (1, "bert")


def test_only_those_whom_it_concerns_may_acknowledge(tower: Tower, late):
    task = tower.task(late, "T_do")
    with pytest.raises(NotFound):
        tower.act(acknowledge, task, by="tess")
    with pytest.raises(Forbidden, match="no concern of yours"):
        tower.act(acknowledge, task, by="olga")

    tower.climb(until=at("2027-01-25 12:00"))
    with pytest.raises(NotFound):
        tower.act(acknowledge, task, by="tess")
    tower.act(acknowledge, task, by="quinn")

    assert "refusal.rights" in tower.verbs(late)


def test_whoever_was_told_sees_the_case(tower: Tower, late):
    tower.climb(until=at("2027-01-26 10:00"))

    with pytest.raises(Conflict, match="nothing to stop"):
        tower.act(acknowledge, tower.task(late, "T_do"), by="tess")


def test_a_ladder_may_not_let_itself_be_stopped(tower: Tower):
    tower.ladder("firm", {"name": "Firm", "acknowledge": False, "rungs": [{"when": "1 bd", "whom": ["lead"]}]})
    tower.deploy(one_task("firm", escalation="firm"))
    case = tower.start("firm")

    with pytest.raises(Conflict, match="stopped by doing the task"):
        tower.act(acknowledge, tower.task(case, "T_do"), by="anna")


def test_a_closed_task_and_one_without_a_ladder_cannot_be_acknowledged(tower: Tower, late):
    tower.deploy(one_task("quiet", escalation="none"))
    quiet = tower.start("quiet")
    with pytest.raises(Conflict, match="climbs no ladder"):
        tower.act(acknowledge, tower.task(quiet, "T_do"), by="anna")
    tower.do(late, "T_do", by="bert")
    with pytest.raises(Conflict, match="was completed by bert"):
        tower.act(acknowledge, tower.task(late, "T_do"), by="bert")
