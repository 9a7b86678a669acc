"""Two clocks: the product's, which may be set, and the machine's."""

from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, update

from engine import timers
from engine.errors import Conflict, Forbidden
from engine.identity import people
from engine.ids import new_id
from engine.store.records import SimulatedMoment
from engine.store.running import Timer
from engine.transactions import Database
from steward.clock import SimulatedClock, chosen_clock, utc_now
from steward.lanes import Lane
from steward.simulation import move
from tests.factories import END, START, process, sequence, user_task
from tests.integration.organisation import case, definition
from tests.integration.program.conftest import MORNING

NOON = datetime.fromisoformat("2027-01-04T12:00+01:00")
CONFLICT, FORBIDDEN = 4, 5


def test_a_clock_begins_where_it_is_told_and_goes_on_where_it_stood(database):
    clock = SimulatedClock(database)
    clock.begin(MORNING)
    clock.set(NOON)
    assert SimulatedClock(database).begin(MORNING) == NOON
    assert SimulatedClock(database)() == NOON


def test_a_clock_cannot_go_back_and_cannot_be_begun_later_than_it_stands(database):
    clock = SimulatedClock(database)
    clock.begin(NOON)
    with pytest.raises(Conflict, match="cannot go back"):
        clock.set(MORNING)
    with pytest.raises(Conflict, match="steward clock"):
        clock.begin(NOON.replace(hour=13))
    assert clock() == NOON


def test_a_folder_that_lived_on_a_simulated_clock_is_not_served_without_it(database):
    chosen_clock(database, NOON)
    with pytest.raises(Forbidden, match="--simulated-clock"):
        chosen_clock(database, None)


def test_without_a_simulated_moment_the_machines_clock_is_the_products(database):
    assert chosen_clock(database, None) is utc_now


def test_the_clock_moves_only_for_an_administrator_and_only_forward(house):
    house.login("deniz.aydin", "hannah.vogel")
    house.run("--as", "hannah.vogel", "clock", "PT1H", expect=FORBIDDEN)
    assert house.json("--as", "deniz.aydin", "clock", "PT1H")["now"] == "2027-01-04T09:00:00+00:00"
    assert "cannot go back" in house.says("--as", "deniz.aydin", "clock", "2027-01-04T09:30+01:00", expect=CONFLICT)
    assert "simulated" in house.says("--as", "hannah.vogel", "clock")
    house.run("--as", "deniz.aydin", "clock", "soon", expect=1)


def test_without_the_option_nobody_can_touch_the_clock(settings, serve):
    with closing(Database(settings.url)) as database, database.writing() as session:
        session.query(SimulatedMoment).delete()
    house = serve(settings, simulated=False)
    house.login("deniz.aydin")
    assert "--simulated-clock" in house.says("--as", "deniz.aydin", "clock", "PT1H", expect=CONFLICT)
    assert house.says("--as", "deniz.aydin", "clock").endswith("on the machine's clock\n")


def test_what_falls_due_on_the_way_happens_in_order_each_at_its_own_moment(house, tmp_path):
    timers = "".join(
        f'<bpmn:boundaryEvent id="B_{name}" attachedToRef="T_wait" cancelActivity="false"><bpmn:timerEventDefinition>'
        f'<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">{span}</bpmn:timeDuration>'
        f'</bpmn:timerEventDefinition></bpmn:boundaryEvent><bpmn:endEvent id="E_{name}"/>'
        f'<bpmn:sequenceFlow id="g_{name}" sourceRef="B_{name}" targetRef="E_{name}"/>'
        for name, span in (("late", "P3D"), ("soon", "PT2H"), ("then", "PT30H"))
    )
    body = sequence(START, user_task("T_wait", groups="quality_manager"), END) + timers
    (tmp_path / "waits.bpmn").write_bytes(process("waits", body))
    house.login("deniz.aydin", "henrik.lund")
    made = house.json("--as", "deniz.aydin", "deploy", str(tmp_path / "waits.bpmn"))
    house.run("--as", "henrik.lund", "release", made["id"], "--owner", "henrik.lund")
    case = house.json("--as", "henrik.lund", "start", "waits")["id"]
    moved = house.json("--as", "deniz.aydin", "clock", "P7D")
    assert moved["happened"]["timers"] == 3
    trail = house.json("--as", "henrik.lund", "trail", case)
    fired = [one["happened_at"][:16] for one in trail if one["verb"] == "timer.fired"]
    assert fired == ["2027-01-04T10:00", "2027-01-05T14:00", "2027-01-07T16:00"]


def test_the_demo_is_served_on_this_machine_alone(terminal, settings):
    said = terminal.says("run", "--demo", "--host", "0.0.0.0", expect=FORBIDDEN)
    assert "passwords" in said
    assert replace(settings, host="::1").host == "::1"


@pytest.mark.parametrize("moment", ["tomorrow", "2027-01-04T09:00"])
def test_a_simulated_moment_is_whole(terminal, moment):
    assert "+01:00" in terminal.says("run", "--simulated-clock", moment, expect=1)


def test_what_is_overdue_and_rests_hides_nothing_that_falls_due_later(database):
    clock, begins = SimulatedClock(database), MORNING
    clock.begin(begins)
    with database.writing() as session:
        setup = people.operator(session, "setup", now=begins)
        owner = definition(session, owner=setup.id)
        resting = case(session, owner, owner=setup.id, by=setup.id, status="suspended")
        running = case(session, owner, owner=setup.id, by=setup.id)
        for number, (instance, hours) in enumerate(((resting, -1), (running, 1), (running, 2)), 1):
            due = begins + timedelta(hours=hours)
            about = {"id": new_id(), "instance_id": instance, "token": number, "element": "B", "status": "pending"}
            session.execute(insert(Timer), [{**about, "due_at": due, "next_try_at": due, "attempts": 0}])

    stops = []

    def wake() -> int:
        stops.append(clock())
        with database.writing() as session:
            late = Timer.next_try_at <= clock()
            fired = update(Timer).where(late, Timer.instance_id == running, Timer.status == "pending")
            return session.execute(fired.values(status="fired")).rowcount

    move(clock, database, [Lane("timers", 1, wake, timers.next_due)], begins + timedelta(hours=3))

    assert sorted({stop - begins for stop in stops}) == [timedelta(hours=hours) for hours in (0, 1, 2, 3)]
