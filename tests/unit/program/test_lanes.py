"""A lane drains until nothing is left, hears a ring meanwhile, and outlives what fails."""

import threading

import pytest

from engine.errors import Conflict, Invalid
from steward.lanes import Lane, chosen
from steward.worker import Round, Worker


def scripted(*steps):
    """A drain that answers, raises or calls one step after the other, and a list of what it did."""
    left, seen = list(steps), []

    def drain():
        step = left.pop(0)
        seen.append(step)
        if isinstance(step, Exception):
            raise step
        return step() if callable(step) else step

    return drain, seen


def test_a_lane_goes_on_until_nothing_is_due():
    drain, seen = scripted(5, 2, 0)
    Round(Lane("timers", 1, drain)).run()
    assert seen == [5, 2, 0]


def test_a_ring_during_a_drain_makes_it_go_round_again():
    drain, seen = scripted(lambda: lane.ring() or 0, 0)
    lane = Round(Lane("messages", 1, drain))
    lane.run()
    assert len(seen) == 2


def test_a_ring_before_the_run_is_answered_by_that_run():
    drain, seen = scripted(0)
    lane = Round(Lane("messages", 1, drain))
    lane.ring()
    lane.run()
    assert seen == [0]


@pytest.mark.parametrize(
    "failure", [Conflict("The clock went away."), ZeroDivisionError("ours")], ids=["refusal", "fault"]
)
def test_a_lane_that_fails_stops_until_its_next_tick_and_works_then(failure, capsys):
    drain, seen = scripted(3, failure, 4, 0)
    lane = Round(Lane("services", 1, drain))
    lane.run()
    assert seen == [3, failure]
    lane.run()
    assert seen == [3, failure, 4, 0]


def test_lanes_are_chosen_by_name_and_an_unknown_one_is_told_which_there_are():
    lanes = [Lane(name, 1, lambda: 0) for name in ("timers", "messages", "services")]
    assert [lane.name for lane in chosen(lanes, ["services", "timers"])] == ["timers", "services"]
    with pytest.raises(Invalid, match=r"no lane dreams\. Lanes are timers, messages, services"):
        chosen(lanes, ["timers", "dreams"])


def test_a_ring_before_the_first_tick_and_for_lanes_elsewhere_is_harmless():
    worker = Worker([Lane("heartbeat", 10, lambda: 0)])
    worker.ring()
    worker.stop()
    assert list(worker.lanes) == ["heartbeat"]


def test_a_halt_waits_for_what_runs_and_nothing_runs_until_it_is_over():
    said, began, may_end, again, elsewhere = [], *(threading.Event() for _ in range(4))

    def drain():
        began.set()
        assert may_end.wait(30)
        said.append("drained")
        if "went on elsewhere" in said:
            again.set()
        return 0

    def move():
        with worker.halted():
            said.append("moved")
            worker.ring()
            other.start()
            assert elsewhere.wait(30)
            said.append("went on elsewhere")

    worker = Worker([Lane("timers", 3600, drain, lambda _session, _after: None)])
    other = Worker([Lane("timers", 3600, lambda: elsewhere.set() or 0)])
    worker.start()
    assert began.wait(30)
    moving = threading.Thread(target=move)
    moving.start()
    may_end.set()
    moving.join(30)
    assert again.wait(30)
    worker.stop()
    other.stop()
    assert said == ["drained", "moved", "went on elsewhere", "drained"]
