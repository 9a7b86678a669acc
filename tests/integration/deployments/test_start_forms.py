"""What a case begins with is held against the form of its start event."""

import json

import pytest
from sqlalchemy import select

from engine import deployments, instances
from engine.errors import Invalid
from engine.identity.people import operator
from engine.store.running import Variable
from tests.factories import HEAD, NOW, people

MODEL = (
    f"{HEAD}"
    '<bpmn:process id="asked" name="Asked" isExecutable="true">'
    '<bpmn:startEvent id="begin" name="Begin" camunda:formRef="question" camunda:formRefBinding="latest" />'
    '<bpmn:userTask id="T_answer" name="Answer" camunda:candidateGroups="staff" />'
    '<bpmn:endEvent id="end" name="End" />'
    '<bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="T_answer" />'
    '<bpmn:sequenceFlow id="f2" sourceRef="T_answer" targetRef="end" />'
    "</bpmn:process></bpmn:definitions>"
).encode()
FORM = json.dumps(
    {
        "id": "question",
        "type": "default",
        "schemaVersion": 18,
        "components": [
            {"id": "F_1", "key": "what", "type": "textfield", "label": "What", "validate": {"required": True}},
            {"id": "F_2", "key": "count", "type": "number", "label": "How many"},
        ],
    }
).encode()


@pytest.fixture
def begin(database):
    who = people(database, "olga", staff=["anna"])
    with database.writing() as session:
        files, setup = {"asked.bpmn": MODEL, "question.form": FORM}, operator(session, "setup", now=NOW)
        deployments.deploy(session, files, name="asked", by=setup, now=NOW, at_once=True, owner="olga")

    def start(**variables):
        return database.perform(
            lambda session: instances.start(session, "asked", variables=variables, by=who["anna"], now=NOW),
            by=who["anna"],
            now=NOW,
        )

    return start


def test_a_case_begins_with_what_its_form_takes(begin, database):
    case = begin(what="A leak", count=2)

    with database.reading() as session:
        rows = session.execute(select(Variable.name, Variable.value).where(Variable.instance_id == case))
        assert dict(list(rows)) == {"what": '"A leak"', "count": "2"}


@pytest.mark.parametrize(
    ("variables", "field"),
    [({}, "what"), ({"what": "A leak", "count": "many"}, "count"), ({"what": "A leak", "more": 1}, "more")],
)
def test_what_the_form_does_not_take_is_refused_by_field(begin, database, variables, field):
    with pytest.raises(Invalid) as refused:
        begin(**variables)

    assert field in refused.value.problems
    with database.reading() as session:
        assert session.execute(select(Variable)).first() is None
