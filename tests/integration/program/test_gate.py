"""A pipeline waits for the approval of a case, and gets an exit code."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from steward.cli.output import NOT_FOUND, OK, REFUSED, WAITING
from tests.factories import user_task

WHO = ("--as", "henrik.lund")


@pytest.fixture
def case(house, put_in_force):
    """A change that henrik decides by his answer `gate`; its business key is CH-7."""
    key = put_in_force(
        "a_change", user_task("T_decide", groups="quality_manager"), user_task("T_watch", groups="quality_manager")
    )
    return house.json(*WHO, "start", key, "--business-key", "CH-7")["id"]


def decide(house, says):
    [task] = house.json(*WHO, "tasks", "--claimable")
    house.run(*WHO, "claim", task["id"])
    house.run(*WHO, "complete", task["id"], "-a", f"gate={says}")


def test_a_case_lets_a_pipeline_pass_once_it_says_so(house, case):
    assert "is not decided yet" in house.says(*WHO, "gate", "CH-7", expect=WAITING)
    decide(house, "open")
    assert "lets it pass" in house.says(*WHO, "gate", "CH-7", expect=OK)
    assert house.json(*WHO, "gate", case)["gate"] == "open"


def test_a_case_that_refuses_or_ends_stops_the_pipeline(house, case):
    house.run(*WHO, "gate", case, "--refuses", "not now", expect=WAITING)
    decide(house, "closed")
    house.run(*WHO, "gate", case, expect=REFUSED)
    house.run(*WHO, "gate", case, "--refuses", "never", expect=WAITING)
    house.run(*WHO, "case", "cancel", case, "--reason", "Not needed.")
    house.run(*WHO, "gate", case, "--refuses", "never", expect=REFUSED)


def test_a_pipeline_waits_for_the_decision(house, case):
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(house.run, *WHO, "gate", "CH-7", "--wait", "--timeout", "60", "--every", "1")
        decide(house, "open")

        assert waiting.result().exit_code == OK, "what it says belongs to whichever of the two printed last"


def test_a_pipeline_does_not_wait_for_ever(house, case):
    house.run(*WHO, "gate", "CH-7", "--wait", "--timeout", "1", expect=WAITING)


def test_a_case_that_nobody_knows_is_not_found(house, case):
    assert "There is no case CH-8 that you may see." in house.says(*WHO, "gate", "CH-8", expect=NOT_FOUND)
