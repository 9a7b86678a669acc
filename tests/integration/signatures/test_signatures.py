"""A signature is a person's own act, covers what it says, and stands only as long as that stays as it was."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from engine import evidence, instances, records, signatures, stuck, tasks
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.evidence import Store
from engine.identity import passwords
from engine.identity.passwords import Hashing
from engine.identity.people import SETUP
from engine.store.people import SignIn
from engine.store.records import AuditEntry, Comment, FrozenDocument, Signature
from engine.store.running import Answer, Instance, StuckStep, Task
from engine.transactions import Database
from tests.factories import NOW, START, deploy, people, process, sequence

END = '<bpmn:endEvent id="end"/>'
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True, scope="module")
def quick_hashing() -> Iterator[None]:
    usual = Hashing.hasher
    Hashing.use(time_cost=1, memory_cost=8)
    yield
    Hashing.hasher = usual


def user_task(element: str, **said: str) -> str:
    properties = "".join(f'<camunda:property name="{key}" value="{value}"/>' for key, value in said.items())
    return (
        f'<bpmn:userTask id="{element}" name="{element}" camunda:candidateGroups="staff"><bpmn:extensionElements>'
        f"<camunda:properties>{properties}</camunda:properties></bpmn:extensionElements></bpmn:userTask>"
    )


class World:
    """A plan is made, approved under a signature, and done; the signature covers what `covers` says."""

    def __init__(self, database: Database, folder: Path, covers: str | None = None, xml: bytes = b"") -> None:
        self.database, self.store = database, Store(folder)
        self.who = people(database, "olga", "zoe", staff=["anna", "bert"])
        told = {"sign": "approved", "evidence": "minutes:file?"} | ({"sign_covers": covers} if covers else {})
        xml = xml or process(
            "signed",
            sequence(
                START,
                user_task("T_plan", evidence="sketch:file*?"),
                user_task("T_approve", **told),
                user_task("T_do"),
                END,
            ),
        )
        (key,) = deploy(database, xml, owner="olga")
        with database.writing() as session:
            for one in ("anna", "bert"):
                passwords.set_password(session, one, PASSWORD, by=SETUP, now=NOW)
        self.case = self.act("anna", lambda s, by, now: instances.start(s, key, by=by, now=now))

    def act(self, who: str, verb, *, minutes: int = 0):
        now, by = NOW + timedelta(minutes=minutes), self.who[who]
        return self.database.perform(lambda session: verb(session, by, now), by=by, now=now)

    def rows(self, table: type) -> list[Any]:
        with self.database.reading() as session:
            return list(session.scalars(select(table)).all())

    def live(self) -> dict[str, Task]:
        return {task.element: task for task in self.rows(Task) if task.status in ("open", "claimed")}

    def claim(self, element: str, who: str) -> Task:
        task = self.live()[element]
        self.act(who, lambda s, by, now: tasks.claim(s, task.id, by=by, now=now))
        return task

    def do(self, element: str, answers: dict[str, Any], *, who: str = "anna", minutes: int = 1, **more) -> Task:
        task = self.claim(element, who)
        self.act(
            who,
            lambda s, by, now: tasks.complete(s, task.id, answers=answers, by=by, now=now, **more),
            minutes=minutes,
        )
        return task

    def approve(self, answers: dict[str, Any] | None = None, *, minutes: int = 2) -> Task:
        sign = {"password": PASSWORD, "meaning": "approved"}
        return self.do("T_approve", answers or {"decision": "yes"}, who="bert", minutes=minutes, sign=sign)

    def attach(self, task: Task, slot: str, data: bytes, *, who: str, replaces=None, minutes: int = 3):
        given = {"name": "a.pdf", "media_type": "application/pdf", "slot": slot, "replaces_id": replaces}
        return self.act(
            who,
            lambda s, by, now: evidence.add_file(s, task.id, store=self.store, data=data, by=by, now=now, **given),
            minutes=minutes,
        )

    def correct(self, changes: dict[str, Any], *, minutes: int = 5) -> None:
        self.act(
            "olga",
            lambda s, by, now: instances.correct(s, self.case, changes=changes, reason="It was wrong.", by=by, now=now),
            minutes=minutes,
        )

    def amend(self, task: Task, answers: dict[str, Any], *, who: str = "anna", reason: str = "A slip.") -> None:
        self.act(
            who,
            lambda s, by, now: records.amend(s, task.id, answers=answers, reason=reason, by=by, now=now),
            minutes=6,
        )

    def stands(self) -> list[bool]:
        return [row.outdated_at is None for row in sorted(self.rows(Signature), key=lambda row: row.at)]


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return World(database, tmp_path / "evidence")


@pytest.fixture
def covering(database: Database, tmp_path: Path) -> World:
    """The approval covers the plan's actions, its sketch and its own decision."""
    return World(database, tmp_path / "evidence", covers="actions, sketch, decision")


