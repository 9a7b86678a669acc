"""A case is about a row of a register: the model reads it, its people get the work, and changes reach the case."""

import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from engine import instances, registers, tasks
from engine.errors import Invalid, SeparationOfDuties
from engine.registers import Subject
from engine.store.records import Delivery
from engine.store.running import Instance, Task, Timer
from engine.verify import verify
from tests.factories import END, START, process, sequence, user_task
from tests.integration.registers.conftest import FORM, MACHINES, PRESS
from tests.integration.shell.conftest import House

PRESS_3 = Subject(register="reg_machines", row="press")


@pytest.fixture
def case(house: House) -> UUID:
    house.act(registers.add, "reg_machines", {**PRESS, "phases": {"repair": "carl"}}, by="anna")
    first = user_task("T_first", assignee="${subject.steward}")
    second = user_task("T_second", assignee="${subject.people.repair}")
    house.deploy(process("mend", sequence(START, first, second, user_task("T_last", groups="staff"), END)))
    return house.start("mend", subject=PRESS_3)


def holder(house: House, case: UUID, element: str) -> Any:
    query = select(Task.holder, Task.accountable).where(Task.instance_id == case, Task.element == element)
    return house.read(lambda s: tuple(s.execute(query).one()))


def test_work_goes_to_the_people_of_the_subject_as_they_are_when_it_opens(house: House, case: UUID):
    assert holder(house, case, "T_first") == ("anna", "anna")
    changes = {"phases": {"repair": "bert"}}
    house.act(registers.change, "reg_machines", "press", changes, reason="Carl is busy.", by="anna")
    house.do(case, "T_first")

    assert holder(house, case, "T_second") == ("bert", "bert")
    assert house.said(case, "subject.changed") == [house.said(case, "subject.changed")[0]]
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


def test_a_change_of_the_subject_reaches_the_case_once(house: House, case: UUID):
    house.act(registers.change, "reg_machines", "press", {"name": "Press 4"}, reason="Moved.", by="anna")
    house.do(case, "T_first")
    house.do(case, "T_second", by="carl")
    assert house.verbs(case).count("subject.changed") == 1
    assert house.read(lambda s: s.get_one(Instance, case).subject_number) == 2
    house.must_replay()


@pytest.mark.parametrize(("hours", "saw"), [(1, "Press 4"), (3, "Press 3")])
def test_a_timer_sees_the_subject_as_it_was_when_it_was_due(house: House, hours: int, saw: str):
    house.act(registers.add, "reg_machines", PRESS, by="anna")
    waits = (
        '<bpmn:intermediateCatchEvent id="C"><bpmn:timerEventDefinition><bpmn:timeDuration>PT2H</bpmn:timeDuration>'
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )
    script = "<bpmn:script>{saw: subject.name}</bpmn:script>"
    looks = f'<bpmn:scriptTask id="X" scriptFormat="feel">{script}</bpmn:scriptTask>'
    house.deploy(process("late", sequence(START, waits, looks, user_task("T_then", groups="staff"), END)))
    case = house.start("late", subject=PRESS_3)
    house.later(hours=hours)
    house.act(registers.change, "reg_machines", "press", {"name": "Press 4"}, reason="Moved.", by="anna")
    house.later(hours=9)
    house.work()

    assert house.variables(case) == {"saw": saw}
    assert house.read(lambda s: list(s.scalars(select(Timer.status)))) == ["fired"]
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


def test_whoever_may_pause_the_subject_is_offered_the_task(house: House):
    house.act(registers.add, "reg_machines", PRESS, by="anna")
    ask = user_task("T_pause").replace(
        "<bpmn:userTask ", '<bpmn:userTask camunda:candidateUsers="${pause_authority(subject)}" '
    )
    house.deploy(process("stop", sequence(START, ask, END)))
    case = house.start("stop", subject=PRESS_3)
    [opened] = house.said(case, "task.opened")
    assert opened["candidates"] == ["person:anna", "person:bert"]
    house.must_replay()


def test_a_called_case_is_about_what_its_caller_is_about(house: House, case: UUID):
    call = '<bpmn:callActivity id="C" calledElement="mend"/>'
    house.deploy(process("outer", sequence(START, call, END)))
    outer = house.start("outer", subject=PRESS_3)
    query = select(Instance.subject_register, Instance.subject_row).where(Instance.caller_id == outer)
    assert house.read(lambda s: tuple(s.execute(query).one())) == ("reg_machines", "press")


def test_no_case_begins_about_what_is_not_there_or_has_ended(house: House, case: UUID):
    with pytest.raises(Invalid, match="There is no reg_machines:lathe"):
        house.start("mend", subject=Subject(register="reg_machines", row="lathe"))
    house.act(registers.end, "reg_machines", "press", reason="Scrapped.", by="anna")
    with pytest.raises(Invalid, match="has ended"):
        house.start("mend", subject=PRESS_3)
    house.do(case, "T_first")
    assert house.open(case) == ["T_second"]


def test_a_register_that_somebody_may_not_see_gives_him_no_subject(house: House, case: UUID):
    house.act(registers.define, {**MACHINES, "may_read": ["staff"]}, json.dumps(FORM).encode(), by="root")
    for row in ("press", "lathe"):
        with pytest.raises(Invalid, match=f"There is no reg_machines:{row}"):
            house.start("mend", subject=Subject(register="reg_machines", row=row), by="stranger")


