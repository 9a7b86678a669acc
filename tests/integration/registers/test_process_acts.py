"""A process changes a register: by its rules, in its trail, and not at all where they refuse."""

from typing import Any
from uuid import UUID

import pytest

from engine import registers
from engine.store.running import Instance
from tests.factories import END, START, process, sequence, user_task
from tests.integration.registers.conftest import PRESS
from tests.integration.registers.test_beginning_about import PRESS_3, sound
from tests.integration.registers.test_lookups import entries
from tests.integration.shell.conftest import House


def keeping(changes: dict[str, str], **inputs: str) -> bytes:
    given = "".join(
        f'<camunda:inputParameter name="{name}">{value}</camunda:inputParameter>' for name, value in inputs.items()
    )
    given += f'<camunda:inputParameter name="changes">{entries(changes)}</camunda:inputParameter>'
    taken = "".join(
        f'<camunda:outputParameter name="{name}">${{{name}}}</camunda:outputParameter>' for name in ("row", "number")
    )
    task = (
        '<bpmn:serviceTask id="S" camunda:type="external" camunda:topic="steward.register"><bpmn:extensionElements>'
        f"<camunda:inputOutput>{given}{taken}</camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>"
    )
    return process(
        "keeper", sequence(START, user_task("T_say", groups="staff"), task, user_task("T_then", groups="staff"), END)
    )


def kept(house: House, definition: bytes, variables: dict[str, Any] | None = None, subject: Any = PRESS_3) -> UUID:
    house.deploy(definition)
    case = house.start("keeper", variables, subject=subject)
    house.do(case, "T_say")
    house.work()
    return case


def row(house: House, key: str) -> registers.Row | None:
    return house.read(lambda s: registers.row(s, "reg_machines", key))


@pytest.fixture(autouse=True)
def press(house: House) -> None:
    house.act(registers.add, "reg_machines", PRESS, by="anna")


def test_the_subjects_row_changes_and_the_case_sees_it(house: House):
    case = kept(house, keeping({"status": "retired", "name": "${what}"}, reason="Worn out."), {"what": "Old press"})
    found = row(house, "press")
    assert found is not None
    assert (found.title, found.values["status"], found.number) == ("Old press", "retired", 2)
    assert house.variables(case) == {"what": "Old press", "row": "press", "number": 2}
    assert house.open(case) == ["T_then"]
    assert house.read(lambda s: s.get_one(Instance, case).subject_number) == 2
    sound(house)


def test_the_trail_of_the_register_names_the_case(house: House):
    case = kept(house, keeping({"status": "retired"}, reason="Worn out."))
    [said] = house.said("register:reg_machines", "row.changed")
    assert (said["case"], said["element"], said["reason"]) == (str(case), "S", "Worn out.")


def test_another_row_is_named_and_may_be_new(house: House):
    case = kept(house, keeping({"name": "Saw", "status": "draft"}, row="saw", create="true"))
    found = row(house, "saw")
    assert found is not None
    assert (found.title, found.number) == ("Saw", 1)
    assert house.variables(case) == {"row": "saw", "number": 1}
    assert house.said("register:reg_machines", "row.added")[-1]["case"] == str(case)
    sound(house)


def test_a_register_is_named_where_the_case_is_about_nothing(house: House):
    case = kept(house, keeping({"id": "saw", "name": "Saw"}, register="reg_machines", create="true"), subject=None)
    assert house.variables(case)["row"] == "saw"


@pytest.mark.parametrize(
    ("changes", "inputs", "why"),
    [
        ({"steward": "null"}, {"reason": "x"}, "steward"),
        ({"status": "gone"}, {"reason": "x"}, "status"),
        ({"name": "Press 4"}, {}, "Say why the row changes"),
        ({"name": "Saw"}, {"row": "saw", "reason": "x"}, "saw"),
        ({"nothing": "x"}, {"reason": "x"}, "nothing"),
        ({"name": "Saw"}, {"register": "reg_none", "row": "saw", "reason": "x"}, "reg_none"),
    ],
)
def test_what_the_rules_refuse_is_a_stuck_step_and_changes_nothing(
    house: House, changes: dict[str, str], inputs: dict[str, str], why: str
):
    case = kept(house, keeping(changes, **inputs))
    [step] = house.stuck(case)
    assert why in step.error
    found = row(house, "press")
    assert found is not None
    assert found.number == 1
    assert house.verbs("register:reg_machines").count("row.changed") == 0
    sound(house)


def test_nothing_that_differs_makes_no_version(house: House):
    case = kept(house, keeping({"status": "active"}, reason="Checked."))
    assert house.variables(case) == {"row": "press", "number": 1}
    assert house.open(case) == ["T_then"]


def test_an_ended_row_never_changes(house: House):
    house.act(registers.add, "reg_machines", {**PRESS, "id": "lathe", "name": "Lathe"}, by="anna")
    house.act(registers.end, "reg_machines", "lathe", reason="Scrapped.", by="anna")
    case = kept(house, keeping({"name": "Lathe 2"}, row="lathe", reason="x"))
    [step] = house.stuck(case)
    assert "has ended" in step.error
