"""It is known only later what a case is about, and who else must see to a task."""

from uuid import UUID

from sqlalchemy import select, update

from engine import registers, tasks
from engine.store.records import Delivery
from engine.store.running import Candidate, Instance
from engine.verify import verify
from tests.factories import END, START, process, sequence, user_task
from tests.integration.registers.conftest import PRESS
from tests.integration.shell.conftest import House


def topic(element: str, name: str, **inputs: str) -> str:
    given = "".join(
        f'<camunda:inputParameter name="{key}">{value}</camunda:inputParameter>' for key, value in inputs.items()
    )
    return (
        f'<bpmn:serviceTask id="{element}" camunda:type="external" camunda:topic="{name}"><bpmn:extensionElements>'
        f"<camunda:inputOutput>{given}</camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>"
    )


def about(house: House, case: UUID) -> tuple[str | None, str | None, int | None]:
    row = house.read(lambda s: s.get_one(Instance, case))
    return row.subject_register, row.subject_row, row.subject_number


def named_later(house: House, row: str = "press") -> UUID:
    house.act(registers.add, "reg_machines", PRESS, by="anna")
    names = topic("A", "steward.about", subject="reg_machines:${which}")
    last = user_task("T_mend", assignee="${subject.steward}")
    house.deploy(process("named", sequence(START, user_task("T_say", groups="staff"), names, last, END)))
    return house.start("named", {"which": row})


def test_a_case_learns_later_which_row_it_is_about(house: House):
    case = named_later(house)
    assert about(house, case) == (None, None, None)
    house.do(case, "T_say", by="bert")

    assert about(house, case) == ("reg_machines", "press", 1)
    assert house.open(case) == ["T_mend"]
    assert house.said(case, "subject.changed")[0]["about"] == "reg_machines:press"
    house.act(registers.change, "reg_machines", "press", {"name": "Press 4"}, reason="Moved.", by="anna")
    house.do(case, "T_mend")
    assert house.status(case) == "completed"
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


def test_a_row_that_nobody_knows_leaves_the_step_stuck_and_the_case_about_nothing(house: House):
    case = named_later(house, "lathe")
    done = house.do(case, "T_say", by="bert")

    assert "There is no reg_machines:lathe" in (done.error or "")
    assert about(house, case) == (None, None, None)
    assert house.open(case) == ["T_say"]


def test_what_a_case_is_about_cannot_be_changed_behind_its_back(house: House):
    case = named_later(house)
    house.do(case, "T_say", by="bert")
    other = {**PRESS, "id": "saw", "name": "Saw"}
    house.act(registers.add, "reg_machines", other, by="anna")
    change = update(Instance).where(Instance.id == case).values(subject_row="saw")
    house.act(lambda session, **_: session.execute(change), by="anna")

    found = house.read(lambda s: verify(s, None)).findings
    assert [one.record for one in found] == ["instances"]


def offered(house: House, to: str) -> UUID:
    split = '<bpmn:parallelGateway id="P"/>'
    more = topic("O", "steward.offer", task="T_see", to=to, text="See to it", urgency="urgent")
    flows = '<bpmn:sequenceFlow id="f_P_T_see" sourceRef="P" targetRef="T_see"/>'
    body = sequence(START, split, user_task("T_say", groups="staff"), more, END)
    house.deploy(process("offered", body + flows + user_task("T_see", assignee="", groups="staff")))
    return house.start("offered")


def candidates(house: House, case: UUID) -> list[str]:
    query = select(Candidate.who).where(Candidate.task_id == house.task(case, "T_see")).order_by(Candidate.who)
    return house.read(lambda s: list(s.scalars(query)))


def test_a_task_is_offered_to_more_people_who_are_told_and_may_do_it(house: House):
    case = offered(house, "person:stranger")
    before = candidates(house, case)
    house.do(case, "T_say", by="bert")

    assert candidates(house, case) == sorted([*before, "person:stranger"])
    told = house.read(lambda s: [(row.recipient, row.lane) for row in s.scalars(select(Delivery))])
    assert told == [("stranger", "urgent")]
    assert "task.offered" in house.verbs(case)
    house.do(case, "T_see", by="stranger")
    assert house.status(case) == "completed"
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


def test_a_task_that_somebody_holds_is_offered_and_stays_his(house: House):
    case = offered(house, "person:stranger")
    house.act(tasks.claim, house.task(case, "T_see"), by="carl")
    house.do(case, "T_say", by="bert")

    assert "person:stranger" in candidates(house, case)
    house.act(tasks.give_back, house.task(case, "T_see"), reason="Away", by="carl")
    house.do(case, "T_see", by="stranger")
    assert house.status(case) == "completed"
    assert house.read(lambda s: verify(s, None)).holds


def test_a_level_without_anybody_is_no_error(house: House):
    case = offered(house, "group:nobody")
    before = candidates(house, case)
    house.do(case, "T_say", by="bert")

    assert candidates(house, case) == before
    assert house.read(lambda s: list(s.scalars(select(Delivery)))) == []
