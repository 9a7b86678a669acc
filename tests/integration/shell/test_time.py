"""Timers: once each, in order, however many look."""

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select

from engine import instances, tasks, timers
from engine.backoff import WAITS
from engine.errors import Conflict, TaskClosed
from engine.store.running import Event, Instance, Timer
from engine.transactions import Database
from tests.factories import END, NOW, START, process, sequence, user_task
from tests.integration.shell.conftest import House


def timer(element: str, kind: str, text: str) -> str:
    return (
        f"<bpmn:timerEventDefinition><bpmn:{kind} xsi:type='bpmn:tFormalExpression'>{text}</bpmn:{kind}>"
        "</bpmn:timerEventDefinition>"
    )


def boundary(element: str, on: str, inside: str, *, interrupting: bool = True) -> str:
    kept = "" if interrupting else ' cancelActivity="false"'
    return f'<bpmn:boundaryEvent id="{element}" attachedToRef="{on}"{kept}>{inside}</bpmn:boundaryEvent>'


DEADLINE = process(
    "deadline",
    sequence(START, user_task("T_do", groups="staff"), END)
    + boundary("B_late", "T_do", timer("B_late", "timeDuration", "PT1H"))
    + sequence('<bpmn:endEvent id="end_late"/>')
    + '<bpmn:sequenceFlow id="f_late" sourceRef="B_late" targetRef="end_late"/>',
)


def test_an_answer_after_the_deadline_is_refused_and_the_deadline_is_kept(house: House):
    house.deploy(DEADLINE)
    case = house.start("deadline")
    task = house.task(case, "T_do")
    house.act(tasks.claim, task, by="anna")
    house.later(hours=2)

    with pytest.raises(TaskClosed, match=r"T do was withdrawn by B_late at 2027-01-04 10:00 UTC"):
        house.act(tasks.complete, task, answers={"x": 1}, by="anna")

    assert house.status(case) == "completed"
    assert house.read(lambda s: s.get_one(Instance, case).ended_at) == NOW + timedelta(hours=1)
    assert house.verbs(case)[-3:] == ["timer.fired", "task.withdrawn", "instance.completed"]
    assert house.variables(case) == {}
    with pytest.raises(TaskClosed, match="withdrawn by B_late"):
        house.act(tasks.complete, task, answers={"x": 1}, by="anna")
    house.must_replay()


def test_a_timer_that_is_due_when_it_is_set_fires_at_once_and_is_spent(house: House):
    late = boundary("B_told", "T_do", timer("B_told", "timeDate", "${since}"), interrupting=False)
    told = '<bpmn:endEvent id="end_told"/><bpmn:sequenceFlow id="f_told" sourceRef="B_told" targetRef="end_told"/>'
    house.deploy(process("told", sequence(START, user_task("T_do", groups="staff"), END) + late + told))
    case = house.start("told", {"since": "2027-01-03T09:00:00Z"})

    assert house.verbs(case).count("timer.fired") == 1
    assert house.read(lambda s: list(s.scalars(select(Timer.status)))) == ["fired"]
    assert house.work() == 0
    assert house.open(case) == ["T_do"]
    house.must_replay()


