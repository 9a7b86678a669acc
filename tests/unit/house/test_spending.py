"""Budgets of suites stand where everybody sees them."""

from types import SimpleNamespace

from steward.settings import ROOT
from tests.spending import BUDGETS, lines, spent


def test_what_a_suite_spends_is_added_up_and_held_against_its_budget():
    reports = [
        SimpleNamespace(nodeid="tests/unit/time/test_due.py::test_a", duration=2.0),
        SimpleNamespace(nodeid="tests/unit/time/test_cron.py::test_b[1]", duration=1.5),
        SimpleNamespace(nodeid="tests/unit/core/test_x.py::test_c", duration=0.5),
    ]

    said = lines(spent(reports), {"tests/unit/time": 3, "tests/unit/core": 3})

    assert [" ".join(line.split()) for line in said] == [
        "tests/unit/time 3.5 of 3 s OVER",
        "tests/unit/core 0.5 of 3 s",
    ]


def test_every_suite_has_a_budget_and_all_together_stay_within_ten_minutes_on_two_cores():
    suites = {str(path.parent.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py")}
    suites = {suite for suite in suites if not suite.startswith("tests/fuzz")}

    assert sorted(suites - set(BUDGETS)) == []
    assert sum(BUDGETS.values()) / 2 < 600