def test_a_signature_stands_under_answers_meaning_moment_and_version(world):
    world.do("T_plan", {"actions": ["mend"]})
    task = world.approve({"decision": "yes", "why": "good"})

    (row,) = world.rows(Signature)
    assert (row.by, row.meaning, row.at, row.task_id) == ("bert", "approved", NOW + timedelta(minutes=2), task.id)
    assert row.covered["answers"] == {"decision": "yes", "why": "good"}
    assert row.digest == signatures.digest_of(vars(row))
    for name, other in (("by", "anna"), ("meaning", "reviewed"), ("at", NOW), ("definition_id", task.id)):
        assert signatures.digest_of(vars(row) | {name: other}) != row.digest


def test_a_signature_that_is_asked_for_must_be_given(world):
    world.do("T_plan", {})
    with pytest.raises(Invalid, match="give your password again") as refusal:
        world.do("T_approve", {"decision": "yes"}, who="bert")
    assert list(refusal.value.problems) == ["sign"]
    assert world.live().keys() == {"T_approve"}


def test_a_signature_means_what_the_model_says(world):
    world.do("T_plan", {})
    with pytest.raises(Invalid, match="means 'approved', not 'reviewed'"):
        world.do("T_approve", {}, who="bert", sign={"password": PASSWORD, "meaning": "reviewed"})


def test_where_nothing_is_signed_a_signature_is_refused(world):
    with pytest.raises(Invalid, match="is not signed"):
        world.do("T_plan", {}, sign={"password": PASSWORD, "meaning": "approved"})


def test_a_wrong_password_signs_nothing_and_is_counted(world):
    world.do("T_plan", {})
    with pytest.raises(Forbidden, match="password is wrong"):
        world.do("T_approve", {}, who="bert", sign={"password": "guess", "meaning": "approved"})

    assert world.rows(Signature) == []
    assert [row.succeeded for row in world.rows(SignIn)] == [False]
    assert world.live().keys() == {"T_approve"}


def test_the_trail_names_the_signature_and_its_digest(world):
    world.do("T_plan", {})
    task = world.approve()

    (row,) = world.rows(Signature)
    (entry,) = [one for one in world.rows(AuditEntry) if one.verb == "task.completed" and one.subject == str(task.id)]
    assert row.digest.encode() in entry.body
    assert PASSWORD.encode() not in b"".join(one.body for one in world.rows(AuditEntry))


def test_an_amended_answer_makes_the_signature_one_for_an_earlier_version_and_opens_the_task_again(world):
    world.do("T_plan", {})
    task = world.approve()

    world.amend(task, {"decision": "no"}, who="bert")

    assert world.stands() == [False]
    assert world.live().keys() == {"T_do", "T_approve"}
    verbs = [one.verb for one in world.rows(AuditEntry) if one.chain == str(world.case)]
    assert {"task.amended", "signature.outdated", "task.reopened"} <= set(verbs)

    world.approve({"decision": "no"}, minutes=9)
    assert world.stands() == [False, True]
    world.do("T_do", {}, minutes=10)
    assert [case.status for case in world.rows(Instance)] == ["completed"]


def test_amending_another_record_leaves_the_signature_alone(world):
    plan = world.do("T_plan", {"actions": ["mend"]})
    world.approve()

    world.amend(plan, {"actions": ["replace"]})

    assert world.stands() == [True]
    assert world.live().keys() == {"T_do"}


def test_newer_evidence_of_the_task_outdates_the_signature_under_it(world):
    world.do("T_plan", {})
    task = world.claim("T_approve", "bert")
    first = world.attach(task, "minutes", b"v1", who="bert")
    world.approve()

    world.attach(task, "minutes", b"v2", who="bert", replaces=first.id, minutes=4)

    assert world.stands() == [False]
    assert "T_approve" in world.live()


def test_a_corrected_variable_that_is_covered_outdates_and_others_do_not(covering):
    covering.do("T_plan", {"actions": ["mend"], "note": "a"})
    covering.approve()

    covering.correct({"note": "b"})
    covering.correct({"actions": ["mend"]}, minutes=6)
    assert covering.stands() == [True]

    covering.correct({"actions": ["replace"]}, minutes=7)
    assert covering.stands() == [False]
    assert "T_approve" in covering.live()


def test_a_corrected_value_of_a_signed_field_outdates(covering):
    covering.do("T_plan", {"actions": []})
    covering.approve()

    covering.correct({"decision": "no"})

    assert covering.stands() == [False]


