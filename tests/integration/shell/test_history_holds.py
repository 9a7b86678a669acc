"""What happened cannot be altered unseen: people, rights, versions, tasks, the path, decisions, what is kept."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select, update

from engine.identity import groups, passwords, people
from engine.store.definitions import Binding, CalendarRow, DecisionRow, DefinitionRow, Deployment, Resource
from engine.store.people import GroupRow, Membership, PersonRow
from engine.store.running import (
    Answer,
    Candidate,
    DecisionMade,
    Event,
    Fixed,
    Instance,
    Passage,
    StuckStep,
    Task,
    Timer,
)
from engine.verify import verify
from tests.factories import END, NOW, START, process, sequence, user_task
from tests.integration.shell.conftest import House

DMN = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">
<decision id="size" name="size"><decisionTable id="t" hitPolicy="FIRST"><input id="i"><inputExpression id="ie"
typeRef="number"><text>n</text></inputExpression></input><output id="o" name="size" typeRef="string"/><rule id="r">
<inputEntry id="a"><text>&gt; 3</text></inputEntry><outputEntry id="b"><text>"big"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""
RATE = '<bpmn:businessRuleTask id="rate" camunda:decisionRef="size" camunda:resultVariable="size"/>'
WAIT = (
    '<bpmn:intermediateCatchEvent id="wait"><bpmn:timerEventDefinition>'
    "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
)
LATER = '<bpmn:userTask id="T_due" name="T due" camunda:dueDate="${when}" camunda:candidateGroups="staff"/>'


@pytest.fixture
def case(house: House) -> UUID:
    """A case whose table has answered, whose timer came, and whose last step is stuck; somebody had two passwords."""
    whole = process("whole", sequence(START, RATE, user_task("T_ask", groups="staff"), WAIT, *_rest(), END))
    house.deploy(whole, decisions={"size": DMN}, bindings={"task:T_ask": "group:staff"})
    with house.database.writing() as session:
        passwords.set_password(session, "anna", "a first password", by=people.SETUP, now=NOW)
        groups.join(session, "staff", "bert", standing="lead", by=people.SETUP, now=NOW)
        people.create(session, "emil", name="Emil", by=people.SETUP, now=NOW)
        people.change(session, "emil", platform_admin=True, by=people.SETUP, now=NOW)
        groups.join(session, "staff", "emil", by=people.SETUP, now=NOW)
    case = house.start("whole", {"n": 5})
    house.do(case, "T_ask", {"a": 1})
    house.later(hours=2)
    house.work()
    assert house.do(case, "T_last", {"b": 1}).stuck_id
    return case


def _rest() -> tuple[str, str]:
    return user_task("T_last", groups="staff"), LATER


def found(house: House) -> set[str | None]:
    report = house.read(lambda session: verify(session, None))
    return {one.record for one in report.findings}


def test_a_record_that_nobody_touched_holds(house: House, case: UUID):
    assert found(house) == set()


DIAGRAM = select(Resource.id).where(Resource.name.like("%bpmn")).scalar_subquery()
CHANGES: list[tuple[Any, str]] = [
    (update(PersonRow).where(PersonRow.id == "carl").values(platform_admin=True), "people"),
    (update(PersonRow).where(PersonRow.id == "anna").values(password="another"), "people"),
    (update(PersonRow).where(PersonRow.id == "carl").values(name="Karl"), "people"),
    (
        insert(PersonRow).values(id="x", name="X", kind="person", active=True, fs_uniquifier="x", created_at=NOW),
        "people",
    ),
    (update(GroupRow).values(grants="read"), "groups"),
    (update(Membership).where(Membership.person_id == "carl").values(standing="deputy"), "memberships"),
    (delete(Membership).where(Membership.person_id == "dora"), "memberships"),
    (insert(Membership).values(group_key="staff", person_id="olga", standing="member", since=NOW), "memberships"),
    (update(Deployment).values(owner="carl"), "deployments"),
    (update(Resource).where(Resource.name.like("%bpmn")).values(data=b"<other/>"), "resources"),
    (update(DefinitionRow).values(version=7), "definitions"),
    (update(Binding).values(who="person:carl"), "bindings"),
    (delete(Binding), "bindings"),
    (update(CalendarRow).values(body=b"{}"), "calendars"),
    (update(Instance).values(owner="carl"), "instances"),
    (update(Instance).values(title="Another"), "instances"),
    (update(Instance).values(confidential=True), "instances"),
    (update(Instance).values(started_by="carl"), "instances"),
    (delete(Fixed), "fixed_versions"),
    (update(Event).where(Event.number == 2).values(at=NOW.replace(hour=1)), "events"),
    (update(Task).where(Task.element == "T_ask").values(holder="carl"), "tasks"),
    (update(Task).where(Task.element == "T_ask").values(acting_for="carl"), "tasks"),
    (update(Task).where(Task.element == "T_last").values(accountable="carl"), "tasks"),
    (update(Task).where(Task.element == "T_ask").values(name="Other"), "tasks"),
    (update(Task).where(Task.element == "T_ask").values(locals={"loopCounter": 1}), "tasks"),
    (update(Task).where(Task.element == "T_ask").values(closed_at=NOW.replace(hour=1)), "tasks"),
    (update(Candidate).values(who="person:carl"), "candidates"),
    (update(Answer).values(by="carl"), "answers"),
    (update(Answer).values(at=NOW.replace(hour=1)), "answers"),
    (delete(Passage).where(Passage.element == "T_ask"), "passages"),
    (update(Passage).where(Passage.element == "T_ask").values(element="T_last"), "passages"),
    (update(Timer).values(due_at=NOW), "timers"),
    (delete(Timer), "timers"),
    (update(DecisionMade).values(rows=[{"size": "small"}]), "decisions_made"),
    (update(DecisionMade).values(inputs={"n": 1}), "decisions_made"),
    (delete(DecisionMade), "decisions_made"),
    (update(StuckStep).values(event=b"{}"), "stuck_steps"),
    (update(StuckStep).values(resolved_at=NOW, resolved_by="anna"), "stuck_steps"),
    (update(Task).where(Task.element == "T_last").values(status="open", holder=None), "tasks"),
    (update(DecisionRow).values(resource_id=DIAGRAM), "decisions"),
    (delete(StuckStep), "stuck_steps"),
]


def test_rows_that_were_altered_added_or_taken_away_are_found(house: House, case: UUID):
    for statement, record in CHANGES:
        with house.database.reading() as session:
            session.execute(statement)
            found = {one.record for one in verify(session, None).findings}
            session.rollback()
        assert record in found, str(statement)


def test_what_the_core_runs_cannot_be_exchanged(house: House, case: UUID):
    """The diagram may look the same; what is executed is held to the trail as well."""
    query = select(DefinitionRow.translated)
    before = house.read(lambda session: session.scalars(query).one())
    with house.database.writing() as session:
        session.execute(update(DefinitionRow).values(translated=before.replace(b"T_last", b"T_lost")))

    assert found(house)
