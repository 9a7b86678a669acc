"""Built-in topics answer within the step, and their answers are events."""

from sqlalchemy import select

from engine.store.records import Delivery
from engine.store.running import Link, ServiceJob
from engine.verify import verify
from tests.factories import END, START, process, sequence, user_task
from tests.integration.shell.conftest import House


def working(topic: str, **inputs: str) -> bytes:
    given = "".join(
        f'<camunda:inputParameter name="{name}">{value}</camunda:inputParameter>' for name, value in inputs.items()
    )
    taken = "".join(
        f'<camunda:outputParameter name="{name}">${{{name}}}</camunda:outputParameter>'
        for name in {"steward.count": ["count"], "steward.find": ["cases"]}.get(topic, [])
    )
    task = (
        f'<bpmn:serviceTask id="S" camunda:type="external" camunda:topic="{topic}"><bpmn:extensionElements>'
        f"<camunda:inputOutput>{given}{taken}</camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>"
    )
    return process("working", sequence(START, user_task("T_say", groups="staff"), task, END))


def test_people_of_a_group_are_owed_a_notice_each_but_who_brought_it_about(house: House):
    house.deploy(working("steward.notify", to="group:staff", text="Leak ${what}", urgency="urgent"))
    case = house.start("working", {"what": "in hall 2"})
    house.do(case, "T_say")
    owed = house.read(lambda s: list(s.scalars(select(Delivery).order_by(Delivery.recipient))))

    assert [row.recipient for row in owed] == ["bert", "carl", "dora"]
    assert {(row.lane, row.channel, row.body["text"]) for row in owed} == {("urgent", "mail", "Leak in hall 2")}
    assert house.status(case) == "completed"
    assert house.read(lambda s: s.scalars(select(ServiceJob.status)).one()) == "done"
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


def test_a_notice_to_nobody_is_stuck_and_keeps_the_answers(house: House):
    house.deploy(working("steward.notify", to="group:nobody", text="x"))
    case = house.start("working")
    done = house.do(case, "T_say")

    assert "Nobody is meant" in (done.error or "")
    assert house.open(case) == ["T_say"]


def test_other_cases_are_counted_by_what_they_hold(house: House):
    house.deploy(working("steward.count", process="working", days="90"))
    for _ in range(2):
        house.do(house.start("working", {"severity": 3}), "T_say")
    case = house.start("working", {"severity": 3})
    house.do(case, "T_say")

    assert house.variables(case)["count"] == 2
    house.must_replay()


def test_a_case_is_linked_to_another_once(house: House):
    house.deploy(working("steward.link", to="${other}", kind="caused_by"))
    first = house.start("working", {"other": "x"})
    case = house.start("working", {"other": str(first)})
    house.do(case, "T_say")

    assert house.read(lambda s: [(row.source_id, row.target_id, row.kind) for row in s.scalars(select(Link))]) == [
        (case, first, "caused_by")
    ]
    assert "no case x" in (house.do(first, "T_say").error or "")
    house.must_replay()
