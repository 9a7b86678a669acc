"""One case brings about another: it starts one, or joins one that runs, and goes on with the answer."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from engine import instances, services
from engine.errors import Invalid
from engine.store.running import Instance, Link, ServiceJob
from engine.verify import verify
from tests.factories import END, START, process, sequence, user_task
from tests.integration.shell.conftest import House

MESSAGE = '<bpmn:message id="m_leak" name="leak"/>'


def raising(**inputs: str) -> bytes:
    given = "".join(
        f'<camunda:inputParameter name="{name}">{value}</camunda:inputParameter>' for name, value in inputs.items()
    )
    taken = "".join(
        f'<camunda:outputParameter name="{name}">${{{name}}}</camunda:outputParameter>' for name in ("case", "joined")
    )
    task = (
        '<bpmn:serviceTask id="S" camunda:type="external" camunda:topic="steward.raise"><bpmn:extensionElements>'
        f"<camunda:inputOutput>{given}{taken}</camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>"
    )
    return process("source", sequence(START, user_task("T_say", groups="staff"), task, user_task("T_then"), END))


def target() -> bytes:
    """Begins by hand or with the message, and hears the message again while somebody works on it."""
    start = '<bpmn:startEvent id="S_msg"><bpmn:messageEventDefinition messageRef="m_leak"/></bpmn:startEvent>'
    hears = (
        '<bpmn:boundaryEvent id="E_more" attachedToRef="T_mend" cancelActivity="false">'
        '<bpmn:messageEventDefinition messageRef="m_leak"/></bpmn:boundaryEvent><bpmn:endEvent id="end_more"/>'
        '<bpmn:sequenceFlow id="f_more" sourceRef="E_more" targetRef="end_more"/>'
    )
    body = sequence(START, user_task("T_mend", groups="staff"), END) + hears
    return process(
        "target", f'{body}{start}<bpmn:sequenceFlow id="f_msg" sourceRef="S_msg" targetRef="T_mend"/>', before=MESSAGE
    )


def raised(house: House, case: UUID) -> dict[str, Any]:
    house.do(case, "T_say")
    assert house.open(case) == []
    house.work()
    assert house.open(case) == ["T_then"]
    return house.variables(case)


def links(house: House) -> list[tuple[UUID, UUID, str]]:
    return house.read(lambda s: [(one.source_id, one.target_id, one.kind) for one in s.scalars(select(Link))])


def sound(house: House) -> None:
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


def test_a_case_begins_with_what_it_is_told_and_both_are_tied(house: House):
    house.deploy(target(), raising(process="target", payload="${leak}", business_key="hall-2", title="Leak in hall 2"))
    case = house.start("source", {"leak": {"where": "hall 2"}})
    said = raised(house, case)

    begun = UUID(said["case"])
    assert said["joined"] is False
    assert house.variables(begun) == {"where": "hall 2"}
    assert house.read(lambda s: s.get_one(Instance, begun).title) == "Leak in hall 2"
    assert links(house) == [(case, begun, "raises")]
    sound(house)


def test_a_case_that_runs_and_waits_for_the_message_is_joined(house: House):
    wish = {"process": "target", "message": "leak", "mode": "join", "business_key": "hall-2", "payload": "${leak}"}
    house.deploy(target(), raising(**wish, link="joins"))
    running = house.start("target", business_key="hall-2")
    other = house.start("target", business_key="hall-3")
    case = house.start("source", {"leak": {"again": True}})
    said = raised(house, case)

    assert said == {"leak": {"again": True}, "case": str(running), "joined": True}
    assert house.variables(running) == {"again": True}
    assert house.variables(other) == {}
    assert links(house) == [(case, running, "joins")]
    assert "instance.joined" in house.verbs(running)
    sound(house)


def test_where_none_waits_any_more_a_new_one_begins(house: House):
    wish = {"process": "target", "message": "leak", "mode": "join", "business_key": "hall-2"}
    house.deploy(target(), raising(**wish))
    running = house.start("target", business_key="hall-2")
    house.do(running, "T_mend")
    said = raised(house, house.start("source"))

    assert said["joined"] is False
    assert said["case"] != str(running)


def test_the_same_duplicate_key_brings_about_one_case(house: House):
    house.deploy(target(), raising(process="target", key="${what}"))
    said = [raised(house, house.start("source", {"what": "leak-7"})) for _ in range(2)]

    assert said[0]["case"] == said[1]["case"]
    assert [one["joined"] for one in said] == [False, True]
    assert len(links(house)) == 2
    sound(house)


def test_two_that_wish_for_the_same_at_once_get_one_case(house: House):
    house.deploy(target(), raising(process="target", key="leak-7"))
    cases = [house.start("source") for _ in range(4)]
    for case in cases:
        house.do(case, "T_say")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: house.work(), range(4)))
    house.work()

    assert len({house.variables(case)["case"] for case in cases}) == 1
    assert len(house.all_cases()) == 5
    sound(house)


def test_a_wish_that_cannot_be_met_is_stuck_and_met_when_it_can_be(house: House):
    house.deploy(raising(process="target"))
    case = house.start("source")
    house.do(case, "T_say")
    house.work()
    [step] = house.stuck(case)
    assert "No version of the process target is released" in step.error

    house.deploy(target())
    house.retry(step.id)
    house.work()
    assert house.open(case) == ["T_then"]
    assert house.stuck(case) == []
    sound(house)


def test_a_wish_of_a_case_that_is_cancelled_meanwhile_is_met_and_answered_to_nobody(house: House):
    house.deploy(target(), raising(process="target"))
    case = house.start("source")
    house.do(case, "T_say")
    house.act(instances.cancel, case, reason="Never mind.", by="olga")
    house.work()

    assert house.read(lambda s: s.scalars(select(ServiceJob.status)).one()) == "withdrawn"
    assert len(house.all_cases()) == 2
    sound(house)


def test_nobody_outside_is_given_the_work_that_is_built_in(house: House):
    with pytest.raises(Invalid, match="done by Steward itself"):
        house.act(services.fetch, ["steward.raise"], worker="w", machine_now=house.now, by="anna")


def test_a_link_that_nobody_made_and_one_that_is_gone_are_found(house: House):
    house.deploy(target(), raising(process="target"))
    case, stranger = house.start("source"), house.start("target")
    begun = UUID(raised(house, case)["case"])
    with house.database.writing() as session:
        session.add(Link(source_id=case, target_id=stranger, kind="blocks", at=house.now))
        session.delete(session.get_one(Link, (case, begun, "raises")))
    found = house.read(lambda s: [(one.kind, one.chain) for one in verify(s, None).findings])
    assert sorted(found) == sorted([("inserted", str(case)), ("missing", str(begun))])
