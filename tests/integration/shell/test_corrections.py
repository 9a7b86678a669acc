"""Who corrects what somebody answered has had a hand in it: the record says so, and the rules count him."""

import pytest
from sqlalchemy import select

from engine import instances, tasks
from engine.errors import SeparationOfDuties
from engine.store.running import Answer
from tests.factories import deploy, three_tasks


@pytest.fixture
def checked(house):
    """Anna owns the process; bert has done the work that must be checked by somebody else."""
    deploy(house.database, three_tasks(), owner="anna")
    case = house.start("three", {"what": "leak"})
    house.do(case, "T_ask", {"asked": True}, by="carl")
    house.do(case, "T_do", {"done": 3}, by="bert")
    return case


def answers(house, case, element):
    query = select(Answer.number, Answer.answers, Answer.by, Answer.reason).where(
        Answer.task_id == house.task(case, element)
    )
    return house.read(lambda session: [tuple(row) for row in session.execute(query.order_by(Answer.number))])


def test_the_owner_does_not_check_what_he_has_corrected_himself(house, checked):
    house.act(instances.correct, checked, changes={"done": 4}, reason="Counted again.", by="anna")

    with pytest.raises(SeparationOfDuties):
        house.act(tasks.claim, house.task(checked, "T_check"), by="anna")
    house.do(checked, "T_check", {"fine": True}, by="carl")
    assert house.status(checked) == "completed"


def test_the_record_reads_as_the_data_do_and_keeps_what_was_handed_in(house, checked):
    house.act(instances.correct, checked, changes={"done": 4}, reason="Counted again.", by="anna")

    assert answers(house, checked, "T_do") == [
        (1, {"done": 3}, "bert", None),
        (2, {"done": 4}, "anna", "Counted again."),
    ]
    assert answers(house, checked, "T_ask") == [(1, {"asked": True}, "carl", None)]
    assert house.variables(checked)["done"] == 4
    assert house.verbs(checked)[-2:] == ["data.corrected", "task.amended"]
    house.must_replay()


def test_data_that_nobody_answered_are_corrected_without_touching_a_record(house, checked):
    house.act(instances.correct, checked, changes={"what": "drip"}, reason="Heard again.", by="anna")

    assert "task.amended" not in house.verbs(checked)
    house.do(checked, "T_check", {"fine": True}, by="anna")
