"""A field that a decision table fills in is never typed by hand."""

import json

import pytest

from engine import registers
from engine.errors import Invalid
from tests.integration.registers.conftest import FORM, MACHINES, PRESS
from tests.integration.shell.conftest import House

REGISTER = "reg_machines"
TABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
  <decision id="machine_state" name="State of a machine">
    <decisionTable id="t" hitPolicy="FIRST">
      <input id="i"><inputExpression id="ie" typeRef="string"><text>steward</text></inputExpression></input>
      <output id="o" name="state" typeRef="string" />
      <rule id="r1"><inputEntry id="a"><text>"anna"</text></inputEntry><outputEntry id="b"><text>"active"</text>
      </outputEntry></rule>
      <rule id="r2"><inputEntry id="c"><text>"bert"</text></inputEntry><outputEntry id="e"><text>"draft"</text>
      </outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>"""
DECIDED = {**MACHINES, "decided": [{"decision": "machine_state", "inputs": ["steward"], "sets": {"state": "status"}}]}


@pytest.fixture
def house(house: House) -> House:
    """Who is steward decides whether a machine is active."""
    house.act(registers.define, DECIDED, json.dumps(FORM).encode(), by="root")
    return house


def test_the_newest_released_table_fills_the_field_in(house: House):
    house.deploy(decisions={"machine_state": TABLE})

    row = house.act(registers.add, REGISTER, {**PRESS, "status": "retired"}, by="anna")
    assert row.values["status"] == "active"
    row = house.act(registers.change, REGISTER, "press", {"steward": "bert"}, reason="Handed over.", by="anna")
    assert row.values["status"] == "draft"


def test_without_an_answer_the_row_is_not_kept(house: House):
    with pytest.raises(Invalid, match="machine_state has no answer, or no released version"):
        house.act(registers.add, REGISTER, PRESS, by="anna")
    house.deploy(decisions={"machine_state": TABLE})
    with pytest.raises(Invalid, match="machine_state has no answer"):
        house.act(registers.add, REGISTER, {**PRESS, "steward": "carl"}, by="anna")


def test_while_it_is_not_known_nothing_is_decided(house: House):
    row = house.act(registers.add, REGISTER, {"id": "saw", "name": "Saw", "status": "draft"}, by="anna")
    assert row.values["status"] == "draft"
