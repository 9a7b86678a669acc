"""The worker beside requests: woken after a commit, one on SQLite, never stopped by a failure."""

import threading
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import delete

from engine.store.records import Seal
from steward.cli.working import only_worker
from steward.connections import LANES
from steward.settings import load
from tests.factories import END, START, process, sequence, user_task

CONFLICT, REFUSED = 4, 1


def test_on_sqlite_one_process_works_on_a_folder(terminal, tmp_path):
    with closing(only_worker(load({"home": str(tmp_path / "home")}, {}))):
        for command in ("worker", "run"):
            assert "one worker" in terminal.says(command, expect=CONFLICT)


def test_the_right_to_work_ends_with_its_holder(tmp_path):
    settings = load({"home": str(tmp_path / "home")}, {})
    only_worker(settings).close()
    only_worker(settings).close()


def test_a_lane_that_does_not_exist_is_named(terminal):
    said = terminal.says("worker", "--lanes", "timers,dreams", expect=REFUSED)
    assert "no lane dreams" in said
    assert ", timers, " in said


def test_a_lane_can_be_drained_by_a_scheduler_of_ones_own(terminal):
    assert terminal.json("drain", "timers", "--once") == {"lane": "timers", "done": 0}
    assert "no lane dreams. Lanes are " in terminal.says("drain", "dreams", "--once", expect=REFUSED)


def test_a_drain_is_refused_on_sqlite_while_somebody_works(terminal, tmp_path):
    with closing(only_worker(load({"home": str(tmp_path / "home")}, {}))):
        assert "one worker" in terminal.says("drain", "timers", "--once", expect=CONFLICT)


def test_a_served_house_is_ready_and_seals_its_trail(serve, settings):
    house = serve(settings, working=True)
    for lane in ("heartbeat", "housekeeping"):
        house.program.worker.lanes[lane].run()
    assert house.program.sealed_at is not None
    house.login("deniz.aydin")
    sealed = house.json("seal")
    assert house.json("verify")["seals"] == sealed["number"] >= 2
    with house.program.database.writing() as session:
        session.execute(delete(Seal).where(Seal.number == sealed["number"]))
    assert "the newest seals were deleted" in house.says("verify", expect=REFUSED)


def test_a_ring_after_the_commit_lets_the_effect_on_another_case_follow_at_once(serve, settings, tmp_path):
    house = serve(settings, working=True)
    applied = threading.Event()
    lane = house.program.worker.lanes["messages"]
    drain = lane.lane.drain

    def drained() -> int:
        done = drain()
        if done:
            applied.set()
        return done

    lane.lane = replace(lane.lane, drain=drained)
    calling(house, tmp_path)
    house.run("--as", "henrik.lund", "start", "calls")
    (task,) = house.json("--as", "henrik.lund", "tasks", "--claimable")
    house.run("--as", "henrik.lund", "claim", task["id"])
    house.run("--as", "henrik.lund", "complete", task["id"])

    def states() -> dict[str, str]:
        found = house.json("--as", "henrik.lund", "instances")
        return {one["process"]: one["status"] for one in found if one["process"] in ("calls", "inner")}

    while states() != {"calls": "completed", "inner": "completed"}:
        assert applied.wait(timeout=20)  # The release is told by a message as well, which may be applied before.
        applied.clear()


def calling(house, tmp_path):
    """Put two processes in force, of which one calls the other and waits for it."""
    call = '<bpmn:callActivity id="CA_inner" name="Call" calledElement="inner"/>'
    files = {
        "inner": process("inner", sequence(START, user_task("T_in", groups="quality_manager"), END)),
        "calls": process("calls", sequence(START, call, END)),
    }
    for key, content in files.items():
        (tmp_path / f"{key}.bpmn").write_bytes(content)
    house.login("deniz.aydin", "henrik.lund")
    made = house.json("--as", "deniz.aydin", "deploy", *(str(tmp_path / f"{key}.bpmn") for key in files))
    house.run("--as", "henrik.lund", "release", made["id"], "--owner", "henrik.lund")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_lane_finds_nothing_to_do_in_a_quiet_house(request, serve, settings, kind, tmp_path):
    if kind == "postgresql":
        url = request.getfixturevalue("postgres_url")
        settings = load({"home": str(tmp_path / "other"), "database_url": url}, {})
    lanes = serve(settings).program.lanes()
    assert len(lanes) == LANES
    assert not any(lane.drain() for lane in lanes)
