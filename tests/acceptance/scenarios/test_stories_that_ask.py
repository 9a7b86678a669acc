"""Stories of a process that asks others by a webhook: somebody answers, nobody does, or nobody is there to ask."""

from collections.abc import Callable
from pathlib import Path

import pytest

from steward.scenarios.player import Played, staged
from steward.scenarios.story import read_story
from tests.factories import END, START, process, sequence, user_task

ASK = (
    '<bpmn:serviceTask id="S_ask" camunda:type="external" camunda:topic="steward.webhook"><bpmn:extensionElements>'
    '<camunda:inputOutput><camunda:inputParameter name="type">line.stop</camunda:inputParameter>'
    '<camunda:inputParameter name="answer_within">PT10M</camunda:inputParameter>'
    '<camunda:outputParameter name="answer">${answer}</camunda:outputParameter></camunda:inputOutput>'
    "</bpmn:extensionElements></bpmn:serviceTask>"
)
LATE = (
    '<bpmn:boundaryEvent id="E_no" attachedToRef="S_ask"><bpmn:errorEventDefinition errorRef="e_no"/>'
    '</bpmn:boundaryEvent><bpmn:sequenceFlow id="f_no" sourceRef="E_no" targetRef="T_by_hand"/>'
) + sequence(user_task("T_by_hand", groups="crew"), '<bpmn:endEvent id="end_no"/>')
STOP = process(
    "stop_line",
    sequence(START, ASK, user_task("T_look", groups="crew"), END) + LATE,
    before='<bpmn:error id="e_no" name="No answer" errorCode="no_answer"/>',
)
BEGINS = 'title = "Stop"\nat = 2027-01-04T09:00:00\n[[step]]\nby = "ada"\nstart = ""\n'
ANSWER = '[[step]]\nby = "ada"\njob = "steward.webhook"\nresult = { answer = { stopped = true } }\n'
Play = Callable[..., Played]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    def played(text: str, *, asked: str) -> Played:
        folder = tmp_path / "stop_line"
        (folder / "scenarios").mkdir(parents=True)
        (folder / "stop_line.bpmn").write_bytes(STOP)
        (folder / "scenarios/organisation.toml").write_text(f'{asked}\n[groups]\ncrew = ["ada", "bo"]\n')
        path = folder / "scenarios/here.toml"
        path.write_text(BEGINS + text)
        with staged(folder, [read_story(path)]) as stage:
            return stage.play(read_story(path))

    return played


def test_somebody_answers_and_the_case_goes_on(play: Play) -> None:
    went_on = 'open = ["T_look"]\nvariables = { answer = { stopped = true } }\n'
    assert play("open = []\n" + ANSWER + went_on, asked='subscriptions = ["gateway"]').faults == ()


def test_nobody_answers_in_time_and_a_person_does_it(play: Play) -> None:
    waits = 'open = []\n[[step]]\nwait = "PT10M"\nopen = ["T_by_hand"]\n'
    assert play(waits, asked='subscriptions = ["gateway"]').faults == ()


def test_where_nobody_is_there_to_ask_a_person_does_it_at_once(play: Play) -> None:
    assert play('open = ["T_by_hand"]\n', asked="").faults == ()


def test_an_answer_to_what_was_not_asked_is_a_fault(play: Play) -> None:
    [fault] = play(ANSWER, asked="").faults
    assert "waits for no answer to a webhook" in str(fault)
