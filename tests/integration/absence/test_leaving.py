"""Somebody leaves: everything he held is somebody else's, and the history keeps his name."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from engine import oncall, registers, tasks, timetable, verify
from engine.calendars import CalendarSettings
from engine.departing import departures, holdings
from engine.errors import Conflict, Invalid, SeparationOfDuties
from engine.identity import people
from engine.store.people import Membership
from engine.store.running import Instance, Task
from engine.subject import Subject
from tests.factories import three_tasks
from tests.integration.absence.test_standing_in import away, of
from tests.integration.registers.conftest import FORM, MACHINES, PRESS
from tests.integration.shell.conftest import House


@pytest.fixture
def firm(house: House) -> House:
    """Boss manages the platform."""
    with house.database.writing() as session:
        boss = people.create(session, "boss", name="Boss", platform_admin=True, by=people.SETUP, now=house.now)
    house.who["boss"] = boss
    house.deploy(three_tasks())
    return house


def leave(house: House, person: str, to: str) -> bool:
    return house.act(departures.begin, person, hand_over_to=to, reason="retired", by="boss")


def drain(house: House, **more: Any) -> int:
    return departures.drain_departures(house.database, now=house.now, **more)


def is_there(house: House, person: str) -> bool:
    return house.read(lambda session: people.find(session, person)) is not None


def holds(house: House) -> None:
    report = house.read(lambda session: verify.verify(session, None))
    assert report.holds, report.findings


def test_everything_goes_to_the_successor_and_then_he_is_let_go(firm: House):
    cases = [firm.start("three") for _ in range(3)]
    held = firm.task(cases[0], "T_ask")
    firm.act(tasks.claim, held, by="anna")
    firm.act(oncall.define, "web-shop", 1, people=["anna", "carl"], zone="UTC", starts_on=date(2027, 1, 4), by="boss")
    away(firm, "bert", "anna")
    kinds = {one.kind for one in firm.read(lambda session: holdings.of(session, "anna", by=people.SETUP))}
    assert kinds == {"task", "lead", "rotation", "substitution"}

    assert leave(firm, "anna", "dora") is False
    assert is_there(firm, "anna")
    assert drain(firm) == 4
    assert not is_there(firm, "anna")
    assert of(firm, held) == ("claimed", "dora", None)
    accountable = firm.read(lambda session: set(session.scalars(select(Task.accountable))))
    assert accountable == {"dora"}
    lead = select(Membership.person_id).where(Membership.standing == "lead")
    assert firm.read(lambda session: list(session.scalars(lead))) == ["dora"]
    assert firm.read(lambda session: oncall.now_on_call(session, "web-shop", 1, at=firm.now)) == ("dora",)
    assert firm.read(lambda session: holdings.of(session, "anna", by=people.SETUP)) == []
    holds(firm)


def test_processes_and_running_cases_get_another_owner(firm: House):
    case = firm.start("three")

    leave(firm, "olga", "carl")
    drain(firm)
    assert firm.read(lambda session: session.get_one(Instance, case).owner) == "carl"
    later = firm.start("three")
    assert firm.read(lambda session: session.get_one(Instance, later).owner) == "carl"
    holds(firm)


def test_a_rule_keeps_the_successor_from_a_task_and_history_goes_on_counting(firm: House):
    case = firm.start("three")
    firm.do(case, "T_ask")
    firm.do(case, "T_do", by="dora")
    check = firm.task(case, "T_check")
    firm.act(tasks.claim, check, by="bert")

    leave(firm, "bert", "dora")
    drain(firm)
    assert of(firm, check) == ("open", None, None)
    row = firm.read(lambda session: session.get_one(Task, check))
    assert (row.accountable, row.accountable_because) == ("anna", "bert is leaving, and dora may not do it")
    leave(firm, "dora", "carl")
    with pytest.raises(SeparationOfDuties):
        firm.act(tasks.claim, check, by="dora")
    holds(firm)


def test_a_worker_that_dies_half_way_leaves_nothing_unowned(firm: House):
    held = [firm.task(firm.start("three"), "T_ask") for _ in range(3)]
    for task in held:
        firm.act(tasks.claim, task, by="bert")
    leave(firm, "bert", "carl")

    assert drain(firm, limit=1) == 1
    assert is_there(firm, "bert")
    assert {of(firm, task)[1] for task in held} == {"bert", "carl"}
    firm.later(minutes=5)
    assert drain(firm) == 3
    assert [of(firm, task)[1] for task in held] == ["carl"] * 3
    assert (drain(firm), is_there(firm, "bert")) == (0, False)
    holds(firm)


def test_who_holds_nothing_in_a_case_has_left_at_once(firm: House):
    assert leave(firm, "bert", "carl") is True
    assert not is_there(firm, "bert")


def test_what_cannot_be_is_refused(firm: House):
    with pytest.raises(Invalid):
        leave(firm, "bert", "bert")
    with pytest.raises(Conflict, match="last"):
        leave(firm, "boss", "bert")
    task = firm.task(firm.start("three"), "T_ask")
    firm.act(tasks.claim, task, by="bert")
    leave(firm, "bert", "carl")
    with pytest.raises(Conflict, match="already"):
        leave(firm, "bert", "dora")


def test_rows_of_registers_name_the_successor(house: House):
    with house.database.writing() as session:
        house.who["boss"] = people.create(
            session, "boss", name="Boss", platform_admin=True, by=people.SETUP, now=house.now
        )
    house.act(timetable.adopt, CalendarSettings(), by="boss")
    form = json.dumps(FORM | {"components": FORM["components"][:5]}).encode()
    machines = MACHINES | {"provides": {"steward": "steward", "pause": "stop_list"}}
    house.act(registers.define, machines, form, by="boss")
    house.act(registers.add, "reg_machines", PRESS, by="bert")
    press = Subject(register="reg_machines", row="press")
    away(house, "bert", "carl")
    assert house.read(lambda session: [one.person for one in oncall.pausing(session, press, at=house.now)]) == [
        "anna",
        "carl",
    ]
    with pytest.raises(Conflict, match=r"registers name him, in .*reg_machines:press"):
        house.act(departures.leave, "bert", by="boss")
    house.act(registers.define, {**machines, "may_read": ["staff"]}, form, by="boss")
    with pytest.raises(Conflict, match="registers name him, in what you may not see"):
        house.act(departures.leave, "bert", by="boss")

    leave(house, "bert", "anna")
    row = house.read(lambda session: registers.row(session, "reg_machines", "press"))
    assert (row.values["steward"], row.values["stop_list"]) == ("anna", ["anna"])
    holds(house)
