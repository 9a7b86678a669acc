"""Two must approve: one person is given one of the two at a time."""

import pytest

from engine import tasks
from engine.errors import SeparationOfDuties
from tests.factories import END, START, process, sequence
from tests.integration.shell.conftest import House

TWO = (
    '<bpmn:userTask id="T_approve" name="Approve" camunda:candidateGroups="staff"><bpmn:extensionElements>'
    '<camunda:properties><camunda:property name="separate_from" value="self"/></camunda:properties>'
    "</bpmn:extensionElements><bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
    "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
)


def both(house: House) -> tuple[object, object]:
    house.deploy(process("two", sequence(START, TWO, END)))
    case = house.start("two")
    with house.database.reading() as session:
        live = list(tasks.held_case(session, house.task(case, "T_approve"))[0].live.values())
    return live[0].id, live[1].id


def test_who_holds_one_of_two_approvals_is_not_given_the_other(house: House):
    one, other = both(house)
    house.act(tasks.claim, one, by="bert")
    with pytest.raises(SeparationOfDuties, match="holds another one of this round"):
        house.act(tasks.claim, other, by="bert")
    with pytest.raises(SeparationOfDuties, match="holds another one of this round"):
        house.act(tasks.assign, other, to="bert", reason="He has time.", by="olga")
    house.act(tasks.claim, other, by="carl")


def test_who_gives_one_back_may_take_the_other(house: House):
    one, other = both(house)
    house.act(tasks.claim, one, by="bert")
    house.act(tasks.give_back, one, by="bert")
    house.act(tasks.claim, other, by="bert")
    house.act(tasks.complete, other, answers={}, by="bert")
    house.act(tasks.claim, one, by="carl")
    house.act(tasks.complete, one, answers={}, by="carl")
