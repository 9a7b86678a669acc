"""Who stands on a rung, at the moment it is climbed."""

import json
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert, update

from engine import oncall, registers
from engine.absence import planning
from engine.identity import groups, leaving
from engine.identity.people import SETUP
from engine.registers import Subject
from engine.store.people import GroupRow, Membership, PersonRow
from tests.factories import END, START, process, sequence
from tests.integration.ladders.conftest import Tower, a_task, at, one_task
from tests.integration.registers.conftest import FORM, MACHINES, PRESS

SEVERE = {
    "name": "Severe",
    "severe": True,
    "rungs": [
        {"when": "PT0S from ${opened_at}", "whom": ["group:nobody_here"]},
        {"when": "PT15M from ${opened_at}", "whom": ["group:top_management"], "urgency": "urgent"},
    ],
}


def told(tower: Tower, case) -> list[str]:
    return [person for _, person, _ in tower.sent(case)]


def an_empty_group(tower: Tower, key: str, **more: object) -> None:
    tower.database.perform(
        lambda session: groups.create(session, key, name=key, **more, by=SETUP, now=tower.now), by=SETUP, now=tower.now
    )


def a_case(tower: Tower, *whom: str, when: str = "PT1H", **task: str):
    """A case whose task climbs one rung, with these on it, an hour after it opened."""
    tower.ladder("own", {"name": "Own", "rungs": [{"when": when, "whom": list(whom)}]})
    tower.deploy(one_task("own", escalation="own", **task))
    case = tower.start("own")
    tower.now = at("2027-01-04 11:00")
    return case


@pytest.mark.parametrize(
    ("whom", "people"),
    [
        (["assignee"], ["olga"]),
        (["candidates"], ["anna", "bert", "carl"]),
        (["lead"], ["anna"]),
        (["accountable"], ["anna"]),
        (["owner"], ["olga"]),
        (["group:ai_officer", "person:tess"], ["ada", "tess"]),
        (["lead:quality_manager"], ["quinn"]),
        (["oncall(subject, 1)"], ["olga"]),
    ],
)
def test_each_word_names_its_people_and_the_owner_stands_for_an_empty_top(tower: Tower, whom, people):
    case = a_case(tower, *whom)
    tower.climb()

    assert told(tower, case) == people


@pytest.mark.parametrize(
    ("whom", "people"),
    [
        ("subject.steward", ["carl"]),
        ("subject.pause", ["anna", "bert"]),
        ("subject.competence", ["olga"]),
        ("oncall(subject, 2)", ["tess"]),
    ],
)
def test_a_rung_reaches_the_people_of_what_the_case_is_about(tower: Tower, whom: str, people: list[str]):
    tower.who["root"] = replace(SETUP, platform_admin=True)
    tower.act(registers.define, MACHINES, json.dumps(FORM).encode(), by="root")
    tower.act(registers.add, "reg_machines", PRESS, by="anna")
    press = Subject(register="reg_machines", row="press")
    turns = {"people": ["tess"], "zone": "Europe/Berlin", "starts_on": date(2027, 1, 4), "by": "root"}
    tower.act(oncall.define, str(press), 3, **turns)
    tower.ladder("own", {"name": "Own", "rungs": [{"when": "PT1H", "whom": [whom]}]})
    tower.deploy(one_task("own", escalation="own"))
    case = tower.start("own", subject=press)
    tower.act(registers.change, "reg_machines", "press", {"steward": "carl"}, reason="Anna has moved.", by="anna")
    tower.now = at("2027-01-04 11:00")
    tower.climb()

    assert told(tower, case) == people


def test_the_service_that_a_row_names_answers_where_nobody_takes_turns_for_the_row(tower: Tower):
    tower.who["root"] = replace(SETUP, platform_admin=True)
    served = {**MACHINES, "provides": {"oncall": "id"}}
    tower.act(registers.define, served, json.dumps(FORM).encode(), by="root")
    tower.act(registers.add, "reg_machines", PRESS, by="anna")
    press = Subject(register="reg_machines", row="press")
    turns = {"zone": "Europe/Berlin", "starts_on": date(2027, 1, 4), "by": "root"}

    tower.act(oncall.define, "press", 1, people=["tess"], **turns)
    assert tower.read(lambda s: oncall.reached(s, press, 1, at=tower.now)) == ("tess",)
    tower.act(oncall.define, str(press), 1, people=["tom"], **turns)
    assert tower.read(lambda s: oncall.reached(s, press, 1, at=tower.now)) == ("tom",)


@pytest.mark.parametrize(
    ("clauses", "people"),
    [
        ("iso9001:10.2.1", ["quentin", "quinn"]),
        ("iso42001:10.2", ["ada"]),
        ("iso9001:10.2.1, iso42001:10.2", ["ada", "quentin", "quinn"]),
        ("", ["ada", "quentin", "quinn"]),
        ("iso27001:6.1", ["ada", "quentin", "quinn"]),
    ],
)
def test_the_next_level_follows_the_standard_of_the_task(tower: Tower, clauses, people):
    more = {"clauses": clauses} if clauses else {}
    case = a_case(tower, "group:quality_manager for iso9001", "group:ai_officer for iso42001", **more)
    tower.climb()

    assert told(tower, case) == people


