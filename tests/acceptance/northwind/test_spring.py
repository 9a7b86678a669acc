"""
The spring of a made-up company, played through the running product: 28 dated events, each expectation asserted.

The events happen in order on a clock that is set; each stands on those before.
"""

from collections.abc import Callable

import pytest

from tests.acceptance.northwind import assessing, changing, escalating, reading, reviewing, setting_up
from tests.acceptance.northwind.world import EVENTS, Northwind

ROOMS = (setting_up, reviewing, assessing, changing, escalating)
PLAYED: dict[int, Callable[[Northwind, list[str]], None]] = {
    number: play for number in EVENTS for room in ROOMS if (play := getattr(room, f"event_{number}", None))
}
BEFORE: dict[int, list[Callable[[Northwind], None]]] = {
    number: [done for room in ROOMS if (done := getattr(room, f"before_event_{number}", None))] for number in EVENTS
}
"""What people did by then, as they had to."""


def test_the_spring_of_northwind(northwind: Northwind, subtests: pytest.Subtests) -> None:
    for number, event in EVENTS.items():
        if number not in PLAYED:
            continue
        with subtests.test(event=number, ref=event["ref"]):
            for done in BEFORE[number]:
                done(northwind)
            northwind.begins()
            northwind.until(event["at"])
            PLAYED[number](northwind, event["expect"])
    with subtests.test(event="afterwards"):
        changing.ends(northwind)
    with subtests.test(event="from any decision of the review to its action, its evidence and its clause"):
        reading.from_each_decision(northwind)
    with subtests.test(event="the record"):
        holds(northwind)


def holds(world: Northwind) -> None:
    """What was recorded in the spring verifies, and every case comes out equal from its events."""
    world.served.stop()
    verified = world.served.shell("verify", "--json")
    assert verified.returncode == 0, verified.stdout
    replayed = world.served.shell("replay", "--all")
    assert replayed.returncode == 0, replayed.stdout
