"""A cycle comes round for each row of a register that it speaks of, and follows what becomes of them."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from engine import registers
from engine.store.running import Instance
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