def test_a_group_without_a_lead_is_spoken_for_by_its_deputy_else_by_who_answers(tower: Tower):
    case = a_case(tower, "lead")
    with tower.database.writing() as session:
        session.execute(update(Membership).where(Membership.person_id == "anna").values(standing="member"))
        session.execute(update(Membership).where(Membership.person_id == "carl").values(standing="deputy"))
    tower.climb()

    assert told(tower, case) == ["carl"]


def test_whoever_has_left_is_not_told(tower: Tower):
    case = a_case(tower, "candidates", "person:tom")
    with tower.database.writing() as session:
        gone = {"active": False, "ended_at": tower.now}
        session.execute(update(PersonRow).where(PersonRow.id.in_(["bert", "tom"])).values(**gone))
    tower.climb()

    assert told(tower, case) == ["anna", "carl"]


def test_a_group_of_everybody_is_told_through_its_lead(tower: Tower):
    with tower.database.writing() as session:
        row = {"key": "all", "name": "All", "description": "", "everybody": True, "grants": None}
        session.execute(insert(GroupRow), [row])
        lead = {"group_key": "all", "person_id": "carl", "standing": "lead", "since": tower.now}
        session.execute(insert(Membership), [lead])
    case = a_case(tower, "candidates", groups="all")
    tower.climb()

    assert told(tower, case) == ["carl"]


def test_a_severe_ladder_passes_an_empty_level_at_once(tower: Tower):
    an_empty_group(tower, "nobody_here")
    tower.ladder("grave", SEVERE)
    tower.deploy(one_task("grave", escalation="grave"))
    tower.now = at("2027-01-09 03:00")
    case = tower.start("grave")
    tower.climb()

    assert tower.steps(case) == [(1, 1, "nobody", "2027-01-09 03:00"), (1, 2, "sent", "2027-01-09 03:00")]
    assert told(tower, case) == ["tess", "tom"]


def test_a_mild_ladder_holds_an_empty_level_until_it_opens_and_somebody_may_have_come(tower: Tower):
    an_empty_group(tower, "nobody_here")
    tower.ladder("grave", SEVERE | {"severe": False})
    tower.deploy(one_task("grave", escalation="grave"))
    tower.now = at("2027-01-09 03:00")
    case = tower.start("grave")
    tower.climb()
    assert tower.steps(case) == [(1, 1, "held", "2027-01-09 03:00")]
    assert tower.owed() == []

    tower.database.perform(
        lambda session: groups.join(session, "top_management", "ada", by=SETUP, now=tower.now), by=SETUP, now=tower.now
    )
    tower.climb(until=at("2027-01-11 09:00"))

    assert tower.steps(case) == [(1, 1, "passed_over", "2027-01-11 09:00"), (1, 2, "sent", "2027-01-11 09:00")]
    assert told(tower, case) == ["ada", "tess", "tom"]


def test_a_confidential_case_stays_among_its_own(tower: Tower):
    inside = '<camunda:property name="confidential" value="true"/>'
    body = sequence(START, a_task("T_do", escalation="own"), END)
    extension = f"<bpmn:extensionElements><camunda:properties>{inside}</camunda:properties></bpmn:extensionElements>"
    tower.ladder("own", {"name": "Own", "rungs": [{"when": "PT1H", "whom": ["lead", "group:top_management", "owner"]}]})
    tower.deploy(process("own", extension + body))
    case = tower.start("own", by="bert")
    tower.now = at("2027-01-04 11:00")
    tower.climb()

    assert told(tower, case) == ["anna"]


def test_whoever_a_ladder_names_does_not_leave_before_it_names_another(tower: Tower):
    tower.ladder("own", {"name": "Own", "rungs": [{"when": "PT1H", "whom": ["person:bert"]}]})
    assert tower.read(lambda session: leaving.still_held(session, "bert", by=SETUP)) == ["is told by the ladders own"]

    tower.ladder("own", {"name": "Own", "rungs": [{"when": "PT1H", "whom": ["person:carl"]}]})
    assert tower.read(lambda session: leaving.still_held(session, "bert", by=SETUP)) == []


def away(tower: Tower, person: str, first: str) -> None:
    until = at("2027-02-01 10:00")
    tower.act(planning.plan, person, begins_at=tower.now, ends_at=until, first=first, by=person)


def test_whoever_is_away_is_told_through_his_substitute(tower: Tower):
    case = a_case(tower, "group:top_management")
    away(tower, "tess", "quinn")
    tower.climb()

    assert told(tower, case) == ["quinn", "tom"]


def test_a_level_on_which_all_are_away_is_empty(tower: Tower):
    tower.ladder(
        "own", SEVERE | {"rungs": [{"when": "PT1H", "whom": [f"group:{key}"]} for key in ("ai_officer", "staff")]}
    )
    tower.deploy(one_task("own", escalation="own"))
    case = tower.start("own")
    away(tower, "ada", "quinn")
    away(tower, "quinn", "quentin")
    tower.climb(until=at("2027-01-04 11:00"))

    assert tower.steps(case)[-1] == (1, 2, "sent", "2027-01-04 11:00")
    assert told(tower, case) == ["anna", "bert", "carl"]
