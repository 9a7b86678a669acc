"""Several people at once, and nothing half done."""

from collections.abc import Callable
from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from engine import instances, tasks
from engine.errors import AlreadyClaimed, Conflict, Forbidden, StewardError
from engine.ids import new_id
from engine.store.running import Answer, Event, Instance, Task
from engine.verify import verify
from tests.factories import END, START, process, sequence, three_tasks, user_task
from tests.integration.shell.conftest import House
from tests.integration.shell.test_history_holds import DMN, RATE
from tests.listening import listening

PEOPLE = ("anna", "bert", "carl", "dora")


def parallel(*elements: str) -> bytes:
    flows = "".join(
        f'<bpmn:sequenceFlow id="a_{one}" sourceRef="fork" targetRef="{one}"/>'
        f'<bpmn:sequenceFlow id="b_{one}" sourceRef="{one}" targetRef="join"/>'
        for one in elements
    )
    gateways = '<bpmn:parallelGateway id="fork"/>', '<bpmn:parallelGateway id="join"/>'
    body = sequence(START, gateways[0]) + sequence(gateways[1], END) + flows
    return process("parallel", body + "".join(user_task(one, groups="staff") for one in elements))


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Let all begin at the same moment; what each returned, or the error it ended in."""
    barrier, results = Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results[place] = act()  # type: ignore[call-overload]
        except StewardError as error:
            results[place] = error  # type: ignore[call-overload]

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_four_people_complete_parallel_tasks_of_one_case_at_once(house: House):
    house.deploy(parallel("T_a", "T_b", "T_c", "T_d"))
    for _ in range(5):
        case = house.start("parallel")
        work = list(zip(PEOPLE, ("T_a", "T_b", "T_c", "T_d"), strict=True))
        for person, element in work:
            house.act(tasks.claim, house.task(case, element), by=person)

        def act(person: str, task: UUID) -> Callable[[], object]:
            return lambda: house.act(tasks.complete, task, answers={f"said_{person}": True}, by=person)

        results = at_once(*(act(person, house.task(case, element)) for person, element in work))

        assert [type(result) for result in results] == [tasks.Done] * 4
        assert house.status(case) == "completed"
        assert house.variables(case) == {f"said_{person}": True for person in PEOPLE}
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


def test_of_two_who_claim_one_task_one_gets_it_and_the_other_is_told_who(house: House):
    house.deploy(three_tasks())
    for _ in range(5):
        task = house.task(house.start("three"), "T_ask")

        def act(person: str, task: UUID = task) -> Callable[[], object]:
            return lambda: house.act(tasks.claim, task, by=person)

        results = at_once(act("anna"), act("bert"))
        holder = house.read(lambda s, task=task: s.get_one(Task, task).holder)
        refused = [result for result in results if result is not None]

        assert [type(error) for error in refused] == [AlreadyClaimed]
        assert refused[0].holder == holder
        assert holder in ("anna", "bert")


def test_the_same_answers_twice_at_once_count_once(house: House):
    house.deploy(three_tasks())
    case = house.start("three")
    task = house.task(case, "T_ask")
    house.act(tasks.claim, task, by="anna")
    results = at_once(*[lambda: house.act(tasks.complete, task, answers={"x": 1}, by="anna")] * 2)

    assert sorted(type(result).__name__ for result in results) == ["Done", "TaskClosed"]
    assert house.read(lambda s: s.scalar(select(func.count()).select_from(Answer))) == 1
    assert house.open(case) == ["T_do"]


def test_a_step_that_breaks_a_rule_of_the_data_leaves_nothing(house: House):
    house.deploy(three_tasks())
    case = house.start("three")
    task = house.task(case, "T_ask")
    house.act(tasks.claim, task, by="anna")
    before = house.verbs(case)
    with house.database.writing() as session:  # The next answers to this task will be one row too many.
        row = {"task_id": task, "number": 1, "answers": {}, "digest": b"", "by": "bert", "at": house.now}
        session.execute(insert(Answer).values(**row))

    with pytest.raises(IntegrityError):
        house.act(tasks.complete, task, answers={"x": 1}, by="anna")

    assert house.verbs(case) == before
    assert house.open(case) == ["T_ask"]
    assert house.variables(case) == {}
    assert house.read(lambda s: s.scalar(select(func.count()).select_from(Event))) == 1
    house.must_replay()


def test_a_case_that_cannot_begin_leaves_nothing(house: House):
    house.deploy(
        process(
            "gate",
            sequence(START, '<bpmn:exclusiveGateway id="which"/>')
            + sequence('<bpmn:endEvent id="end"/>')
            + '<bpmn:sequenceFlow id="f" sourceRef="which" targetRef="end"><bpmn:conditionExpression>'
            "${amount &gt; 3}</bpmn:conditionExpression></bpmn:sequenceFlow>",
        )
    )
    with pytest.raises(StewardError, match="amount"):
        house.start("gate")

    assert house.all_cases() == []
    house.start("gate", {"amount": 4})
    assert len(house.all_cases()) == 1


def test_a_completion_is_one_commit_and_at_most_twelve_statements(house: House):
    house.deploy(three_tasks())
    case = house.start("three", {"what": "leak"})
    task = house.task(case, "T_ask")
    house.act(tasks.claim, task, by="anna")
    with listening(house.database.engine) as heard:
        house.act(tasks.complete, task, answers={"asked": True}, by="anna")

    assert len(heard.statements) <= 12
    assert heard.commits == 1


def test_a_step_that_closes_the_only_task_still_knows_the_organisation_when_the_next_opens(house: House):
    ask, read = (user_task(one, groups="staff") for one in ("T_ask", "T_read"))
    house.deploy(process("rated", sequence(START, ask, RATE, read, END)), decisions={"size": DMN})
    before, after = (house.start("rated", {"n": 5}) for _ in range(2))
    house.do(before, "T_ask", {})
    task = house.task(after, "T_ask")
    house.act(tasks.claim, task, by="anna")
    with listening(house.database.engine) as heard:
        house.act(tasks.complete, task, answers={}, by="anna")

    assert house.open(after) == ["T_read"]
    asked = [one for one in heard.statements if one.startswith("SELECT")]
    assert not [one for one in asked if "bindings" in one or "FROM signatures JOIN" in one]


def test_a_held_task_is_given_back_assigned_and_delegated(house: House):
    house.deploy(three_tasks())
    case = house.start("three")
    task = house.task(case, "T_ask")

    def holder() -> str | None:
        return house.read(lambda s: s.get_one(Task, task).holder)

    house.act(tasks.claim, task, by="bert")
    house.act(tasks.give_back, task, reason="ill", by="bert")
    assert holder() is None
    house.act(tasks.claim, task, by="carl")
    with pytest.raises(Forbidden):
        house.act(tasks.assign, task, to="bert", reason="mine", by="bert")
    house.act(tasks.assign, task, to="bert", reason="carl is away", by="olga")
    assert holder() == "bert"
    house.act(tasks.delegate, task, to="dora", reason="she knows", by="bert")
    assert holder() == "dora"

    assert house.verbs(case)[2:] == [
        "task.claimed",
        "task.given_back",
        "task.claimed",
        "refusal.rights",
        "task.assigned",
        "task.delegated",
    ]
    house.act(tasks.complete, task, answers={}, by="dora")
    assert house.read(lambda s: verify(s, None)).holds


def test_a_cancelled_case_withdraws_its_tasks_and_says_why(house: House):
    house.deploy(parallel("T_a", "T_b"))
    case = house.start("parallel")
    with pytest.raises(Forbidden):
        house.act(instances.cancel, case, reason="no", by="bert")
    house.act(instances.cancel, case, reason="registered twice", by="olga")

    assert house.status(case) == "cancelled"
    assert house.open(case) == []
    assert house.said(case, "instance.cancel")[0]["reason"] == "registered twice"
    with pytest.raises(Conflict):
        house.act(instances.cancel, case, reason="again", by="olga")
    house.must_replay()


def test_corrected_data_stand_in_the_trail_with_their_reason(house: House):
    house.deploy(three_tasks())
    case = house.start("three", {"what": "leak", "draft": 1})
    house.act(instances.correct, case, changes={"what": "spill"}, removed=("draft",), reason="typing error", by="olga")

    assert house.variables(case) == {"what": "spill"}
    said = house.said(case, "data.corrected")[0]
    assert (said["reason"], said["changes"], said["removed"]) == ("typing error", {"what": "spill"}, ["draft"])
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


def test_a_draft_is_kept_for_its_author_and_goes_with_the_task(house: House):
    house.deploy(three_tasks())
    case = house.start("three")
    task = house.task(case, "T_ask")
    house.act(tasks.claim, task, by="anna")
    house.act(tasks.save_draft, task, answers={"x": "hal"}, by="anna")
    house.act(tasks.save_draft, task, answers={"x": "half"}, by="anna")
    assert house.read(lambda s: tasks.draft(s, task, by=house.who["anna"])) == ({"x": "half"}, house.now)
    assert house.read(lambda s: tasks.draft(s, task, by=house.who["bert"])) == ({}, None)
    house.act(tasks.complete, task, answers={"x": "whole"}, by="anna")
    with house.database.writing() as session:
        assert tasks.sweep_drafts(session) == 1


def test_each_new_id_is_greater_than_the_one_before():
    ids = [new_id() for _ in range(10_000)]

    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert {one.version for one in ids} == {7}


def test_every_open_task_names_who_is_accountable(house: House):
    house.deploy(process("silent", sequence(START, user_task("T_any"), END)))
    case = house.start("silent")
    row = house.read(lambda s: s.scalars(select(Task).where(Task.instance_id == case)).one())

    assert (row.accountable, row.accountable_because) == ("olga", "owner")
    assert house.read(lambda s: s.get_one(Instance, case).owner) == "olga"


def test_a_list_that_is_worked_on_takes_one_more_item(house: House):
    many = '<bpmn:multiInstanceLoopCharacteristics camunda:collection="items" camunda:elementVariable="item"/>'
    house.deploy(process("many", sequence(START, user_task("T_each", groups="staff", inside=many), END)))
    case = house.start("many", {"items": ["a", "b"]})
    house.act(instances.add_item, case, element="T_each", item="c", by="olga")

    tasks_of = select(Task).where(Task.instance_id == case).order_by(Task.id)
    rows = house.read(lambda s: list(s.scalars(tasks_of)))
    assert [row.locals["item"] for row in rows] == ["a", "b", "c"]
    for row, person in zip(rows, PEOPLE[:3], strict=True):
        house.act(tasks.claim, row.id, by=person)
        house.act(tasks.complete, row.id, answers={}, by=person)
    assert house.status(case) == "completed"
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds
