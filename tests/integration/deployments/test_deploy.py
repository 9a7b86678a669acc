"""Files are deployed all or none; what has not changed makes no new version."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import deployments
from engine.errors import Forbidden, Invalid, Refused
from engine.identity import people
from engine.store.definitions import DecisionRow, DefinitionRow, Deployment, FormRow, Resource
from engine.store.records import AuditEntry
from engine.transactions import Database
from tests.factories import START, process, sequence, three_tasks, user_task
from tests.integration.organisation import NOW, group, person

END = '<bpmn:endEvent id="end"/>'
FORM = b'{"id": "ask", "type": "default", "schemaVersion": 16, "components": []}'
TABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="http://example.org">
  <decision id="grade" name="Grade"><decisionTable id="t" hitPolicy="FIRST">
    <input id="i"><inputExpression id="e" typeRef="number"><text>points</text></inputExpression></input>
    <output id="o" name="grade" typeRef="string"/>
    <rule id="r"><inputEntry id="r1"><text>&gt;= 50</text></inputEntry>
      <outputEntry id="r2"><text>"passed"</text></outputEntry></rule>
  </decisionTable></decision>
</definitions>"""


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        person(session, "ada", admin=True)
        for one in ("anna", "bert", "olga"):
            person(session, one)
        group(session, "staff", "anna", "bert", lead="anna")
        yield session


def hand_in(session: Session, files: dict[str, bytes], *, by: str = "ada", minutes: int = 0, **more):
    now = NOW + timedelta(minutes=minutes)
    given = {"name": "three", "source": "tests"} | more
    return deployments.deploy(session, files, **given, by=people.person(session, by), now=now)


def kept(session: Session, deployment_id, file: str) -> bytes:
    query = select(Resource.data).where(Resource.deployment_id == deployment_id, Resource.name == file)
    return session.execute(query).scalar_one()


def count(session: Session, table: type) -> int:
    return session.execute(select(func.count()).select_from(table)).scalar_one()


def test_every_kind_of_file_is_kept_byte_for_byte_and_numbered(session):
    files = {"three.bpmn": three_tasks(), "ask.form": FORM, "grade.dmn": TABLE, "notes.txt": b"\x00\xff notes\r\n"}

    made = hand_in(session, files)

    assert [(one.kind, one.key, one.version, one.file) for one in made.versions] == [
        ("process", "three", 1, "three.bpmn"),
        ("decision", "grade", 1, "grade.dmn"),
        ("form", "ask", 1, "ask.form"),
    ]
    assert (made.status, made.is_new, made.deployed_by, made.files) == ("waiting", True, "ada", tuple(files))
    for name, data in files.items():
        assert kept(session, made.id, name) == data


def test_unchanged_files_make_no_new_version_and_answer_with_the_deployment_that_is_there(session):
    first = hand_in(session, {"three.bpmn": three_tasks(), "ask.form": FORM})

    again = hand_in(session, {"three.bpmn": three_tasks(), "ask.form": FORM}, minutes=5)

    assert (again.id, again.is_new) == (first.id, False)
    assert (count(session, Deployment), count(session, DefinitionRow), count(session, Resource)) == (1, 1, 2)


def test_only_the_changed_file_gets_a_new_version(session):
    first = hand_in(session, {"three.bpmn": three_tasks(), "ask.form": FORM})
    deployments.release(session, first.id, owner="olga", by=people.person(session, "olga"), now=NOW)

    second = hand_in(session, {"three.bpmn": three_tasks(), "ask.form": FORM + b"\n"}, minutes=5)

    assert [(one.kind, one.key, one.version) for one in second.versions] == [("form", "ask", 2)]
    assert kept(session, second.id, "three.bpmn") == three_tasks()


def test_a_form_bound_to_its_deployment_and_the_process_get_new_versions_together(session):
    form = 'camunda:formRef="ask" camunda:formRefBinding="deployment" camunda:candidateGroups="staff"'
    xml = process("bound", sequence(START, f'<bpmn:userTask id="T_x" name="x" {form}/>', END))
    first = hand_in(session, {"p.bpmn": xml, "ask.form": FORM, "grade.dmn": TABLE})
    deployments.release(session, first.id, owner="olga", by=people.person(session, "olga"), now=NOW)

    second = hand_in(session, {"p.bpmn": xml, "ask.form": FORM + b"\n", "grade.dmn": TABLE}, minutes=5)
    deployments.release(session, second.id, owner="olga", by=people.person(session, "olga"), now=NOW)
    third = hand_in(session, {"p.bpmn": xml + b"\n", "ask.form": FORM + b"\n", "grade.dmn": TABLE}, minutes=6)

    assert [(one.kind, one.version) for one in second.versions] == [("process", 2), ("form", 2)]
    assert [(one.kind, one.version) for one in third.versions] == [("process", 3), ("form", 3)]


