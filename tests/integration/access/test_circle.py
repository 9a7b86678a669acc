"""A confidential case stays within the group that handles it, and does not exist for whom it is about."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from engine import access, inbox, instances, messages, tasks
from engine.absence import planning
from engine.absence.moving import drain_substitutions
from engine.cases import look
from engine.departing import departures
from engine.errors import Conflict, Forbidden, NotFound
from engine.identity.person import Person
from engine.store.running import Instance, ShutOut, Task
from engine.transactions import Database
from engine.verify import verify
from tests.factories import END, people, process, sequence, user_task
from tests.integration.shell.conftest import House

MESSAGE = '<bpmn:message id="m_concern" name="concern"/>'


def concern(*steps: str, **said: str) -> bytes:
    """Begins plainly, for everybody, or in confidence, for those who handle concerns."""
    given = {"confidential": "true", "handlers": "handlers", "shut_out": "concerned", **said}
    properties = "".join(f'<camunda:property name="{name}" value="{value}"/>' for name, value in given.items())
    start = (
        '<bpmn:startEvent id="S_concern"><bpmn:extensionElements><camunda:properties>'
        f"{properties}</camunda:properties></bpmn:extensionElements>"
        '<bpmn:messageEventDefinition messageRef="m_concern"/></bpmn:startEvent>'
    )
    first = steps[0].split('id="')[1].split('"')[0]
    plain = f'<bpmn:startEvent id="S_plain"/><bpmn:sequenceFlow id="f_plain" sourceRef="S_plain" targetRef="{first}"/>'
    return process("concern", sequence(start, *steps, END) + plain, before=MESSAGE)


FIND = user_task("T_find", groups="handlers")
ANSWER = user_task("T_answer", groups="staff")


@pytest.fixture
def house(database: Database) -> House:
    who = people(
        database, "olga", "root", handlers=["hans", "hilda", "hugo"], staff=["anna", "bert", "hilda"], office=["omar"]
    )
    house = House(database, who)
    house.who["root"] = replace(house.who["root"], platform_admin=True)
    house.who["audit"] = replace(house.who["root"], auditor=True)
    return house


def told(house: House, payload: dict[str, Any] | None = None, *, by: str = "anna") -> UUID:
    house.act(messages.correlate, "concern", payload=payload or {}, by=by)
    return house.all_cases()[-1]


def sees(house: House, case: UUID, who: str) -> bool:
    """Whether a case exists for somebody; both ways of asking agree."""
    by = house.who[who]
    listed = house.read(lambda s: s.scalars(select(Instance.id).where(access.visible_instances(by))).all())
    alone = house.read(lambda s: access.may_see(by, access.facts_of(s, look(s, case))))
    assert alone == (case in listed)
    return alone


def those_who_see(house: House, case: UUID) -> set[str]:
    return {who for who in house.who if sees(house, case, who)}


def task(house: House, case: UUID, element: str) -> Task:
    return house.read(lambda s: s.get_one(Task, house.task(case, element)))


def sound(house: House) -> None:
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


def test_it_exists_for_those_who_handle_it_and_not_for_who_started_it(house: House):
    house.deploy(concern(FIND))
    case = told(house)
    assert those_who_see(house, case) == {"hans", "hilda", "hugo"}
    with pytest.raises(NotFound):
        house.act(instances.cancel, case, reason="x", by="olga")
    sound(house)


def test_another_start_of_the_same_process_is_open_as_ever(house: House):
    house.deploy(concern(FIND))
    case = house.start("concern", start="S_plain")
    assert {"anna", "olga", "root", "hans"} <= those_who_see(house, case)


def test_it_is_owned_and_managed_within_the_group(house: House):
    house.deploy(concern(FIND))
    case = told(house)
    assert house.read(lambda s: s.get_one(Instance, case).owner) == "hans"
    house.act(instances.suspend, case, reason="Wait.", by="hans")
    sound(house)


def test_who_is_given_work_of_it_knows_of_it(house: House):
    house.deploy(concern(FIND, user_task("T_ask", assignee="${asked}")))
    case = told(house, {"asked": "omar"})
    assert not sees(house, case, "omar")
    house.do(case, "T_find", by="hugo")
    assert sees(house, case, "omar")
    assert task(house, case, "T_ask").accountable == "omar"


def test_who_answers_for_its_work_is_one_of_the_group(house: House):
    house.deploy(concern(ANSWER))
    case = told(house)
    assert task(house, case, "T_answer").accountable == "hans"


def test_whom_it_is_about_does_not_know_of_it_though_he_handles_concerns(house: House):
    house.deploy(concern(FIND))
    case = told(house, {"concerned": "hans"})
    assert house.read(lambda s: s.get_one(Instance, case).owner) == "hilda"
    assert those_who_see(house, case) == {"hilda", "hugo"}
    assert task(house, case, "T_find").accountable == "hilda"
    with pytest.raises(NotFound):
        house.act(tasks.claim, house.task(case, "T_find"), by="hans")
    offered = [row.task_id for row in house.read(lambda s: inbox.oldest_claimable(s, house.who["hans"], limit=9))]
    assert offered == []
    assert len(house.read(lambda s: inbox.oldest_claimable(s, house.who["hugo"], limit=9))) == 1
    sound(house)


def test_it_is_not_begun_where_nobody_is_left_to_handle_it(house: House):
    house.deploy(concern(FIND))
    with pytest.raises(Conflict, match="Nobody is left in the group handlers"):
        told(house, {"concerned": ["hans", "hilda", "hugo"]})
    assert house.all_cases() == []


def test_whoever_is_named_later_loses_his_work_and_the_case(house: House):
    house.deploy(concern(FIND, user_task("T_more", groups="handlers")))
    case = told(house)
    house.act(tasks.claim, house.task(case, "T_find"), by="hans")
    house.act(instances.correct, case, changes={"concerned": "hans"}, reason="Found out.", by="hans")
    assert not sees(house, case, "hans")
    house.work()
    assert house.read(lambda s: s.get_one(Instance, case).owner) == "hilda"
    assert (task(house, case, "T_find").holder, task(house, case, "T_find").accountable) == ("hilda", "hilda")
    sound(house)

    house.act(instances.correct, case, changes={"concerned": "somebody outside"}, reason="A mistake.", by="hilda")
    assert sees(house, case, "hans")
    assert house.read(lambda s: s.scalars(select(ShutOut.person_id)).all()) == []
    sound(house)


def test_nobody_gives_work_to_whom_the_case_is_shut(house: House):
    house.deploy(concern(FIND))
    case = told(house, {"concerned": "hugo"})
    with pytest.raises(Forbidden, match="Hugo is shut out of this case"):
        house.act(tasks.assign, house.task(case, "T_find"), to="hugo", reason="You.", by="hans")


def test_a_notice_to_a_group_passes_by_whom_the_case_is_shut_to(house: House):
    notify = (
        '<bpmn:serviceTask id="S" camunda:type="external" camunda:topic="steward.notify"><bpmn:extensionElements>'
        '<camunda:inputOutput><camunda:inputParameter name="to">group:handlers</camunda:inputParameter>'
        '<camunda:inputParameter name="text">New</camunda:inputParameter>'
        '<camunda:outputParameter name="who">${notified}</camunda:outputParameter>'
        "</camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>"
    )
    house.deploy(concern(FIND, notify, user_task("T_more", groups="handlers")))
    case = told(house, {"concerned": "hugo"})
    house.do(case, "T_find", by="hans")
    assert house.variables(case)["who"] == ["hilda"]  # Hans brought it about himself, and Hugo is kept out.


def test_a_called_case_is_handled_by_the_same_group(house: House):
    call = '<bpmn:callActivity id="C" calledElement="child"/>'
    house.deploy(concern(FIND, call), process("child", sequence('<bpmn:startEvent id="s"/>', ANSWER, END)))
    case = told(house)
    house.do(case, "T_find", by="hugo")
    child = house.all_cases()[-1]
    assert house.read(lambda s: s.get_one(Instance, child).owner) == "hans"
    assert not sees(house, child, "olga")


@pytest.mark.parametrize(
    "spoil",
    [delete(ShutOut), update(Instance).values(handlers="staff")],
)
def test_a_circle_that_was_altered_is_found(house: House, spoil: Any):
    house.deploy(concern(FIND))
    case = told(house, {"concerned": "hugo"})
    with house.database.writing() as session:
        session.execute(spoil)
    found = house.read(lambda s: verify(s, None)).first
    assert found is not None
    assert (found.kind, found.chain) == ("altered", str(case))


def test_strangers_of_every_kind_see_nothing(house: House):
    house.deploy(concern(FIND))
    case = told(house)
    for one in ("olga", "root", "audit", "bert"):
        assert not sees(house, case, one)
    assert sees(house, case, "hilda")
    assert access.may_see(
        Person(id="operator:x", name="x", kind="operator"), house.read(lambda s: access.facts_of(s, look(s, case)))
    )


def test_what_a_leaver_holds_of_it_stays_within_the_group(house: House):
    house.deploy(concern(FIND))
    case = told(house)
    house.act(tasks.claim, house.task(case, "T_find"), by="hugo")
    house.act(departures.hand_over, case, person="hugo", to="anna", by="root")
    assert task(house, case, "T_find").holder == "hans"
    assert not sees(house, case, "anna")
    house.act(departures.hand_over, case, person="hans", to="hilda", by="root")
    assert task(house, case, "T_find").holder == "hilda"
    assert house.read(lambda s: look(s, case)).owner == "hilda"
    sound(house)


def test_nobody_outside_the_group_knows_of_it_by_standing_in(house: House):
    house.deploy(concern(FIND, user_task("T_tell", assignee="hugo")))
    case = told(house)
    house.act(tasks.claim, house.task(case, "T_find"), by="hugo")
    days = {"begins_at": house.now, "ends_at": house.now + timedelta(days=3)}
    house.act(planning.plan, "hugo", first="anna", **days, by="hugo")
    drain_substitutions(house.database, now=house.now)
    found = task(house, case, "T_find")
    assert (found.status, found.holder, found.accountable) == ("open", None, "hans")
    assert not sees(house, case, "anna")
    house.do(case, "T_find", by="hans")
    assert (task(house, case, "T_tell").holder, sees(house, case, "anna")) == (None, False)
    sound(house)
