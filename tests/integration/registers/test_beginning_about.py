"""A case that another case or a message brings about is about what they say, and joins what is about the same."""

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select

from engine import messages, registers
from engine.errors import Invalid
from engine.registers import Subject
from engine.store.running import Instance, Message
from engine.verify import verify
from tests.factories import END, START, process, sequence, user_task
from tests.integration.registers.conftest import FORM, MACHINES, PRESS
from tests.integration.shell.conftest import House
from tests.integration.shell.test_raising import raised, raising, target

PRESS_3 = Subject(register="reg_machines", row="press")
LATHE = Subject(register="reg_machines", row="lathe")
JOIN = {"process": "target", "message": "leak", "mode": "join"}


@pytest.fixture(autouse=True)
def machines(house: House) -> None:
    house.act(registers.add, "reg_machines", PRESS, by="anna")
    house.act(registers.add, "reg_machines", {**PRESS, "id": "lathe", "name": "Lathe"}, by="anna")


def about(house: House, case: UUID | str) -> Subject | None:
    found = house.read(lambda s: s.get_one(Instance, UUID(str(case))))
    return Subject(register=found.subject_register, row=found.subject_row or "") if found.subject_register else None


def sent(house: House, payload: dict[str, object], *, by: str = "anna") -> UUID | None:
    return house.act(messages.correlate, "leak", payload=payload, by=by).instance_id


def sound(house: House) -> None:
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


def test_a_raised_case_is_about_what_its_source_is_about(house: House):
    house.deploy(target(), raising(process="target"))
    said = raised(house, house.start("source", subject=PRESS_3))
    assert about(house, said["case"]) == PRESS_3
    sound(house)


def test_a_raised_case_is_about_what_the_wish_names(house: House):
    house.deploy(target(), raising(process="target", subject="reg_machines:${which}", title="${subject.title}"))
    said = raised(house, house.start("source", {"which": "lathe"}, subject=PRESS_3))
    assert about(house, said["case"]) == LATHE
    assert house.read(lambda s: s.get_one(Instance, UUID(said["case"])).title) == "Press 3"


def test_a_raised_case_is_about_nothing_where_the_wish_says_none(house: House):
    house.deploy(target(), raising(process="target", subject="none"))
    said = raised(house, house.start("source", subject=PRESS_3))
    assert about(house, said["case"]) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [("reg_machines:saw", "There is no reg_machines:saw"), ("press", "'press' names no row of a register")],
)
def test_a_wish_about_what_is_not_there_is_stuck_and_says_its_name(house: House, text: str, why: str):
    house.deploy(target(), raising(process="target", subject=text))
    case = house.start("source", subject=PRESS_3)
    house.do(case, "T_say")
    house.work()
    [step] = house.stuck(case)
    assert why in step.error


def test_a_wish_joins_the_running_case_about_the_same(house: House):
    house.deploy(target(), raising(**JOIN, payload="${leak}"))
    house.start("target", subject=LATHE)
    house.start("target")
    running = house.start("target", subject=PRESS_3)
    said = raised(house, house.start("source", {"leak": {"again": True}}, subject=PRESS_3))

    assert (said["case"], said["joined"]) == (str(running), True)
    assert house.variables(running) == {"again": True}
    sound(house)


def test_a_wish_begins_a_case_where_none_about_the_same_runs(house: House):
    house.deploy(target(), raising(**JOIN))
    house.start("target", subject=LATHE)
    said = raised(house, house.start("source", subject=PRESS_3))
    assert said["joined"] is False
    assert about(house, said["case"]) == PRESS_3


def test_several_that_wish_to_join_at_once_come_to_one_case(house: House):
    house.deploy(target(), raising(**JOIN))
    cases = [house.start("source", subject=PRESS_3) for _ in range(4)]
    for case in cases:
        house.do(case, "T_say")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: house.work(), range(4)))
    house.work()

    assert len({house.variables(case)["case"] for case in cases}) == 1
    assert sorted(house.variables(case)["joined"] for case in cases) == [False, True, True, True]
    sound(house)