def test_what_was_never_released_is_part_of_the_next_deployment_again(session):
    hand_in(session, {"three.bpmn": three_tasks(), "ask.form": FORM})

    second = hand_in(session, {"three.bpmn": three_tasks(), "ask.form": FORM + b"\n"}, minutes=5)

    assert [(one.kind, one.version) for one in second.versions] == [("process", 2), ("form", 2)]


def test_another_name_or_source_is_another_series(session):
    hand_in(session, {"three.bpmn": three_tasks()})

    assert hand_in(session, {"three.bpmn": three_tasks()}, name="other").versions[0].version == 2
    assert hand_in(session, {"three.bpmn": three_tasks()}, source="elsewhere").versions[0].version == 3


def test_problems_of_all_files_come_in_one_answer_and_nothing_is_deployed(session):
    files = {
        "good.bpmn": three_tasks(),
        "bad.bpmn": process("bad", sequence(START, user_task("T_x", groups="stuff"), END)),
        "broken.bpmn": b"<not xml",
    }

    with pytest.raises(Refused, match="nothing was deployed") as refusal:
        hand_in(session, files)

    problems = refusal.value.problems["problems"]
    assert {problem["file"] for problem in problems if problem["severity"] == "error"} == {"bad.bpmn", "broken.bpmn"}
    assert all(problem["message"] and problem["remedy"] for problem in problems)
    for table in (Deployment, Resource, DefinitionRow, DecisionRow, FormRow):
        assert count(session, table) == 0


def test_a_group_that_nobody_knows_is_refused_by_name(session):
    with pytest.raises(Refused) as refusal:
        hand_in(session, {"bad.bpmn": process("bad", sequence(START, user_task("T_x", groups="stuff"), END))})

    (problem,) = [one for one in refusal.value.problems["problems"] if one["severity"] == "error"]
    assert (problem["code"], problem["element"]) == ("unknown-group", "T_x")
    assert "'stuff'" in problem["message"]
    assert problem["remedy"] == "Did you mean 'staff'? Correct the name, or add the group first."


def test_a_dry_run_says_what_would_happen_and_changes_nothing(session):
    entries = count(session, AuditEntry)

    told = hand_in(session, {"three.bpmn": three_tasks(), "ask.form": FORM}, dry_run=True)

    assert [(one.kind, one.key, one.version, one.id) for one in told.versions] == [
        ("process", "three", 1, None),
        ("form", "ask", 1, None),
    ]
    assert told.id is None
    assert (count(session, Deployment), count(session, Resource), count(session, AuditEntry)) == (0, 0, entries)


def test_warnings_are_kept_with_the_deployment(session):
    made = hand_in(session, {"one.bpmn": process("one", sequence(START, user_task("T_open"), END))})

    assert "nobody-named" in [warning["code"] for warning in made.warnings]
    assert made.versions[0].open_roles == {"task:T_open": ("T open",)}


def test_only_an_administrator_deploys(session):
    with pytest.raises(Forbidden, match="may not deploy"):
        hand_in(session, {"three.bpmn": three_tasks()}, by="anna")


@pytest.mark.parametrize(("files", "name"), [({}, "three"), ({"a.bpmn": b""}, " "), ({"a\n.bpmn": b""}, "three")])
def test_what_cannot_be_named_is_refused(session, files, name):
    with pytest.raises(Invalid):
        hand_in(session, files, name=name)


def test_the_trail_says_who_deployed_which_bytes(session):
    made = hand_in(session, {"three.bpmn": three_tasks()})

    entry = session.execute(select(AuditEntry).where(AuditEntry.verb == "deployment.made")).scalar_one()
    assert (entry.chain, entry.actor, entry.subject) == ("platform", "ada", str(made.id))
    assert b"three.bpmn" in entry.body


def test_a_changed_template_makes_a_new_version_of_the_process_beside_it(session):
    files = {"three.bpmn": three_tasks(), "pack.typ": b"= Pack"}
    deployments.release(session, hand_in(session, files).id, owner="olga", by=people.person(session, "olga"), now=NOW)
    assert hand_in(session, files, minutes=1).is_new is False

    made = hand_in(session, files | {"pack.typ": b"= The pack"}, minutes=2)

    assert [(one.key, one.version) for one in made.versions] == [("three", 2)]
