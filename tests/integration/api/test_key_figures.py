"""Key figures: counts, shares and medians of a period, the one before, and a goal, over what the caller may see."""

import tomllib
from dataclasses import replace

import pytest

from engine.errors import Invalid
from engine.figures import read
from steward.settings import ROOT
from tests.factories import END, START, process, sequence, user_task
from tests.integration.api.conftest import Clock
from tests.integration.api.test_traffic import Login
from web.services import Services

MEND = process("mend", sequence(START, user_task("T_do", groups="staff"), END))
DEFINED = {
    "begun": {"name": "Begun", "process": "mend", "of": "began", "but": {"drill": True}, "by": "line"},
    "open": {"name": "Open", "process": "mend", "of": "open", "goal": 1},
    "done": {"name": "Hours", "process": "mend", "measure": "median", "until": "T_do", "goal": 3},
    "good": {
        "name": "Good",
        "process": "mend",
        "measure": "share",
        "holds": {"good": True},
        "goal": 60,
        "better": "more",
    },
}


@pytest.fixture
def services(services: Services) -> Services:
    return replace(services, figures=read(DEFINED))


def test_figures_count_share_and_take_the_middle(login: Login, in_force, clock: Clock) -> None:
    in_force(MEND)
    anna = login("anna")
    began = clock.moment
    cases = []
    for line, good, hours in (("a", True, 2), ("a", False, 4), ("b", True, 6)):
        case = anna.post("/instances", {"process": "mend", "variables": {"line": line, "good": good}})
        cases.append((case["id"], hours))
    anna.post("/instances", {"process": "mend", "variables": {"drill": True}})
    for case, hours in cases:
        clock.moment = began.replace(hour=began.hour + hours)
        [task] = anna.get("/tasks", view="all", instance=case)["items"]
        anna.post(f"/tasks/{task['id']}/claim")
        anna.post(f"/tasks/{task['id']}/complete", {"answers": {}})

    said = {"since": began.isoformat(), "until": began.replace(hour=23).isoformat()}
    found = {one["key"]: one for one in anna.get("/figures", **said)["items"]}
    values = {key: (one["value"], one["before"], one["meets"], one["unit"]) for key, one in found.items()}
    assert values == {
        "begun": (3.0, 0.0, None, "cases"),
        "open": (1.0, 0.0, True, "cases"),
        "done": (4.0, None, False, "hours"),
        "good": (66.7, None, True, "%"),
    }
    assert found["begun"]["parts"] == [{"part": "a", "value": 2.0}, {"part": "b", "value": 1.0}]
    assert [one["cases"] for one in login("fred").get("/figures", **said)["items"]] == [0, 0, 0, 0]


def test_a_figure_that_cannot_be_computed_is_refused_by_name() -> None:
    for wrong in ({"measure": "mean"}, {"of": "late"}, {"measure": "share"}, {"colour": 1}, {"key": "x"}, {"name": ""}):
        with pytest.raises(Invalid, match="figure odd"):
            read({"odd": {"name": "Odd", "process": "p"} | wrong})
    shipped = read(tomllib.loads((ROOT / "config" / "figures.toml").read_text()))
    assert len({one.under or one.process for one in shipped}) == 5