def test_a_signature_covers_slots_and_fields_of_other_tasks_by_name(covering):
    task = covering.claim("T_plan", "anna")
    first = covering.attach(task, "sketch", b"v1", who="anna")
    plan = covering.do("T_plan", {"actions": ["mend"]})
    covering.approve()
    (row,) = covering.rows(Signature)
    assert [item["sha256"] for item in row.covered["evidence"]["sketch"]] == [first.sha256]
    assert row.covered["variables"] == {"actions": ["mend"]}

    covering.amend(plan, {"actions": ["replace"]})
    assert covering.stands() == [False]
    covering.approve(minutes=8)
    covering.attach(plan, "sketch", b"v2", who="anna", replaces=first.id, minutes=9)
    assert covering.stands() == [False, False]


@pytest.fixture
def computing(database: Database, tmp_path: Path) -> World:
    """What the approval covers stands in the case, by the kind of plan."""
    covers = "= concatenate([&quot;decision&quot;, &quot;minutes&quot;], get value(covers, kind))"
    return World(database, tmp_path / "evidence", covers=covers)


def test_an_expression_says_what_a_signature_covers(computing):
    computing.do("T_plan", {"covers": {"small": ["actions"], "large": ["budget"]}, "kind": "small", "actions": [1]})
    task = computing.claim("T_approve", "bert")
    own = computing.attach(task, "minutes", b"v1", who="bert")
    sign = {"password": PASSWORD, "meaning": "approved"}
    computing.act(
        "bert", lambda s, by, now: tasks.complete(s, task.id, answers={"decision": "yes"}, sign=sign, by=by, now=now)
    )

    (row,) = computing.rows(Signature)
    assert (row.covered["answers"], row.covered["variables"]) == ({"decision": "yes"}, {"actions": [1]})
    assert [item["sha256"] for item in row.covered["evidence"]["minutes"]] == [own.sha256]
    computing.correct({"budget": 5})
    assert computing.stands() == [True]
    computing.correct({"actions": [2]})
    assert computing.stands() == [False]


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        ({"kind": "small"}, "Unknown variable 'covers'"),
        ({"covers": {"small": [1]}, "kind": "small"}, "is no list of names"),
    ],
)
def test_where_nobody_can_tell_what_is_covered_nothing_is_signed(computing, plan, why):
    computing.do("T_plan", plan)
    with pytest.raises(Invalid, match=why):
        computing.approve()
    assert computing.stands() == []


def test_a_slot_of_the_task_itself_is_its_own_evidence_and_not_that_of_an_earlier_round(database, tmp_path):
    world = World(database, tmp_path / "evidence", covers="minutes, decision")
    world.do("T_plan", {})
    first = world.claim("T_approve", "bert")
    world.attach(first, "minutes", b"v1", who="bert")
    sign = {"password": PASSWORD, "meaning": "approved"}
    world.act(
        "bert", lambda s, by, now: tasks.complete(s, first.id, answers={"decision": "yes"}, sign=sign, by=by, now=now)
    )
    world.correct({"decision": "no"})
    again = world.claim("T_approve", "bert")
    second = world.attach(again, "minutes", b"v2", who="bert")
    world.act(
        "bert", lambda s, by, now: tasks.complete(s, again.id, answers={"decision": "yes"}, sign=sign, by=by, now=now)
    )

    last = max(world.rows(Signature), key=lambda row: row.id)
    assert [item["sha256"] for item in last.covered["evidence"]["minutes"]] == [second.sha256]


def test_what_the_case_itself_changes_later_ages_a_signature_and_opens_nothing(covering):
    covering.do("T_plan", {"actions": ["mend"]})
    covering.approve()

    covering.do("T_do", {"actions": ["mended"]}, minutes=4)

    assert covering.stands() == [False]
    assert covering.live() == {}


def test_a_case_that_has_ended_opens_nothing_again(world):
    world.do("T_plan", {})
    task = world.approve()
    world.do("T_do", {}, minutes=4)

    world.amend(task, {"decision": "no"}, who="bert")

    assert world.stands() == [False]
    assert world.live() == {}


def test_a_task_that_is_open_again_already_is_not_opened_twice(covering):
    covering.do("T_plan", {"actions": ["mend"]})
    covering.approve()
    covering.correct({"actions": ["a"]}, minutes=5)
    covering.correct({"actions": ["b"]}, minutes=6)

    assert [task.element for task in covering.rows(Task) if task.status == "open"].count("T_approve") == 1