def test_a_due_timer_fires_once_however_many_workers_look(house: House, database_url: str):
    house.deploy(DEADLINE)
    for _ in range(6):
        house.start("deadline")
    house.later(hours=1)
    other, done = Database(database_url), []
    workers = [
        Thread(target=lambda database=database: done.append(timers.drain_timers(database, now=house.now)))
        for database in (house.database, other, house.database, other)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    other.close()

    assert {house.status(case) for case in house.cases} == {"completed"}
    assert [house.verbs(case).count("timer.fired") for case in house.cases] == [1] * 6
    events = select(func.count()).select_from(Event).group_by(Event.instance_id)
    assert house.read(lambda s: list(s.scalars(events))) == [2] * 6
    house.must_replay()


def test_after_a_standstill_a_repetition_fires_once_and_then_goes_on(house: House):
    house.deploy(
        process(
            "hourly",
            sequence(START, user_task("T_do", groups="staff"), END)
            + boundary("B_again", "T_do", timer("B_again", "timeCycle", "R/PT1H"), interrupting=False)
            + user_task("T_remind", groups="staff")
            + '<bpmn:endEvent id="end_2"/>'
            + '<bpmn:sequenceFlow id="f_1" sourceRef="B_again" targetRef="T_remind"/>'
            + '<bpmn:sequenceFlow id="f_2" sourceRef="T_remind" targetRef="end_2"/>',
        )
    )
    case = house.start("hourly")
    house.later(hours=5)
    house.work()
    assert house.open(case) == ["T_do", "T_remind"]
    house.later(hours=1)
    house.work()

    assert house.open(case) == ["T_do", "T_remind", "T_remind"]
    house.must_replay()


def test_a_timer_that_cannot_fire_rests_longer_each_time_and_holds_nobody_up(house: House):
    house.deploy(DEADLINE)
    broken, fine = house.start("deadline"), house.start("deadline")
    with house.database.writing() as session:
        session.get_one(Instance, broken).state = b'{"not": "a state"}'
    house.later(hours=1)
    assert timers.drain_timers(house.database, now=house.now) >= 1

    def row() -> Timer:
        return house.read(lambda s: s.scalars(select(Timer).where(Timer.instance_id == broken)).one())

    assert house.status(fine) == "completed"
    waits = []
    while row().status == "pending":
        waits.append(row().next_try_at - house.now)
        house.now = row().next_try_at
        timers.drain_timers(house.database, now=house.now)

    assert all(wait <= waited <= 1.2 * wait for wait, waited in zip(WAITS, waits, strict=True))
    assert (row().status, row().due_at) == ("stuck", NOW + timedelta(hours=1))
    assert len(house.stuck(broken)) == 1


def test_a_resting_case_lets_no_timer_fire_until_it_is_resumed(house: House):
    house.deploy(DEADLINE)
    case = house.start("deadline")
    house.act(instances.suspend, case, reason="waiting for the site", by="olga")
    house.later(hours=2)
    assert house.work() == 0
    with pytest.raises(Conflict, match="suspended"):
        house.do(case, "T_do")
    house.act(instances.resume, case, reason="site is open", by="olga")
    house.work()

    assert house.status(case) == "completed"


def start_timer(kind: str, text: str) -> bytes:
    start = f'<bpmn:startEvent id="start">{timer("start", kind, text)}</bpmn:startEvent>'
    return process("nightly", sequence(start, user_task("T_do", groups="staff"), END))


def hand_over(house: House, definition_id: object) -> None:
    from engine.models import definitions
    from engine.running import start_timers

    house.act(
        lambda session, by, now: start_timers.hand_over(
            session, [definitions.parsed(session, definition_id)], by=by, now=now
        ),
        by="olga",
    )


def test_a_process_starts_by_itself_exactly_as_often_as_its_timer_says(house: House):
    hand_over(house, house.deploy(start_timer("timeCycle", "R2/PT5M"))["nightly"])
    for _ in range(6):
        house.later(minutes=5)
        house.work()

    assert len(house.all_cases()) == 2
    assert house.said(house.all_cases()[0], "instance.started")[0]["timer"] == "start"
    house.must_replay()


def test_a_new_version_takes_the_start_timer_over(house: House):
    old = house.deploy(start_timer("timeCycle", "R/PT5M"))["nightly"]
    hand_over(house, old)
    house.later(minutes=5)
    house.work()
    new = house.deploy(start_timer("timeCycle", "R/PT1H"))["nightly"]
    hand_over(house, new)
    for _ in range(12):
        house.later(minutes=5)
        house.work()

    started = house.read(lambda s: list(s.scalars(select(Instance.definition_id).order_by(Instance.id))))
    assert started == [old, new]
