"""A cycle comes round for each row of a register that it speaks of, and follows what becomes of them."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from engine import registers
from engine.registers import Subject
from engine.store.running import Instance
from tests.factories import END, START, process, sequence, user_task
from tests.integration.cycles.conftest import Rota
from tests.integration.registers.conftest import FORM, MACHINES, PRESS

EACH = {"register": "reg_machines", "where": {"status": "active"}}


@pytest.fixture
def machines(rota: Rota) -> Rota:
    rota.plan(registers.define, {**MACHINES, "may_change": ["staff"]}, json.dumps(FORM).encode())
    for key, status in (("press", "active"), ("lathe", "draft"), ("saw", "active")):
        rota.act(registers.add, "reg_machines", {**PRESS, "id": key, "name": key.title(), "status": status}, by="anna")
    return rota


def change(rota: Rota, key: str, **values: Any) -> None:
    rota.act(registers.change, "reg_machines", key, values, reason="As it is.", by="anna")


def started(rota: Rota) -> list[tuple[str, str]]:
    query = select(Instance.subject_row, Instance.title).order_by(Instance.started_at, Instance.subject_row)
    return rota.read(lambda s: [tuple(row) for row in s.execute(query)])


def test_each_matching_row_gets_a_case_that_is_about_it(machines: Rota):
    machines.begin("look", for_each=EACH, title="Look at ${row.name}")
    machines.at("2027-02-22T09:00+01:00")
    machines.drain()
    assert started(machines) == [("press", "Look at Press"), ("saw", "Look at Saw")]
    machines.must_replay()
    assert machines.verified().holds


def test_a_row_that_comes_to_match_joins_and_one_that_ends_ends_its_series(machines: Rota):
    machines.begin("look", for_each=EACH)
    machines.at("2027-02-22T09:00+01:00")
    machines.drain()
    change(machines, "lathe", status="active")
    machines.act(registers.end, "reg_machines", "saw", reason="Scrapped.", by="anna")
    machines.at("2027-03-24T09:00+01:00")
    while machines.drain():
        pass
    assert sorted(row for row, _ in started(machines)) == ["lathe", "press", "press", "saw"]
    assert machines.verified().holds


def test_a_rule_of_the_row_counts_from_its_own_anchor(machines: Rota):
    change(machines, "press", name="2026-12-10")
    machines.act(registers.end, "reg_machines", "saw", reason="Scrapped.", by="anna")
    machines.begin("look", for_each=EACH, anchor="${row.name}", lead="0 bd")
    machines.at("2027-02-10T09:00+01:00")
    machines.drain()
    assert machines.came("look") == [("2027-01-10", "started"), ("2027-02-10", "started")]
    assert [row for row, _ in started(machines)] == ["press", "press"]


def test_a_row_that_comes_when_its_lead_has_begun_starts_at_once(machines: Rota):
    machines.begin("look", for_each=EACH)
    machines.at("2027-02-24T10:00+01:00")
    while machines.drain():
        pass
    change(machines, "lathe", status="active")
    while machines.drain():
        pass
    assert sorted(row for row, _ in started(machines)) == ["lathe", "press", "saw"]


HEARS = (
    '<bpmn:boundaryEvent id="B" attachedToRef="T_do" cancelActivity="false"><bpmn:messageEventDefinition'
    ' messageRef="m_again"/></bpmn:boundaryEvent><bpmn:endEvent id="heard"/>'
    '<bpmn:sequenceFlow id="f_heard" sourceRef="B" targetRef="heard"/>'
)
HEARING = process(
    "hearing",
    sequence(START, user_task("T_do", groups="staff"), user_task("T_after", groups="staff"), END) + HEARS,
    before='<bpmn:message id="m_again" name="again"/>',
)
JOINS = {"process": "hearing", "overlap": "join", "join_message": "again"}


def test_an_occurrence_joins_the_case_about_its_row_that_waits_whoever_began_it(machines: Rota):
    machines.deploy(HEARING)
    machines.begin("look", for_each=EACH, **JOINS)
    machines.at("2027-02-10T09:00+01:00")
    by_hand = machines.start("hearing", subject=Subject(register="reg_machines", row="press"))
    machines.at("2027-02-22T09:00+01:00")
    machines.drain()

    assert {one.subject: one.outcome for one in machines.occurrences("look")} == {"press": "joined", "saw": "started"}
    assert machines.variables(by_hand)["planned_on"] == "2027-02-28"
    machines.must_replay()
    assert machines.verified().holds


def test_where_the_case_about_its_row_waits_no_longer_an_occurrence_starts_one(machines: Rota):
    machines.deploy(HEARING)
    machines.begin("look", for_each=EACH, **JOINS)
    by_hand = machines.start("hearing", subject=Subject(register="reg_machines", row="press"))
    machines.do(by_hand, "T_do")
    machines.at("2027-02-22T09:00+01:00")
    machines.drain()

    assert [one.outcome for one in machines.occurrences("look")] == ["started", "started"]
    machines.must_replay()
    assert machines.verified().holds
