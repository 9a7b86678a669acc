"""Cases that call cases."""

from uuid import UUID

import pytest
from sqlalchemy import select

from engine import instances, tasks
from engine.errors import SeparationOfDuties
from engine.store.running import Instance, Message
from engine.verify import verify
from tests.factories import END, START, process, sequence, user_task
from tests.integration.shell.conftest import House
from tests.integration.shell.test_time import boundary, timer

CALL = (
    '<bpmn:callActivity id="C_child" name="child" calledElement="child"><bpmn:extensionElements>'
    '<camunda:in source="what" target="topic"/><camunda:out source="answer" target="heard"/>'
    "</bpmn:extensionElements></bpmn:callActivity>"
)
PARENT = process("parent", sequence(START, CALL, user_task("T_after", groups="staff"), END))
CHILD = process("child", sequence(START, user_task("T_child", groups="staff"), END))


def only_child(house: House, case: UUID) -> Instance:
    return house.read(lambda s: s.scalars(select(Instance).where(Instance.caller_id == case)).one())


def test_a_call_begins_a_case_of_its_own_and_hears_of_its_end_by_message(house: House):
    house.deploy(PARENT, CHILD)
    case = house.start("parent", {"what": "leak", "other": 1})
    child = only_child(house, case)
    assert (child.caller_element, house.variables(child.id)) == ("C_child", {"topic": "leak"})
    house.do(child.id, "T_child", {"answer": 42, "private": True})

    assert house.status(child.id) == "completed"
    assert house.open(case) == []
    owed = house.read(lambda s: s.scalars(select(Message)).one())
    assert (owed.kind, owed.status, owed.target_id) == ("called_finished", "owed", case)
    house.work()

    assert house.open(case) == ["T_after"]
    assert house.variables(case) == {"what": "leak", "other": 1, "heard": 42}
    assert house.read(lambda s: s.get_one(Message, owed.id).status) == "applied"
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


def test_a_called_process_that_nobody_released_leaves_no_half_case(house: House):
    house.deploy(PARENT)
    with pytest.raises(Exception, match="no released process child"):
        house.start("parent", {"what": "leak"})

    assert house.all_cases() == []


def test_a_cancelled_caller_takes_its_called_cases_along(house: House):
    house.deploy(PARENT, CHILD)
    case = house.start("parent", {"what": "leak"})
    child = only_child(house, case)
    house.act(instances.cancel, case, reason="no longer needed", by="olga")
    assert house.status(child.id) == "running"
    house.work()

    assert house.status(child.id) == "cancelled"
    assert house.open(child.id) == []
    house.must_replay()


def test_a_deadline_on_a_call_cancels_what_was_called(house: House):
    late = (
        boundary("B_late", "C_child", timer("B_late", "timeDuration", "PT1H"))
        + '<bpmn:endEvent id="end_late"/><bpmn:sequenceFlow id="fl" sourceRef="B_late" targetRef="end_late"/>'
    )
    house.deploy(process("parent", sequence(START, CALL, END) + late), CHILD)
    case = house.start("parent", {"what": "leak"})
    child = only_child(house, case)
    house.later(hours=1)
    house.work()

    assert (house.status(case), house.status(child.id)) == ("completed", "cancelled")
    house.must_replay()


def test_an_error_in_a_called_case_crosses_the_call(house: House):
    error = '<bpmn:error id="E" errorCode="no_way"/>'
    failing = '<bpmn:endEvent id="end"><bpmn:errorEventDefinition errorRef="E"/></bpmn:endEvent>'
    caught = (
        '<bpmn:boundaryEvent id="B_no" attachedToRef="C_child"><bpmn:errorEventDefinition errorRef="E"/>'
        "</bpmn:boundaryEvent>"
        + user_task("T_repair", groups="staff")
        + '<bpmn:endEvent id="end_2"/><bpmn:sequenceFlow id="f1" sourceRef="B_no" targetRef="T_repair"/>'
        '<bpmn:sequenceFlow id="f2" sourceRef="T_repair" targetRef="end_2"/>'
    )
    child = process("child", sequence(START, user_task("T_child", groups="staff"), failing), before=error)
    house.deploy(process("parent", sequence(START, CALL, END) + caught, before=error), child)
    case = house.start("parent", {"what": "leak"})
    child_id = only_child(house, case).id
    house.do(child_id, "T_child", {"answer": 0})
    house.work()

    assert house.status(child_id) == "failed"
    assert house.open(case) == ["T_repair"]
    house.must_replay()


