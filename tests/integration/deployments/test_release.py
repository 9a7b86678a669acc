"""A second person puts a deployment into force; nothing is released that nobody would answer for."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import bindings, deployments
from engine.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from engine.identity import people
from engine.ids import new_id
from engine.models import versions
from engine.running import start_timers
from engine.store.definitions import Deployment
from engine.store.records import AuditEntry
from engine.store.running import StartTimer
from engine.transactions import Database
from engine.verify import verify
from tests.factories import START, process, sequence, three_tasks, user_task
from tests.integration.organisation import NOW, group, person

END = '<bpmn:endEvent id="end"/>'
LANES = """<bpmn:laneSet id="lanes">
  <bpmn:lane id="Lane_1" name="Quality managers"><bpmn:flowNodeRef>start</bpmn:flowNodeRef>
    <bpmn:flowNodeRef>T_plan</bpmn:flowNodeRef></bpmn:lane>
  <bpmn:lane id="Lane_2" name="Somebody else"><bpmn:flowNodeRef>T_do</bpmn:flowNodeRef>
    <bpmn:flowNodeRef>end</bpmn:flowNodeRef></bpmn:lane>
</bpmn:laneSet>"""
IN_LANES = process("laned", LANES + sequence(START, user_task("T_plan"), user_task("T_do"), END))


SIZES = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">
<decision id="size" name="size"><decisionTable id="t" hitPolicy="FIRST"><input id="i"><inputExpression id="ie"
typeRef="number"><text>n</text></inputExpression></input><output id="o" name="size" typeRef="string"/><rule id="r">
<inputEntry id="a"><text>&gt; 3</text></inputEntry><outputEntry id="b"><text>"big"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        person(session, "ada", admin=True)
        person(session, "adam", admin=True)
        for one in ("anna", "bert", "olga"):
            person(session, one)
        group(session, "staff", "anna", "bert", lead="anna")
        group(session, "quality_manager", "olga", lead="olga")
        group(session, "releasers", "bert")
        yield session


def hand_in(session: Session, xml: bytes = b"", *, by: str = "ada", minutes: int = 0, **more):
    now = NOW + timedelta(minutes=minutes)
    given = {"p.bpmn": xml or three_tasks()}
    return deployments.deploy(session, given, name="p", by=people.person(session, by), now=now, **more)


def put(session: Session, deployment, *, by: str = "olga", owner: str = "olga", **more):
    return deployments.release(
        session, deployment.id, owner=owner, by=people.person(session, by), now=NOW + timedelta(minutes=9), **more
    )


def test_a_release_puts_the_version_into_force_with_its_owner(session):
    made = hand_in(session)
    assert versions.latest(session, "process", "three") is None

    released = put(session, made)

    assert (released.status, released.owner, released.released_by) == ("released", "olga", "olga")
    assert versions.latest(session, "process", "three") == made.versions[0].id


def test_nobody_releases_what_he_deployed(session):
    with pytest.raises(Forbidden, match="nobody releases what he deployed"):
        put(session, hand_in(session), by="ada")


def test_the_database_refuses_a_deployer_who_releases(session):
    made = hand_in(session)

    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            update(Deployment)
            .where(Deployment.id == made.id)
            .values(status="released", released_at=NOW, released_by="ada", owner="olga")
        )


def test_the_owner_of_the_version_before_releases_the_next(session):
    put(session, hand_in(session))
    second = hand_in(session, three_tasks() + b"\n", minutes=5)

    with pytest.raises(Forbidden, match="Ask olga"):
        put(session, second, by="bert")
    assert put(session, second, by="olga").status == "released"


def test_nobody_takes_over_what_another_owns_by_releasing_its_next_version(session):
    put(session, hand_in(session))
    changed = three_tasks().replace(b"T do", b"Do")

    with pytest.raises(Forbidden, match="Ask olga"):
        put(session, hand_in(session, changed, minutes=1), by="anna", owner="anna")


def test_nobody_takes_over_a_table_that_another_owns(session):
    table, given = SIZES.encode(), {"by": people.person(session, "ada"), "now": NOW}
    put(session, deployments.deploy(session, {"size.dmn": table}, name="sizes", **given))
    other = deployments.deploy(session, {"size.dmn": table.replace(b"big", b"small")}, name="other", **given)

    with pytest.raises(Forbidden, match="Ask olga"):
        put(session, other, by="anna", owner="anna")


def test_members_of_the_release_groups_release_and_then_nobody_else_but_the_owner(session):
    made = hand_in(session)

    with pytest.raises(Forbidden, match="a member of releasers"):
        put(session, made, by="adam", release_groups=("releasers",))
    assert put(session, made, by="bert", release_groups=("releasers",)).released_by == "bert"


@pytest.mark.parametrize("owner", ["", "nobody", "operator:setup"])
def test_no_owner_no_release(session, owner):
    people.operator(session, "setup", now=NOW)

    with pytest.raises(Invalid, match="no owner, no release"):
        put(session, hand_in(session), by="adam", owner=owner)


def test_a_deployment_is_released_once(session):
    made = hand_in(session)
    put(session, made)

    with pytest.raises(Conflict, match="released by olga already"):
        put(session, made)
    with pytest.raises(NotFound):
        deployments.release(session, new_id(), owner="olga", by=people.person(session, "olga"), now=NOW)


def test_lanes_called_like_a_group_are_proposed_for_it(session):
    made = hand_in(session, IN_LANES)

    (version,) = made.versions
    assert version.bindings == {"lane:Lane_1": "group:quality_manager"}
    assert version.open_roles == {"lane:Lane_2": ("T do",)}


def test_a_task_that_nobody_would_get_keeps_everything_from_release_and_is_named(session):
    made = hand_in(session, IN_LANES)

    with pytest.raises(Refused, match="nothing was released") as refusal, session.begin_nested():
        put(session, made)

    (problem,) = refusal.value.problems["problems"]
    assert (problem["element"], problem["name"], problem["code"]) == ("T_do", "T do", "nobody-bound")
    assert "lane:Lane_2" in problem["remedy"]


def test_whoever_releases_completes_the_bindings(session):
    made = hand_in(session, IN_LANES)

    released = put(session, made, bindings={"lane:Lane_2": "person:bert"})

    assert released.versions[0].bindings == {"lane:Lane_1": "group:quality_manager", "lane:Lane_2": "person:bert"}
    assert [row["proposed"] for row in bindings.shown(session, made.versions[0].id)] == [False, False]


def test_the_next_version_goes_on_with_the_bindings_of_the_one_before(session):
    put(session, hand_in(session, IN_LANES), bindings={"laned/lane:Lane_2": "person:bert"})

    second = hand_in(session, IN_LANES + b"\n", minutes=5)

    assert second.versions[0].bindings["lane:Lane_2"] == "person:bert"
    assert second.versions[0].open_roles == {}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"lane:Lane_2": "group:stuff"}, "Did you mean staff?"),
        ({"lane:Lane_2": "person:anne"}, "Did you mean anna?"),
        ({"lane:Lane_2": "bert"}, "neither person:ID nor group:KEY"),
        ({"lane:Lane_9": "person:bert"}, "has a role lane:Lane_9"),
    ],
)
def test_bindings_that_cannot_be_are_refused_with_what_was_perhaps_meant(session, wanted, said):
    made = hand_in(session, IN_LANES)

    with pytest.raises(Invalid) as refusal:
        put(session, made, bindings=wanted)
    assert said in str(refusal.value)


def test_a_binding_is_changed_later_by_the_owner_with_an_entry_in_the_trail(session):
    made = put(session, hand_in(session, IN_LANES), bindings={"lane:Lane_2": "person:bert"})
    definition_id = made.versions[0].id

    bindings.bind(session, definition_id, "lane:Lane_2", "group:staff", by=people.person(session, "olga"), now=NOW)
    with pytest.raises(Forbidden, match="Ask its owner, olga"):
        bindings.bind(session, definition_id, "lane:Lane_2", "group:staff", by=people.person(session, "bert"), now=NOW)

    assert bindings.of(session, definition_id)["lane:Lane_2"] == "group:staff"
    entry = session.execute(select(AuditEntry).where(AuditEntry.verb == "binding.changed")).scalar_one()
    assert (entry.actor, entry.subject) == ("olga", str(definition_id))


def test_released_at_once_the_deployer_owns_it_and_the_trail_says_so(session):
    made = hand_in(session, at_once=True)

    assert (made.status, made.owner, made.released_by, made.at_once) == ("released", "ada", "ada", True)
    entry = session.execute(select(AuditEntry).where(AuditEntry.verb == "deployment.released")).scalar_one()
    assert b'"at_once":true' in entry.body


def test_setting_up_deploys_for_an_owner_and_does_so_only_once(session):
    setup = people.operator(session, "setup", now=NOW)
    given = {"name": "p", "by": setup, "at_once": True, "owner": "olga"}

    first = deployments.deploy(session, {"p.bpmn": three_tasks()}, now=NOW, **given)
    again = deployments.deploy(session, {"p.bpmn": three_tasks()}, now=NOW + timedelta(days=1), **given)

    assert (first.status, first.owner, first.released_by) == ("released", "olga", "operator:setup")
    assert (again.id, again.is_new, again.released_at) == (first.id, False, NOW)


def timed(cycle: str) -> bytes:
    start = (
        '<bpmn:startEvent id="every"><bpmn:timerEventDefinition id="t">'
        f'<bpmn:timeCycle xsi:type="bpmn:tFormalExpression">{cycle}</bpmn:timeCycle>'
        "</bpmn:timerEventDefinition></bpmn:startEvent>"
    )
    return process("timed", sequence(start, user_task("T_look", groups="staff"), END))


def test_a_release_sets_the_timer_starts_and_takes_over_from_the_version_before(session):
    first = put(session, hand_in(session, timed("R/P7D")))
    (row,) = session.execute(select(StartTimer.element, StartTimer.definition_id, StartTimer.next_at)).all()
    assert (row.element, row.definition_id) == ("every", first.versions[0].id)
    assert row.next_at > NOW

    second = put(session, hand_in(session, timed("R/P1D"), minutes=20))
    (later,) = session.execute(select(StartTimer.definition_id, StartTimer.text)).all()
    assert (later.definition_id, later.text) == (second.versions[0].id, "R/P1D")


def starts_that_do_not_hold(session: Session) -> list[str]:
    return [one.kind for one in verify(session, None).findings if one.record == "start_timers"]


def test_a_start_that_is_put_off_or_taken_away_is_found(session):
    put(session, hand_in(session, timed("R/P7D")))
    assert starts_that_do_not_hold(session) == []
    worker = people.operator(session, "worker", now=NOW)
    for days in (8, 15):
        assert start_timers.fire_one(session, by=worker, now=NOW + timedelta(days=days))
        assert starts_that_do_not_hold(session) == []
    later, every = NOW + timedelta(days=400), update(StartTimer)
    changes = [every.values(next_at=later), every.values(next_at=None), every.values(text="R/P8D")]
    for change, kind in (*((one, "altered") for one in changes), (delete(StartTimer), "missing")):
        with session.begin_nested() as undone:
            session.execute(change)
            assert starts_that_do_not_hold(session) == [kind]
            undone.rollback()
    put(session, hand_in(session, three_tasks().replace(b'"three"', b'"timed"'), minutes=20))
    assert starts_that_do_not_hold(session) == []


def test_somebody_who_has_left_keeps_a_deployment_from_release(session):
    made = hand_in(session, process("one", sequence(START, user_task("T_x", assignee="bert"), END)))
    people.end(session, "bert", by=people.SETUP, now=NOW)

    with pytest.raises(Refused) as refusal:
        put(session, made)
    assert "Nobody knows the person 'bert'" in refusal.value.problems["problems"][0]["message"]


def test_two_who_deploy_at_the_same_moment_get_two_versions(database):
    with database.writing() as session:
        person(session, "ada", admin=True)
        person(session, "anna")
        group(session, "staff", "anna")
        ada = people.person(session, "ada")
    start = threading.Barrier(4)

    def hand_in_as(name: str) -> int:
        start.wait(30)
        made = database.perform(
            lambda s: deployments.deploy(s, {"p.bpmn": three_tasks()}, name=name, by=ada, now=NOW), by=ada, now=NOW
        )
        return made.versions[0].version

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(hand_in_as, "abcd")) == [1, 2, 3, 4]
