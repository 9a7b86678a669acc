"""What cannot be done rests and becomes a stuck step; it stops nobody else, on no lane."""

from datetime import timedelta

from sqlalchemy import select, update

from engine import services, timers
from engine.backoff import WAITS, rest
from engine.ids import new_id
from engine.store.records import AuditEntry
from engine.store.running import Instance, ServiceJob, StartTimer
from tests.factories import END, START, process, sequence, user_task
from tests.integration.shell.conftest import House
from tests.integration.shell.test_time import hand_over, start_timer

COUNTING = process(
    "counting",
    sequence(
        START,
        '<bpmn:serviceTask id="S_count" camunda:type="external" camunda:topic="elsewhere"/>',
        user_task("T_read", groups="staff"),
        END,
    ),
)


def begun(house: House, count: int) -> list:
    """Cases whose work is owed to somebody elsewhere."""
    house.deploy(COUNTING)
    return [house.start("counting") for _ in range(count)]


def owe_here(house: House) -> None:
    """Let that work be of a built-in topic from now on."""
    with house.database.writing() as session:
        session.execute(update(ServiceJob).values(topic="steward.count", inputs={}))


def broken(house: House, case) -> None:
    """Let the state of a case be none."""
    with house.database.writing() as session:
        session.get_one(Instance, case).state = b'{"not": "a state"}'


def job(house: House, case) -> ServiceJob:
    return house.read(lambda s: s.scalars(select(ServiceJob).where(ServiceJob.instance_id == case)).one())


def test_work_that_cannot_be_done_rests_and_stops_nobody(house: House):
    bad, good = begun(house, 2)
    owe_here(house)
    broken(house, bad)
    assert services.drain_services(house.database, now=house.now) == 2
    assert house.open(good) == ["T_read"]
    rested = []
    while job(house, bad).status == "owed":
        rested.append(job(house, bad).next_attempt_at - house.now)
        house.now = job(house, bad).next_attempt_at
        services.drain_services(house.database, now=house.now)
    assert [wait <= waited <= 1.2 * wait for wait, waited in zip(WAITS, rested, strict=False)] == [True, True]
    [step] = house.stuck(bad)
    assert step.element == "S_count"


def test_what_somebody_outside_has_leased_is_left_to_him_by_the_machines_clock(house: House):
    [case] = begun(house, 1)
    machine = house.now - timedelta(days=400)
    said = {"worker": "w1", "machine_now": machine, "by": "olga"}
    [lease] = house.act(services.fetch, ["elsewhere"], **said)
    owe_here(house)
    assert services.drain_services(house.database, now=house.now, machine_now=machine) == 0
    later = machine + timedelta(seconds=61)
    assert services.drain_services(house.database, now=house.now, machine_now=later) == 1
    assert lease["instance_id"] == case
    assert house.open(case) == ["T_read"]


def test_a_process_that_cannot_start_by_itself_says_so_and_stops_no_other(house: House):
    ids = house.deploy(
        start_timer("timeCycle", "R/PT5M"), start_timer("timeCycle", "R/PT6M").replace(b"nightly", b"other")
    )
    for one in ids.values():
        hand_over(house, one)
    with house.database.writing() as session:
        session.execute(update(StartTimer).where(StartTimer.process == "nightly").values(element="gone"))
    house.later(minutes=6)
    assert timers.drain_timers(house.database, now=house.now) == 2
    told = select(AuditEntry.body).where(AuditEntry.verb == "start.failed")
    assert b"gone" in house.read(lambda s: s.scalars(told).one())
    assert house.read(lambda s: len(s.scalars(select(Instance.id)).all())) == 1


def test_what_failed_together_does_not_come_back_together():
    rests = {rest(1, new_id()) for _ in range(50)}
    assert len(rests) > 40
    assert all(WAITS[0] <= one <= 1.2 * WAITS[0] for one in rests)
    assert WAITS[-1] <= rest(99, "row") == rest(99, "row")
