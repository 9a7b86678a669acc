"""An organisation that keeps a register of machines."""

import json
from dataclasses import replace
from typing import Any

import pytest

from engine import registers, timetable
from engine.calendars import CalendarSettings
from engine.transactions import Database
from tests.factories import people
from tests.integration.shell.conftest import House

FORM = {
    "schemaVersion": 18,
    "type": "default",
    "id": "machine",
    "components": [
        {"type": "textfield", "key": "id", "id": "f1", "label": "Id", "validate": {"required": True}},
        {"type": "textfield", "key": "name", "id": "f2", "label": "Name", "validate": {"required": True}},
        {
            "type": "select",
            "key": "status",
            "id": "f3",
            "label": "Status",
            "values": [{"label": one, "value": one} for one in ("draft", "active", "retired")],
        },
        {"type": "select", "key": "steward", "id": "f4", "label": "Steward", "valuesKey": "people.staff"},
        {"type": "taglist", "key": "stop_list", "id": "f5", "label": "May stop it", "valuesKey": "people.staff"},
        {
            "type": "group",
            "path": "phases",
            "id": "g1",
            "label": "People",
            "components": [
                {"type": "select", "key": "repair", "id": "f6", "label": "Repairs it", "valuesKey": "people.staff"}
            ],
        },
    ],
}
MACHINES: dict[str, Any] = {
    "key": "reg_machines",
    "name": "Machines",
    "form": "machine.form",
    "row_key": "id",
    "row_title": "name",
    "may_change": ["staff"],
    "provides": {"steward": "steward", "pause": "stop_list", "people": "phases"},
    "rule": [
        {
            "check": 'status != "active" or steward != null',
            "message": "An active machine has a steward.",
            "field": "steward",
        },
        {
            "check": 'before = null or before.status != "retired" or status = "retired"',
            "message": "A retired machine stays retired.",
            "field": "status",
        },
    ],
}
PRESS = {"id": "press", "name": "Press 3", "status": "active", "steward": "anna", "stop_list": ["anna", "bert"]}


@pytest.fixture
def house(database: Database) -> House:
    """Root manages the platform, olga owns the processes, anna leads the staff, who keep the register of machines."""
    house = House(database, people(database, "olga", "root", "stranger", staff=["anna", "bert", "carl"]))
    house.who["root"] = replace(house.who["root"], platform_admin=True)
    house.act(timetable.adopt, CalendarSettings(), by="root")
    house.act(registers.define, MACHINES, json.dumps(FORM).encode(), by="root")
    return house