def test_a_case_that_is_about_nothing_is_stuck_where_the_model_asks_for_its_subject(house: House):
    house.deploy(
        process("lone", sequence(START, user_task("T_a"), user_task("T_b", assignee="${subject.steward}"), END))
    )
    case = house.start("lone", by="olga")
    house.act(instances_claim, house.task(case, "T_a"), by="olga")
    done = house.do(case, "T_a", by="olga")
    assert done.stuck_id is not None
    assert house.open(case) == ["T_a"]


def instances_claim(session: Any, task: UUID, *, by: Any, now: Any) -> None:
    from engine import tasks

    tasks.claim(session, task, by=by, now=now)


def test_a_subject_that_was_altered_is_found(house: House, case: UUID):
    other = {**PRESS, "id": "lathe", "name": "Lathe"}
    house.act(registers.add, "reg_machines", other, by="anna")
    with house.database.writing() as session:
        session.execute(update(Instance).values(subject_row="lathe"))
    found = house.read(lambda s: verify(s, None)).first
    assert found is not None
    assert found.chain == str(case)


def test_a_case_keeps_its_subject_over_its_whole_life(house: House, case: UUID):
    house.act(instances.suspend, case, reason="Rest.", by="olga")
    house.act(registers.change, "reg_machines", "press", {"name": "Press 4"}, reason="Moved.", by="anna")
    house.act(instances.resume, case, reason="On.", by="olga")
    house.do(case, "T_first")
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


def offered(house: House, case: UUID) -> list[str]:
    [opened] = house.said(case, "task.opened")
    return list(opened["candidates"])


@pytest.mark.parametrize("groups", ["${ who }", "${wanted}", "${'staff'}, ${spare}"])
def test_candidate_groups_may_be_computed_from_data(house: House, groups: str):
    house.act(registers.add, "reg_machines", PRESS, by="anna")
    house.deploy(process("ask", sequence(START, user_task("T_do", groups=groups), END)))
    data = {"who": "staff", "wanted": ["staff"], "spare": None}
    case = house.start("ask", data, subject=PRESS_3)
    assert offered(house, case) == ["group:staff"]
    house.must_replay()


def test_people_of_a_role_of_the_subject_are_kept_apart_by_a_variable(house: House):
    house.act(registers.add, "reg_machines", PRESS, by="anna")
    name = (
        '<bpmn:scriptTask id="X" scriptFormat="feel"><bpmn:script>'
        "{ keepers: [subject.steward, subject.pause[2]] }</bpmn:script></bpmn:scriptTask>"
    )
    check = user_task("T_check", groups="staff", apart="person:keepers")
    house.deploy(process("look", sequence(START, name, check, END)))
    case = house.start("look", subject=PRESS_3)
    for keeper in ("anna", "bert"):
        with pytest.raises(SeparationOfDuties, match="named in the case as keepers"):
            house.act(tasks.claim, house.task(case, "T_check"), by=keeper)
    house.do(case, "T_check", by="carl")
    house.must_replay()


CHECKED = {
    "schemaVersion": 18,
    "type": "default",
    "id": "checked",
    "components": [
        {
            "type": "textfield",
            "key": "what",
            "id": "f1",
            "label": "What",
            "properties": {"check": '=subject.status = "active"', "checkMessage": "The machine is not in use."},
        }
    ],
}


def test_a_form_reads_the_subject_as_it_is_at_that_moment(house: House):
    house.act(registers.add, "reg_machines", PRESS, by="anna")
    asks = user_task("T_ask", groups="staff").replace("<bpmn:userTask ", '<bpmn:userTask camunda:formRef="checked" ')
    house.deploy(process("ask", sequence(START, asks, END)), forms={"checked": json.dumps(CHECKED).encode()})
    case = house.start("ask", subject=PRESS_3)
    house.act(registers.change, "reg_machines", "press", {"status": "draft"}, reason="Stopped.", by="anna")
    with pytest.raises(Invalid, match="The machine is not in use"):
        house.do(case, "T_ask", {"what": "oil"})
    house.act(registers.change, "reg_machines", "press", {"status": "active"}, reason="It runs.", by="anna")
    house.do(case, "T_ask", {"what": "oil"})
    assert house.status(case) == "completed"
    house.must_replay()


def test_who_may_pause_the_subject_is_told(house: House):
    house.act(registers.add, "reg_machines", PRESS, by="anna")
    tell = (
        '<bpmn:serviceTask id="S" camunda:type="external" camunda:topic="steward.notify"><bpmn:extensionElements>'
        '<camunda:inputOutput><camunda:inputParameter name="to">${pause_authority(subject)}</camunda:inputParameter>'
        '<camunda:inputParameter name="text">Stop it.</camunda:inputParameter></camunda:inputOutput>'
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )
    house.deploy(process("tell", sequence(START, user_task("T_say", groups="staff"), tell, END)))
    case = house.start("tell", subject=PRESS_3)
    house.do(case, "T_say", by="carl")
    assert house.read(lambda s: sorted(s.scalars(select(Delivery.recipient)))) == ["anna", "bert"]
    house.must_replay()
