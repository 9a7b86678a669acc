"""
The spring of a made-up company, played through the running product: 28 dated events, each expectation asserted.

The events happen in order on a clock that is set; each stands on those before.
"""

from collections.abc import Callable

import pytest

from tests.acceptance.northwind.setting_up import event_1, event_2
from tests.acceptance.northwind.world import EVENTS, Northwind

PLAYED: dict[int, Callable[[Northwind, list[str]], None]] = {1: event_1, 2: event_2}


def test_the_spring_of_northwind(northwind: Northwind, subtests: pytest.Subtests) -> None:
    for number, event in EVENTS.items():
        if number not in PLAYED:
            break
        with subtests.test(event=number, ref=event["ref"]):
            northwind.until(event["at"])
            PLAYED[number](northwind, event["expect"])