def test_an_error_that_nobody_catches_leaves_the_caller_stuck_and_is_no_silent_end(house: House):
    error = '<bpmn:error id="E" errorCode="no_way"/>'
    failing = '<bpmn:endEvent id="end"><bpmn:errorEventDefinition errorRef="E"/></bpmn:endEvent>'
    child = process("child", sequence(START, user_task("T_child", groups="staff"), failing), before=error)
    house.deploy(PARENT, child)
    case = house.start("parent", {"what": "leak"})
    house.do(only_child(house, case).id, "T_child", {"answer": 0})
    house.work()

    assert house.status(case) == "running"
    [step] = house.stuck(case)
    assert "no_way" in step.error


def test_a_terminate_end_ends_the_called_case_only(house: House):
    stop = '<bpmn:endEvent id="end"><bpmn:terminateEventDefinition/></bpmn:endEvent>'
    house.deploy(PARENT, process("child", sequence(START, user_task("T_child", groups="staff"), stop)))
    case = house.start("parent", {"what": "leak"})
    house.do(only_child(house, case).id, "T_child", {"answer": 1})
    house.work()

    assert house.status(only_child(house, case).id) == "completed"
    assert house.open(case) == ["T_after"]


def test_who_worked_in_a_called_case_is_kept_apart_from_what_follows(house: House):
    apart = user_task("T_after", groups="staff", apart="called:C_child")
    house.deploy(process("parent", sequence(START, CALL, apart, END)), CHILD)
    case = house.start("parent", {"what": "leak"})
    house.do(only_child(house, case).id, "T_child", {"answer": 1}, by="bert")
    house.work()
    with pytest.raises(SeparationOfDuties):
        house.act(tasks.claim, house.task(case, "T_after"), by="bert")

    assert "refusal.separation" in house.verbs(case)
    house.do(case, "T_after", by="carl")
    assert house.status(case) == "completed"
    assert house.read(lambda s: verify(s, None)).holds


def test_parallel_calls_bring_their_results_in_the_order_of_the_list(house: House):
    call = (
        '<bpmn:callActivity id="C_child" calledElement="child"><bpmn:extensionElements>'
        '<camunda:in source="item" target="topic"/><camunda:out source="answer" target="heard"/>'
        '</bpmn:extensionElements><bpmn:multiInstanceLoopCharacteristics camunda:collection="items"'
        ' camunda:elementVariable="item"><bpmn:loopDataOutputRef>results</bpmn:loopDataOutputRef>'
        '<bpmn:outputDataItem name="heard"/></bpmn:multiInstanceLoopCharacteristics></bpmn:callActivity>'
    )
    house.deploy(process("parent", sequence(START, call, user_task("T_after", groups="staff"), END)), CHILD)
    case = house.start("parent", {"items": ["a", "b", "c"]})
    query = select(Instance.id).where(Instance.caller_id == case).order_by(Instance.id)
    children = house.read(lambda s: list(s.scalars(query)))
    for child in reversed(children):
        house.do(child, "T_child", {"answer": house.variables(child)["topic"].upper()})
        house.work()

    assert house.open(case) == ["T_after"]
    assert house.variables(case)["results"] == ["A", "B", "C"]
    house.must_replay()


def test_a_process_that_calls_itself_without_end_is_refused_and_the_server_goes_on(house: House):
    call = '<bpmn:callActivity id="C_self" calledElement="self"/>'
    house.deploy(process("self", sequence(START, call, END)), CHILD)
    with pytest.raises(Exception, match="nest more than"):
        house.start("self")

    house.start("child")
    assert len(house.all_cases()) == 1


def test_a_running_case_keeps_the_version_it_was_fixed_to(house: House):
    house.deploy(process("parent", sequence(START, user_task("T_before", groups="staff"), CALL, END)), CHILD)
    case = house.start("parent", {"what": "leak"})
    house.deploy(process("child", sequence(START, user_task("T_newer", groups="staff"), END)))
    house.do(case, "T_before")

    assert house.open(only_child(house, case).id) == ["T_child"]
    assert house.open(only_child(house, house_start_newer(house)).id) == ["T_newer"]


def house_start_newer(house: House) -> UUID:
    case = house.start("parent", {"what": "leak"})
    house.do(case, "T_before")
    return case