def test_a_message_begins_a_case_about_the_row_that_it_names(house: House):
    house.deploy(target())
    case = sent(house, {"subject": "reg_machines:press", "where": "hall 2"})
    assert case is not None
    assert about(house, case) == PRESS_3
    assert house.variables(case) == {"where": "hall 2"}
    sound(house)


def test_a_message_reaches_the_running_case_about_the_row_that_it_names_and_no_other(house: House):
    house.deploy(target())
    running, lathe = house.start("target", subject=PRESS_3), house.start("target", subject=LATHE)
    assert sent(house, {"subject": "reg_machines:press", "where": "hall 2"}, by="anna") == running
    assert (house.variables(running), house.variables(lathe)) == ({"where": "hall 2"}, {})
    sound(house)


def test_messages_about_one_row_at_the_same_moment_come_to_one_case(house: House):
    house.deploy(target())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: sent(house, {"subject": "reg_machines:press", "where": "hall 2"}), range(4)))
    assert len(house.all_cases()) == 1
    sound(house)


def test_a_message_about_a_row_of_which_no_case_runs_begins_one(house: House):
    house.deploy(target())
    running = house.start("target", subject=LATHE)
    begun = sent(house, {"subject": "reg_machines:press"})
    assert begun not in (None, running)
    assert about(house, begun or "") == PRESS_3


def test_whoever_names_the_row_reaches_its_case_though_he_may_not_look_into_it(house: House):
    house.deploy(target())
    running = house.start("target", subject=PRESS_3)
    assert sent(house, {"subject": "reg_machines:press", "where": "hall 2"}, by="stranger") is None
    assert house.all_cases() == [running]
    assert house.variables(running) == {"where": "hall 2"}


@pytest.mark.parametrize(
    ("subject", "why"),
    [
        ("reg_machines:saw", "There is no reg_machines:saw"),
        ("saw", "'saw' names no row"),
        ({"register": "reg_machines"}, "names no row of a register"),
    ],
)
def test_a_message_about_what_is_not_there_is_refused_by_name(house: House, subject: object, why: str):
    house.deploy(target())
    with pytest.raises(Invalid, match=why):
        sent(house, {"subject": subject})
    assert house.all_cases() == []


def test_a_message_of_somebody_who_may_not_look_into_the_register_begins_nothing(house: House):
    house.act(registers.define, {**MACHINES, "may_read": ["staff"]}, json.dumps(FORM).encode(), by="root")
    house.deploy(target())
    with pytest.raises(Invalid, match="There is no reg_machines:press"):
        sent(house, {"subject": "reg_machines:press"}, by="stranger")


def test_a_message_that_another_case_throws_names_the_subject_too(house: House):
    throw = (
        '<bpmn:sendTask id="S" messageRef="m_leak"><bpmn:extensionElements><camunda:inputOutput>'
        '<camunda:inputParameter name="subject">${subject.register}:${other}</camunda:inputParameter>'
        "</camunda:inputOutput></bpmn:extensionElements></bpmn:sendTask>"
    )
    names = '<bpmn:message id="m_leak" name="leak"/>'
    house.deploy(
        target(), process("source", sequence(START, user_task("T_say", groups="staff"), throw, END), before=names)
    )
    case = house.start("source", {"other": "lathe"}, subject=PRESS_3)
    house.do(case, "T_say")
    house.work()
    [begun] = [one for one in house.all_cases() if one != case]
    assert about(house, begun) == LATHE
    assert house.read(lambda s: s.scalars(select(Message.status)).all()) == ["applied"]


def test_a_start_by_hand_takes_its_subject_from_a_variable_too(house: House):
    house.deploy(target())
    assert about(house, house.start("target", {"subject": "reg_machines:press"})) == PRESS_3
