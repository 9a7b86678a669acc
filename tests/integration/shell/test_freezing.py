"""Documents that a case freezes: content under its digest, never changed, and part of what is signed."""

from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from engine.core.chain import canonical
from engine.store.records import FrozenDocument
from engine.verify import verify
from tests.factories import END, START, process, sequence, user_task
from tests.integration.shell.conftest import House

CONTENT = (
    '<camunda:map><camunda:entry key="what">${what}</camunda:entry><camunda:entry key="tests"><camunda:list>'
    "<camunda:value>${score}</camunda:value><camunda:value>two</camunda:value></camunda:list></camunda:entry>"
    "</camunda:map>"
)
PACK = {"what": "model", "tests": [0.5, "two"]}


def freezing(content: str = CONTENT, name: str = "Pack", after: str = user_task("T_then", groups="staff")) -> bytes:
    task = (
        '<bpmn:serviceTask id="S" camunda:type="external" camunda:topic="steward.freeze"><bpmn:extensionElements>'
        f'<camunda:inputOutput><camunda:inputParameter name="name">{name}</camunda:inputParameter>'
        f'<camunda:inputParameter name="content">{content}</camunda:inputParameter>'
        '<camunda:outputParameter name="pack">${document}</camunda:outputParameter>'
        '<camunda:outputParameter name="pack_digest">${digest}</camunda:outputParameter>'
        "</camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>"
    )
    return process("freezer", sequence(START, user_task("T_say", groups="staff"), task, after, END))


def frozen(house: House) -> list[FrozenDocument]:
    return house.read(lambda s: list(s.scalars(select(FrozenDocument).order_by(FrozenDocument.id))))


def begun(house: House, definition: bytes, **variables: Any) -> Any:
    house.deploy(definition)
    case = house.start("freezer", {"what": "model", "score": 0.5, **variables})
    house.do(case, "T_say")
    return case


def test_content_is_kept_under_its_digest(house: House):
    case = begun(house, freezing())
    [document] = frozen(house)
    assert document.content == canonical(PACK)
    assert document.digest == sha256(document.content).hexdigest()
    said = house.variables(case)
    assert (said["pack"], said["pack_digest"]) == (str(document.id), document.digest)
    [entry] = house.said(case, "document.frozen")
    assert (entry["name"], entry["digest"], entry["element"]) == ("Pack", document.digest, "S")
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


def test_the_same_content_is_the_same_document_and_other_content_another(house: House):
    again = '<bpmn:exclusiveGateway id="G"/>'
    body = (
        freezing()
        .decode()
        .replace(
            '<bpmn:endEvent id="end"/>',
            f'{again}<bpmn:endEvent id="end"/><bpmn:sequenceFlow id="back" sourceRef="G" targetRef="S">'
            "<bpmn:conditionExpression>${more}</bpmn:conditionExpression></bpmn:sequenceFlow>"
            '<bpmn:sequenceFlow id="on" sourceRef="G" targetRef="end"/>',
        )
        .replace('sourceRef="T_then" targetRef="end"', 'sourceRef="T_then" targetRef="G"')
    )
    case = begun(house, body.encode())
    first = house.variables(case)["pack"]
    house.do(case, "T_then", {"more": True})
    assert house.variables(case)["pack"] == first
    assert len(frozen(house)) == 1
    house.do(case, "T_then", {"more": True, "score": 0.7})
    assert len(frozen(house)) == 2
    assert house.variables(case)["pack"] != first
    house.do(case, "T_then", {"more": False})
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (CONTENT, "", "has no name"),
        ("text", "Pack", "no map and no list"),
        ("${nothing_there}", "Pack", "nothing_there"),
    ],
)
def test_what_cannot_be_frozen_is_stuck_and_keeps_nothing(house: House, content: str, name: str, why: str):
    house.deploy(freezing(content, name))
    case = house.start("freezer", {"what": "model", "score": 0.5})
    assert why in (house.do(case, "T_say").error or "")
    assert frozen(house) == []


@pytest.mark.parametrize(
    "spoil",
    [
        update(FrozenDocument).values(content=b'{"what":"other"}'),
        delete(FrozenDocument),
        update(FrozenDocument).values(name="Other"),
    ],
)
def test_a_document_that_was_altered_is_found(house: House, spoil: Any):
    case = begun(house, freezing())
    with house.database.writing() as session:
        session.execute(spoil)
    found = house.read(lambda s: verify(s, None)).first
    assert found is not None
    assert (found.record, found.chain) == ("documents", str(case))