def test_an_amendment_is_a_further_record_with_its_reason(world):
    plan = world.do("T_plan", {"actions": ["mend"]})

    world.amend(plan, {"actions": ["replace"]}, reason="A slip of the pen.")

    first, second = sorted(world.rows(Answer), key=lambda row: row.number)
    assert (first.answers, first.reason) == ({"actions": ["mend"]}, None)
    assert (second.number, second.answers, second.reason) == (2, {"actions": ["replace"]}, "A slip of the pen.")


def test_only_who_did_it_or_the_owner_amends_and_only_what_is_finished(world):
    plan = world.do("T_plan", {"actions": []})

    with pytest.raises(Forbidden, match="Ask anna, or the owner, olga"):
        world.amend(plan, {"actions": [1]}, who="bert")
    with pytest.raises(NotFound):
        world.amend(plan, {"actions": [1]}, who="zoe")
    with pytest.raises(Invalid, match="Say why"):
        world.amend(plan, {"actions": [1]}, reason=" ")
    with pytest.raises(Invalid, match="Nothing differs"):
        world.amend(plan, {"actions": []})
    with pytest.raises(Conflict, match="is not completed"):
        world.amend(world.live()["T_approve"], {"decision": "no"}, who="olga")
    world.amend(plan, {"actions": [1]}, who="olga")


def test_a_comment_and_a_note_stand_beside_the_case(world):
    def say(text: str, who: str = "anna", **more):
        return world.act(who, lambda s, by, now: records.comment(s, world.case, text, by=by, now=now, **more))

    row = say("The supplier answers by Friday.")
    assert (row.by, row.at, row.text, row.task_id) == ("anna", NOW, "The supplier answers by Friday.", None)
    with pytest.raises(Invalid):
        say("  ")
    with pytest.raises(NotFound):
        say("Hm.", who="zoe")

    plan = world.do("T_plan", {}, note="Checked on site.")
    assert sorted(one.text for one in world.rows(Comment)) == ["Checked on site.", "The supplier answers by Friday."]
    assert say("About this task.", task_id=plan.id).task_id == plan.id


def test_an_altered_signature_no_longer_matches_its_digest(world):
    world.do("T_plan", {})
    world.approve()
    with world.database.writing() as session:
        session.execute(update(Signature).values(meaning="reviewed"))

    (row,) = world.rows(Signature)
    assert signatures.digest_of(vars(row)) != row.digest


def test_a_signature_is_kept_with_answers_that_the_model_has_no_way_for(database, tmp_path):
    ways = (
        '<bpmn:sequenceFlow id="yes" sourceRef="way" targetRef="end">'
        '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${fine}</bpmn:conditionExpression>'
        '</bpmn:sequenceFlow><bpmn:sequenceFlow id="no" sourceRef="way" targetRef="T_approve"/>'
    )
    told = user_task("T_approve", sign="approved")
    xml = process("forked", sequence(START, told, '<bpmn:exclusiveGateway id="way"/>') + ways + END)
    world = World(database, tmp_path, xml=xml)

    world.approve({"decision": "yes"})

    (row,) = world.rows(Signature)
    (step,) = world.rows(StuckStep)
    assert step.task_id == row.task_id
    assert row.digest.encode() in b"".join(one.body for one in world.rows(AuditEntry) if one.verb == "step.stuck")

    world.correct({"fine": True})
    world.act("olga", lambda s, by, now: stuck.retry(s, step.id, by=by, now=now), minutes=7)
    assert [case.status for case in world.rows(Instance)] == ["completed"]
    assert world.stands() == [True]


def test_a_signature_covers_the_digest_of_what_the_case_has_frozen(database: Database, tmp_path: Path):
    freeze = (
        '<bpmn:serviceTask id="S" camunda:type="external" camunda:topic="steward.freeze"><bpmn:extensionElements>'
        '<camunda:inputOutput><camunda:inputParameter name="name">Plan</camunda:inputParameter>'
        '<camunda:inputParameter name="content"><camunda:map><camunda:entry key="actions">${actions}</camunda:entry>'
        '</camunda:map></camunda:inputParameter><camunda:outputParameter name="frozen">${digest}'
        "</camunda:outputParameter></camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>"
    )
    approve = user_task("T_approve", sign="approved", sign_covers="frozen")
    steps = sequence(START, user_task("T_plan"), freeze, approve, user_task("T_do"), END)
    world = World(database, tmp_path / "evidence", xml=process("signed", steps))
    world.do("T_plan", {"actions": ["mend"]})
    world.approve()

    (document,), (row,) = world.rows(FrozenDocument), world.rows(Signature)
    assert row.covered["variables"] == {"frozen": document.digest}
    world.correct({"frozen": "another"})
    assert world.stands() == [False]
