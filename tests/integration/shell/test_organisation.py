"""What a case knows of the organisation is what holds when the task opens, however often it was looked up before."""

from engine.identity import groups
from engine.identity.people import SETUP
from engine.store.running import Task
from tests.factories import NOW, three_tasks


def accountable(house, case, element):
    task = house.task(case, element)
    return house.read(lambda session: session.get_one(Task, task).accountable)


def test_a_new_lead_answers_for_the_next_task_and_only_for_that(house):
    house.deploy(three_tasks())
    first, second = (house.start("three", {"what": "leak"}) for _ in range(2))
    house.do(first, "T_ask", {"asked": True})

    with house.database.writing() as session:
        groups.join(session, "staff", "bert", standing="lead", by=SETUP, now=NOW)
    house.do(second, "T_ask", {"asked": True})

    assert accountable(house, first, "T_do") == "anna"
    assert accountable(house, second, "T_do") == "bert"


def test_a_change_that_was_undone_is_not_remembered(house):
    house.deploy(three_tasks())
    first, second = (house.start("three", {"what": "leak"}) for _ in range(2))

    try:
        with house.database.writing() as session:
            groups.join(session, "staff", "bert", standing="lead", by=SETUP, now=NOW)
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    house.do(first, "T_ask", {"asked": True})
    house.do(second, "T_ask", {"asked": True})

    assert accountable(house, first, "T_do") == accountable(house, second, "T_do") == "anna"
