"""What a process looks up: rows of registers, samples, and cases about the same."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from engine import registers
from engine.hooks import receiving
from engine.ids import new_id
from engine.store.hooks import Sample
from tests.factories import END, START, process, sequence, user_task
from tests.integration.registers.conftest import FORM, MACHINES, PRESS
from tests.integration.registers.test_beginning_about import LATHE, PRESS_3, sound
from tests.integration.shell.conftest import House

OUT = {"steward.count": ("count",), "steward.find": ("cases", "rows", "samples", "count", "parts")}


def entries(given: dict[str, str]) -> str:
    inner = "".join(f'<camunda:entry key="{key}">{value}</camunda:entry>' for key, value in given.items())
    return f"<camunda:map>{inner}</camunda:map>"


def asking(topic: str, gives: str, **inputs: Any) -> bytes:
    given = "".join(
        f'<camunda:inputParameter name="{name}">{entries(value) if isinstance(value, dict) else value}'
        "</camunda:inputParameter>"
        for name, value in inputs.items()
    )
    task = (
        f'<bpmn:serviceTask id="S" camunda:type="external" camunda:topic="{topic}"><bpmn:extensionElements>'
        f'<camunda:inputOutput>{given}<camunda:outputParameter name="found">${{{gives}}}</camunda:outputParameter>'
        "</camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>"
    )
    return process(
        "asking", sequence(START, user_task("T_say", groups="staff"), task, user_task("T_then", groups="staff"), END)
    )


def found(house: House, topic: str, gives: str, about: Any = PRESS_3, **inputs: Any) -> Any:
    house.deploy(asking(topic, gives, **inputs))
    case = house.start("asking", subject=about)
    house.do(case, "T_say")
    return house.variables(case)["found"]


def why(house: House, topic: str, about: Any = PRESS_3, **inputs: Any) -> str:
    house.deploy(asking(topic, OUT[topic][0], **inputs))
    case = house.start("asking", subject=about)
    return house.do(case, "T_say").error or ""


@pytest.fixture(autouse=True)
def machines(house: House) -> None:
    house.act(registers.add, "reg_machines", PRESS, by="anna")
    house.act(registers.add, "reg_machines", {**PRESS, "id": "lathe", "name": "Lathe", "status": "draft"}, by="anna")


def measured(
    house: House,
    value: float,
    *,
    days: float = 0,
    subject: str = "reg_machines:press",
    name: str = "noise",
    group: str = "",
    limit: float = 5,
) -> None:
    at = house.now - timedelta(days=days)
    what = {"subject": subject, "name": name, "part": group, "value": value, "limit_value": limit, "at": at}
    with house.database.writing() as session:
        receipt = receiving.keep(session, "meters", 1, str(value).encode(), {}, by=house.who["olga"], now=house.now)
        row = {"id": new_id(), "hook": "meters", "receipt_id": receipt, "model_version": "v2", "breach": value > limit}
        session.add(Sample(**row, **what))


def test_rows_of_a_register_are_found_by_what_they_hold(house: House):
    rows = found(house, "steward.find", "rows", kind="register", register="reg_machines", where={"status": "draft"})
    assert [(one["row"], one["title"], one["status"], one["steward"], one["number"]) for one in rows] == [
        ("lathe", "Lathe", "draft", "anna", 1)
    ]
    sound(house)


def test_rows_are_those_of_the_subjects_register_unless_another_is_named(house: House):
    assert found(house, "steward.count", "count", kind="register") == 2


def test_rows_say_whether_all_who_must_sign_them_have(house: House):
    rows = found(house, "steward.find", "rows", kind="register", register="reg_machines", where={"id": "press"})
    assert [one["in_force"] for one in rows] == [True]
    signed = {**MACHINES, "key": "reg_pacts", "signed_by": ["staff", "quality"]}
    house.act(registers.define, signed, json.dumps(FORM).encode(), by="root")
    house.act(registers.add, "reg_pacts", PRESS, by="anna")
    rows = found(house, "steward.find", "rows", kind="register", register="reg_pacts")
    assert [one["in_force"] for one in rows] == [False]


def test_rows_are_found_by_when_they_changed(house: House):
    house.later(days=10)
    house.act(registers.change, "reg_machines", "press", {"name": "Press 4"}, reason="Moved.", by="anna")
    house.later(days=1)
    rows = found(house, "steward.find", "rows", kind="register", days="5")
    assert [one["row"] for one in rows] == ["press"]
    before = found(house, "steward.find", "rows", kind="register", until_days="5")
    assert [one["row"] for one in before] == ["lathe"]


def test_samples_of_the_subject_are_found_newest_first(house: House):
    measured(house, 3, days=2)
    measured(house, 7, days=1)
    measured(house, 9, subject="reg_machines:lathe")
    measured(house, 1, name="heat")
    got = found(house, "steward.find", "samples", kind="sample", name="noise")
    assert [(one["value"], one["limit"], one["breach"], one["model_version"]) for one in got] == [
        (7, 5, True, "v2"),
        (3, 5, False, "v2"),
    ]
    house.must_replay()


def test_samples_are_counted_in_a_window_by_group_and_breach(house: House):
    measured(house, 8, days=40, group="night")
    measured(house, 9, days=20, group="night")
    measured(house, 9, days=10, group="day")
    measured(house, 2, days=9, group="night")
    window = {"kind": "sample", "days": "30", "until_days": "5"}
    assert found(house, "steward.count", "count", **window) == 3
    assert found(house, "steward.count", "count", **window, group="night", breach="true") == 1
    assert found(house, "steward.count", "count", **window, subject="reg_machines:lathe") == 0


def test_a_sample_may_name_its_row_by_the_key_alone(house: House):
    measured(house, 8, subject="press")
    assert found(house, "steward.count", "count", kind="sample") == 1


def test_samples_without_a_subject_are_all_of_them(house: House):
    measured(house, 8, subject="reg_machines:lathe")
    assert found(house, "steward.count", "count", about=None, kind="sample") == 1


def test_samples_and_cases_are_parted_by_what_they_are_about(house: House):
    for value, days in ((3, 3), (9, 2), (6, 1)):
        measured(house, value, days=days)
    measured(house, 2, subject="reg_machines:lathe", days=1)
    parts = found(house, "steward.find", "parts", about=None, kind="sample", each="subject")
    assert [(one["title"], one["subject"], one["model_version"], one["count"]) for one in parts] == [
        ("Lathe", "reg_machines:lathe", "v2", 1),
        ("Press 3", "reg_machines:press", "v2", 3),
    ]
    assert [parts[1][name] for name in ("mean", "last", "limit", "breaches")] == [6, 6, 5, 2]
    about_machines(house)
    parts = found(house, "steward.find", "parts", kind="case", process="mend", each="subject", days="15")
    assert [(one["title"], one["count"]) for one in parts] == [("Lathe", 1), ("Press 3", 2)]
    house.must_replay()


def about_machines(house: House) -> dict[str, UUID]:
    house.deploy(process("mend", sequence(START, user_task("T_do", groups="staff"), END)))
    cases = {"old": house.start("mend", subject=PRESS_3)}
    house.later(days=20)
    cases |= {"done": house.start("mend", subject=PRESS_3), "open": house.start("mend", subject=PRESS_3)}
    cases["lathe"] = house.start("mend", subject=LATHE)
    house.do(cases["done"], "T_do")
    house.later(days=10)
    return cases


def test_cases_about_the_same_are_found_by_whether_they_have_ended(house: House):
    cases = about_machines(house)
    same: dict[str, Any] = {"process": "mend"}
    got = house.deploy(asking("steward.find", "cases", **same, subject="same", ended="true"))
    assert got
    case = house.start("asking", subject=PRESS_3)
    house.do(case, "T_say")
    assert [one["id"] for one in house.variables(case)["found"]] == [str(cases["done"])]
    sound(house)


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ({"subject": "same"}, 3),
        ({"subject": "same", "ended": "false"}, 2),
        ({"subject": "reg_machines:lathe"}, 1),
        ({"subject": "same", "days": "15"}, 2),
        ({"subject": "same", "until_days": "15"}, 1),
        ({"days": "40", "until_days": "5"}, 4),
    ],
)
def test_cases_are_counted_by_subject_and_window(house: House, asked: dict[str, str], number: int):
    about_machines(house)
    inputs: dict[str, Any] = {"process": "mend", **asked}
    house.deploy(asking("steward.count", "count", **inputs))
    case = house.start("asking", subject=PRESS_3)
    house.do(case, "T_say")
    assert house.variables(case)["found"] == number


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"kind": "moon"}, "Nothing of the kind 'moon' can be looked up; there are case, register, sample."),
        ({"kind": "register", "register": "reg_nothing"}, "reg_nothing"),
        ({"kind": "register", "where": "x"}, "no map of fields"),
        ({"kind": "sample", "subject": "press"}, "'press' names no row"),
        ({"days": "soon"}, "days is 'soon', which is no number of days"),
        ({"ended": "maybe"}, "neither true nor false"),
        ({"each": "colour"}, "can be parted by 'subject', and not by 'colour'"),
    ],
)
def test_what_cannot_be_looked_up_is_stuck_and_says_why(house: House, asked: dict[str, str], said: str):
    assert said in why(house, "steward.find", **asked)


@pytest.mark.parametrize("asked", [{"kind": "register"}, {"subject": "same"}])
def test_a_case_about_nothing_has_no_register_and_nothing_the_same(house: House, asked: dict[str, str]):
    assert "about nothing" in why(house, "steward.find", None, **asked)
