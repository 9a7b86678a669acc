"""What a person must hold to do a task, as the rows of a register say, until the day that they name."""

import json
from typing import Any
from uuid import UUID

import pytest

from engine import registers, tasks
from engine.absence import planning
from engine.errors import Invalid, NotCompetent
from tests.factories import END, START, process, sequence, user_task
from tests.integration.registers.conftest import FORM, MACHINES
from tests.integration.registers.test_beginning_about import sound
from tests.integration.shell.conftest import House

SKILL_FORM = {
    "schemaVersion": 18,
    "type": "default",
    "id": "skill",
    "components": [
        {"type": "textfield", "key": "id", "id": "f1", "label": "Id"},
        {"type": "taglist", "key": "who", "id": "f2", "label": "Who", "valuesKey": "people.staff"},
        {"type": "textfield", "key": "what", "id": "f3", "label": "What"},
        {"type": "datetime", "subtype": "date", "key": "until", "id": "f4", "dateLabel": "Until"},
    ],
}
SKILLS: dict[str, Any] = {
    "key": "reg_skills",
    "name": "Skills",
    "form": "skill.form",
    "row_key": "id",
    "row_title": "what",
    "may_change": ["staff"],
    "provides": {"competence": "who"},
    "competence_key": "what",
    "competence_until": "until",
}


def asking(*keys: str, assignee: str = "", groups: str = "staff") -> bytes:
    said = f'<camunda:property name="competence" value="{", ".join(keys)}"/>'
    task = user_task("T_weld", groups=groups, assignee=assignee).replace(
        "</bpmn:userTask>",
        f"<bpmn:extensionElements><camunda:properties>{said}</camunda:properties></bpmn:extensionElements></bpmn:userTask>",
    )
    return process("weld", sequence(START, task, END))


def holds(house: House, row: str, what: str, *who: str, until: str | None = None) -> None:
    values = {"id": row, "what": what, "who": list(who), **({"until": until} if until else {})}
    house.act(registers.add, "reg_skills", values, by="anna")


@pytest.fixture(autouse=True)
def skills(house: House) -> None:
    house.act(registers.define, SKILLS, json.dumps(SKILL_FORM).encode(), by="root")


@pytest.fixture
def case(house: House) -> UUID:
    holds(house, "w1", "welding", "bert", until="2027-01-10")
    house.deploy(asking("welding"))
    return house.start("weld")


def test_only_who_holds_it_may_claim_and_a_refusal_is_a_record(house: House, case: UUID):
    with pytest.raises(NotCompetent, match="needs welding") as refusal:
        house.act(tasks.claim, house.task(case, "T_weld"), by="anna")
    assert (refusal.value.code, refusal.value.missing) == ("not-competent", ("welding",))
    assert refusal.value.remedy == "It is held by bert."
    assert house.said(case, "refusal.competence") == [{"missing": ["welding"], "person": "anna", "element": "T_weld"}]
    house.do(case, "T_weld", by="bert")
    assert house.status(case) == "completed"
    sound(house)


def test_all_that_is_asked_for_must_be_held(house: House):
    holds(house, "w1", "welding", "bert", "carl")
    holds(house, "c1", "climbing", "carl", "anna")
    house.deploy(asking("welding", "climbing"))
    case = house.start("weld")
    for one, missing in (("bert", "climbing"), ("anna", "welding")):
        with pytest.raises(NotCompetent, match=f"needs {missing}"):
            house.act(tasks.claim, house.task(case, "T_weld"), by=one)
    house.do(case, "T_weld", by="carl")


def test_it_counts_through_its_last_day(house: House, case: UUID):
    house.later(days=6)
    house.act(tasks.claim, house.task(case, "T_weld"), by="bert")
    house.later(days=1)
    with pytest.raises(NotCompetent, match="Nobody holds it"):
        house.act(tasks.complete, house.task(case, "T_weld"), answers={}, by="bert")
    house.act(registers.change, "reg_skills", "w1", {"until": "2027-06-01"}, reason="Renewed.", by="anna")
    house.act(tasks.complete, house.task(case, "T_weld"), answers={}, by="bert")
    assert house.status(case) == "completed"


def test_a_row_that_has_ended_counts_no_longer(house: House, case: UUID):
    house.act(registers.end, "reg_skills", "w1", reason="Withdrawn.", by="anna")
    with pytest.raises(NotCompetent):
        house.act(tasks.claim, house.task(case, "T_weld"), by="bert")


def test_who_does_not_hold_it_is_given_nothing(house: House, case: UUID):
    task = house.task(case, "T_weld")
    with pytest.raises(NotCompetent, match="carl may not do"):
        house.act(tasks.assign, task, to="carl", reason="You.", by="olga")
    house.act(tasks.assign, task, to="bert", reason="You.", by="olga")
    with pytest.raises(NotCompetent, match="carl may not do"):
        house.act(tasks.delegate, task, to="carl", by="bert")


def opened(house: House, case: UUID) -> tuple[Any, Any, Any]:
    [said] = house.said(case, "task.opened")
    return said["holder"], said["accountable"], said["because"]


def test_an_assignee_who_does_not_hold_it_does_not_get_it(house: House):
    holds(house, "w1", "welding", "bert")
    house.deploy(asking("welding", assignee="anna"))
    assert opened(house, house.start("weld")) == (None, "anna", "lead of staff")
    house.deploy(asking("welding", assignee="bert"))
    assert opened(house, house.start("weld"))[0] == "bert"


def test_a_task_that_nobody_is_able_to_do_is_with_the_owner(house: House):
    house.deploy(asking("welding"))
    assert opened(house, house.start("weld")) == (None, "olga", "no eligible person")


def test_whoever_stands_in_must_hold_it_too(house: House, case: UUID):
    holds(house, "w2", "welding", "carl")
    when = {"begins_at": house.now, "ends_at": house.now.replace(day=20)}
    house.act(planning.plan, "bert", first="anna", second="carl", **when, by="bert")
    house.deploy(asking("welding", assignee="bert", groups=""))
    assert opened(house, house.start("weld"))[0] == "carl"


def test_a_row_key_is_the_competence_where_no_field_names_it(house: House):
    plain = {name: value for name, value in SKILLS.items() if not name.startswith("competence_")}
    house.act(registers.define, plain, json.dumps(SKILL_FORM).encode(), by="root")
    holds(house, "welding", "Welding by hand", "bert", until="2020-01-01")
    house.deploy(asking("welding"))
    case = house.start("weld")
    house.do(case, "T_weld", by="bert")


def test_a_register_says_where_its_competences_stand_or_is_refused(house: House):
    with pytest.raises(Invalid, match="no register") as refusal:
        house.act(registers.define, {**SKILLS, "competence_until": "end"}, json.dumps(SKILL_FORM).encode(), by="root")
    assert refusal.value.problems == {"competence_until": ["The form has no field 'end'."]}
    with pytest.raises(Invalid, match="provides competence"):
        house.act(registers.define, {**MACHINES, "competence_key": "name"}, json.dumps(FORM).encode(), by="root")
