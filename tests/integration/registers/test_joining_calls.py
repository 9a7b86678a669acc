"""A call activity that joins the running case about the same, and hears of its end like whoever began it."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import delete, select

from engine import instances, registers, tasks
from engine.errors import SeparationOfDuties
from engine.registers import Subject
from engine.store.running import Instance, JoinedCall, Link
from engine.verify import verify
from tests.factories import END, START, process, sequence, user_task
from tests.integration.registers.conftest import PRESS
from tests.integration.registers.test_beginning_about import LATHE, PRESS_3, about, sound
from tests.integration.shell.conftest import House
from web.reads import waits

NAMES = '<bpmn:message id="m_more" name="more"/><bpmn:escalation id="x" escalationCode="warn"/>'
CALL = (
    '<bpmn:callActivity id="C_child" calledElement="child"><bpmn:extensionElements>'
    '<camunda:properties><camunda:property name="join" value="more"/></camunda:properties>'
    '<camunda:in source="what" target="topic"/><camunda:out source="answer" target="heard"/>'
    "</bpmn:extensionElements></bpmn:callActivity>"
)
HEARS = (
    '<bpmn:boundaryEvent id="E_more" attachedToRef="T_mend" cancelActivity="false">'
    '<bpmn:messageEventDefinition messageRef="m_more"/></bpmn:boundaryEvent>'
    '<bpmn:endEvent id="end_more"/><bpmn:sequenceFlow id="f_more" sourceRef="E_more" targetRef="end_more"/>'
)
CHILD = process(
    "child",
    sequence(START, user_task("T_mend", groups="staff"), user_task("T_check", groups="staff"), END) + HEARS,
    before=NAMES,
)
AFTER = user_task("T_after", groups="staff", apart="called:C_child")
PARENT = process("parent", sequence(START, user_task("T_say", groups="staff"), CALL, AFTER, END))


@pytest.fixture(autouse=True)
def machines(house: House) -> None:
    house.act(registers.add, "reg_machines", PRESS, by="anna")
    house.act(registers.add, "reg_machines", {**PRESS, "id": "lathe", "name": "Lathe"}, by="anna")
    house.deploy(PARENT, CHILD)


def calling(house: House, what: str = "leak", subject: Subject | None = PRESS_3) -> UUID:
    case = house.start("parent", {"what": what}, subject=subject)
    house.do(case, "T_say")
    return case


def children(house: House) -> list[UUID]:
    query = select(Instance.id).where(Instance.id.not_in(house.cases)).order_by(Instance.id)
    return house.read(lambda s: list(s.scalars(query)))


ELSEWHERE = CALL.replace("<camunda:in ", '<camunda:in source="about" target="subject"/><camunda:in ', 1)


def test_a_call_that_passes_a_subject_on_begins_a_case_about_that_row(house: House):
    house.deploy(process("elsewhere", sequence(START, user_task("T_say", groups="staff"), ELSEWHERE, END)))
    case = house.start("elsewhere", {"what": "leak", "about": "reg_machines:lathe"}, subject=PRESS_3)
    house.do(case, "T_say")
    [child] = children(house)
    assert about(house, child) == LATHE
    assert house.variables(child) == {"topic": "leak"}
    sound(house)


def test_a_call_about_a_row_that_is_not_there_is_stuck_and_says_its_name(house: House):
    house.deploy(process("elsewhere", sequence(START, user_task("T_say", groups="staff"), ELSEWHERE, END)))
    case = house.start("elsewhere", {"what": "leak", "about": "reg_machines:saw"})
    assert "There is no reg_machines:saw" in (house.do(case, "T_say").error or "")


def test_a_call_joins_the_running_case_about_the_same_and_waits_for_its_end(house: House):
    running = house.start("child", {"topic": "noise"}, subject=PRESS_3)
    since = house.now
    case = calling(house)
    house.later(days=1)
    house.work()
    [wait] = house.read(lambda s: waits.of_case(s, house.who["anna"], case))["items"]
    assert (wait["case_id"], wait["element"], wait["since"]) == (running, "C_child", since)

    assert children(house) == []
    assert house.variables(running) == {"topic": "leak"}
    assert house.verbs(case)[-1] == "call.asked"
    [asked], [joined] = house.said(case, "call.asked"), house.said(running, "instance.joined")
    assert joined["call"] == {"element": "C_child", "token": asked["token"]}
    house.do(running, "T_mend")
    house.do(running, "T_check", {"answer": 42})
    house.work()

    assert house.open(case) == ["T_after"]
    assert house.variables(case)["heard"] == 42
    assert house.read(lambda s: s.scalars(select(Link.kind)).all()) == ["joins"]
    sound(house)


def test_a_call_starts_a_case_where_none_about_the_same_waits(house: House):
    house.start("child", {"topic": "noise"}, subject=Subject(register="reg_machines", row="lathe"))
    past = house.start("child", {"topic": "noise"}, subject=PRESS_3)
    house.do(past, "T_mend")
    calling(house)
    calling(house, subject=None)
    assert len(children(house)) == 2


def test_every_caller_hears_of_the_end(house: House):
    cases = [calling(house, what) for what in ("leak", "noise", "smoke")]
    house.work()
    [child] = children(house)
    assert house.variables(child) == {"topic": "smoke"}
    house.do(child, "T_mend")
    house.do(child, "T_check", {"answer": 42})
    house.work()

    assert [house.open(case) for case in cases] == [["T_after"]] * 3
    assert [house.variables(case)["heard"] for case in cases] == [42] * 3
    sound(house)


def test_calls_at_the_same_moment_come_to_one_case(house: House):
    cases = [house.start("parent", {"what": "leak"}, subject=PRESS_3) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda case: house.do(case, "T_say"), cases))
        list(pool.map(lambda _: house.work(), range(4)))
    house.work()
    assert len(children(house)) == 1
    sound(house)


def test_a_call_whose_case_moved_on_meanwhile_starts_one_of_its_own(house: House):
    running = house.start("child", {"topic": "noise"}, subject=PRESS_3)
    case = calling(house)
    house.do(running, "T_mend")
    house.work()

    [child] = children(house)
    assert house.variables(child) == {"topic": "leak"}
    assert house.read(lambda s: s.get_one(Instance, child).caller_id) == case
    house.do(child, "T_mend")
    house.do(child, "T_check", {"answer": 7})
    house.work()
    assert house.variables(case)["heard"] == 7
    sound(house)


def test_a_joined_case_goes_on_though_a_caller_is_cancelled(house: House):
    first, second = calling(house), calling(house)
    house.work()
    [child] = children(house)
    house.act(instances.cancel, first, reason="Never mind.", by="olga")
    house.work()
    assert house.status(child) == "running"
    assert "call.left" in house.verbs(child)

    house.act(instances.cancel, second, reason="Never mind.", by="olga")
    house.work()
    assert house.status(child) == "cancelled"
    sound(house)


def test_a_case_that_no_call_began_goes_on_when_its_only_caller_leaves(house: House):
    running = house.start("child", {"topic": "noise"}, subject=PRESS_3)
    case = calling(house)
    house.work()
    house.act(instances.cancel, case, reason="Never mind.", by="olga")
    house.work()
    assert house.status(running) == "running"
    house.do(running, "T_mend")
    house.do(running, "T_check", {"answer": 42})
    house.work()
    assert house.status(running) == "completed"
    sound(house)


def test_a_call_that_is_cancelled_before_it_has_joined_tells_nobody(house: House):
    running = house.start("child", {"topic": "noise"}, subject=PRESS_3)
    case = calling(house)
    house.act(instances.cancel, case, reason="Never mind.", by="olga")
    house.work()
    assert house.variables(running) == {"topic": "noise"}
    assert house.read(lambda s: s.scalars(select(JoinedCall.status)).all()) == ["left"]
    sound(house)


def test_a_failure_of_the_joined_case_reaches_every_caller(house: House):
    cases = [calling(house), calling(house)]
    house.work()
    [child] = children(house)
    house.act(instances.cancel, child, reason="Scrapped.", by="olga")
    house.work()
    assert ["cancelled" in house.stuck(case)[0].error for case in cases] == [True, True]


def test_who_worked_in_the_joined_case_may_not_do_what_is_separate_from_the_call(house: House):
    running = house.start("child", {"topic": "noise"}, subject=PRESS_3)
    case = calling(house)
    house.work()
    house.do(running, "T_mend", by="bert")
    house.do(running, "T_check", {"answer": 42}, by="bert")
    house.work()
    with pytest.raises(SeparationOfDuties):
        house.act(tasks.claim, house.task(case, "T_after"), by="bert")
    house.do(case, "T_after", by="carl")


def test_a_joined_call_that_was_altered_is_found(house: House):
    running = house.start("child", {"topic": "noise"}, subject=PRESS_3)
    case = calling(house)
    house.work()
    with house.database.writing() as session:
        session.execute(delete(JoinedCall))
    found = house.read(lambda s: [(one.kind, one.record, one.chain) for one in verify(s, None).findings])
    assert {("missing", "joined_calls", str(case)), ("missing", "joined_calls", str(running))} <= set(found)
