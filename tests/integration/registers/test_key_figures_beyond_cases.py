"""Key figures over tasks, over passages and over rows: in time, how far, how often again, how long."""

import json
from datetime import timedelta
from typing import Any

import pytest

from engine import cycles, registers
from engine.errors import Invalid
from engine.figures import figures, read
from tests.factories import END, NOW, START, process, sequence, user_task
from tests.integration.registers.conftest import MACHINES
from tests.integration.shell.conftest import House

TASK = user_task("T_do", groups="staff").replace("<bpmn:userTask ", '<bpmn:userTask camunda:dueDate="1 bd" ')
MEND = process("mend", sequence(START, TASK, user_task("T_check", groups="staff"), END))
MEND_IT: dict[str, Any] = {"process": "mend"}
DRAFTS: dict[str, Any] = {"process": "mend", "register": "reg_machines", "where": {"status": "draft"}}
DEFINED: dict[str, dict[str, Any]] = {
    "in_time": MEND_IT | {"measure": "on_time", "tasks": ["T_do"], "goal": 80, "better": "more"},
    "still_open": MEND_IT | {"of": "open", "tasks": ["T_do", "T_check"]},
    "checked": MEND_IT | {"measure": "share", "of": "began", "passed": ["T_check"]},
    "told": MEND_IT | {"measure": "share", "of": "began", "contains": {"clauses": "42001"}},
    "again": MEND_IT | {"measure": "share", "of": "began", "repeats": "cause"},
    "how_far": MEND_IT | {"of": "began", "reached": {"": "begun", "T_do": "done", "T_check": "checked"}},
    "checked_ones": MEND_IT | {"of": "began", "through": ["T_check"], "under": "care"},
    "missed": MEND_IT | {"measure": "gaps", "cycles": ["look"]},
    "drafts": DRAFTS,
    "named": DRAFTS | {"measure": "share", "contains": {"name": ["Pre", "ss"]}},
    "oldest": DRAFTS | {"measure": "oldest"},
    "lasted": DRAFTS | {"measure": "lasted", "goal": 0},
    "kept": DRAFTS | {"measure": "kept", "where": {}, "on": "until", "holds": {"status": ["active", "retired"]}},
    "nowhere": DRAFTS | {"register": "reg_none"},
}
SHIPPED = {key: {"name": key} | said for key, said in DEFINED.items()}
KEPT = {"name": "Press 3", "steward": "anna"}
TEXTS = {
    "type": "default",
    "id": "machine",
    "components": [
        {"type": "textfield", "key": key, "id": key, "label": key}
        for key in ("id", "name", "status", "until", "steward")
    ],
}


def told(house: House, key: str) -> dict[str, Any]:
    """A figure of the last thirty days, as anna sees it."""
    asked: dict[str, Any] = {"since": house.now - timedelta(days=30), "until": house.now, "by": house.who["anna"]}
    (one,) = house.read(lambda session: figures(session, read({key: SHIPPED[key]}), **asked))
    return one


def test_tasks_in_time_and_what_a_case_passed_repeats_or_serves_are_figures(house: House) -> None:
    house.deploy(MEND)
    about = {"cause": "worn", "clauses": "ISO 9001 10.2, ISO/IEC 42001 10.2"}
    first, second = house.start("mend", about), house.start("mend", about | {"clauses": "ISO 9001 10.2"})
    house.start("mend", {"cause": ""})
    house.do(first, "T_do")
    house.do(first, "T_check")
    house.later(days=10)
    house.do(second, "T_do")
    house.later(minutes=1)
    assert (told(house, "in_time")["value"], told(house, "in_time")["meets"], told(house, "in_time")["unit"]) == (
        50,
        False,
        "%",
    )
    assert (told(house, "still_open")["value"], told(house, "still_open")["unit"]) == (2, "tasks")
    assert [(one["part"], one["value"]) for one in told(house, "still_open")["parts"]] == [("T do", 1), ("T check", 1)]
    assert [told(house, key)["value"] for key in ("checked", "told", "again")] == [33.3, 33.3, 33.3]
    assert {one["part"]: one["value"] for one in told(house, "how_far")["parts"]} == {
        "begun": 1,
        "done": 1,
        "checked": 1,
    }
    assert (told(house, "checked_ones")["value"], told(house, "checked_ones")["under"]) == (1, "care")
    house.later(days=40)
    assert [told(house, key)["value"] for key in ("in_time", "checked", "again")] == [None, None, None]
    assert told(house, "still_open")["value"] == 2


def test_rows_are_counted_shared_kept_old_and_lasting_as_they_were(house: House) -> None:
    house.act(registers.define, {**MACHINES, "provides": {}}, json.dumps(TEXTS).encode(), by="root")
    day = (NOW + timedelta(days=3)).date().isoformat()
    for key, status in (("press", "draft"), ("lathe", "draft"), ("saw", "active")):
        house.act(registers.add, "reg_machines", KEPT | {"id": key, "status": status, "until": day}, by="anna")
    house.later(days=2)
    house.act(registers.change, "reg_machines", "lathe", {"status": "active"}, reason="Runs.", by="anna")
    house.later(days=8)
    house.act(registers.change, "reg_machines", "press", {"status": "active"}, reason="Runs.", by="anna")
    house.act(registers.add, "reg_machines", KEPT | {"id": "drill", "name": "Press 4", "status": "draft"}, by="anna")
    house.later(days=5)
    values = {
        key: (told(house, key)["value"], told(house, key)["unit"]) for key in ("drafts", "named", "oldest", "lasted")
    }
    assert values == {"drafts": (1, "rows"), "named": (100, "%"), "oldest": (5, "days"), "lasted": (17, "days")}
    assert (told(house, "kept")["value"], told(house, "kept")["cases"]) == (66.7, 3)
    assert told(house, "nowhere")["value"] is None


def test_dates_that_were_missed_are_a_figure(house: House) -> None:
    house.deploy(MEND)
    plan = {"name": "Look", "process": "mend", "rule": "P1W", "anchor": "2027-01-04", "title": "Look", "must_end": True}
    house.act(cycles.define, "look", plan, by="root")
    house.act(cycles.activate, "look", by="root")
    house.later(days=9)
    cycles.drain_cycles(house.database, now=house.now)
    house.later(days=3)
    assert (told(house, "missed")["value"], told(house, "missed")["unit"]) == (1, "times")


@pytest.mark.parametrize(
    "wrong",
    [
        {"measure": "on_time"},
        {"measure": "gaps"},
        {"measure": "kept", "register": "reg_machines", "holds": {"a": 1}},
        {"measure": "lasted"},
        {"measure": "median", "register": "reg_machines"},
    ],
)
def test_a_figure_beyond_cases_says_what_it_needs(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="The figure odd cannot be computed"):
        read({"odd": {"name": "Odd", "process": "mend"} | wrong})
