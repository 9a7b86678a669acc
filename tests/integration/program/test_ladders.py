"""A late task of a real process climbs to top management: a served folder, its command line, a simulated clock."""

import json
import re
import tomllib
from datetime import datetime

import pytest
from lxml import etree

from steward.settings import ROOT

STORY = ROOT / "processes/corrective_action/scenarios/_registered.toml"
FORBIDDEN, REFUSED, NOT_FOUND, CONFLICT = 5, 1, 3, 4
QUICK = """
[ordinary]
name = "Quick"
rungs = [{ when = "PT1H from ${opened_at}", whom = ["lead"] }]
"""


@pytest.fixture
def triage(house) -> str:
    """The task in which a case is classified: due on Wednesday 6 January at 17:00, and nobody takes it on."""
    house.login("hannah.vogel", "henrik.lund", "ingrid.solberg", "deniz.aydin", "marek.novak")
    case = house.json("--as", "hannah.vogel", "start", "corrective_action", "--at", "S_form")["id"]
    (register,) = house.json("--as", "hannah.vogel", "tasks")
    steps = tomllib.loads(STORY.read_text())["step"]
    answers = next(step["answers"] for step in steps if step.get("does") == "T_register")
    house.run("--as", "hannah.vogel", "complete", register["id"], "--from", "-", given=json.dumps(answers))
    tasks = house.json("--as", "henrik.lund", "tasks")
    return next(task["id"] for task in tasks if task["instance_id"] == case)


def moved(house, to: str) -> None:
    house.program.move(datetime.fromisoformat(to))


def test_an_unclaimed_late_task_climbs_to_top_management(house, triage):
    moved(house, "2027-02-01T09:00+01:00")

    plan = house.json("--as", "ingrid.solberg", "ladder", triage)
    sent = [(line["rung"], line["at"], line["told"]) for line in plan["lines"] if line["outcome"] == "sent"]
    quality = ["henrik.lund", "sofia.rossi"]
    assert sent == [
        (1, "2027-01-04T16:00:00+00:00", quality),
        (3, "2027-01-06T16:00:00+00:00", quality),
        (4, "2027-01-07T08:00:00+00:00", ["henrik.lund"]),
        (5, "2027-01-11T16:00:00+00:00", ["amara.okafor", *quality, "tomas.ferreira"]),
        (6, "2027-01-20T16:00:00+00:00", ["ingrid.solberg", "tomas.ferreira"]),
    ]
    assert (plan["standing"], plan["lines"][-1]["kept_for"]) == ("over", "review")
    shown = house.says("--as", "ingrid.solberg", "ladder", triage)
    assert "Ordinary tasks (ordinary, version 1): over" in shown
    assert "passed_over" in shown
    assert "ingrid.solberg, tomas.ferreira" in shown
    house.run("verify")


def test_an_acknowledged_task_climbs_no_further(house, triage):
    house.run("--as", "marek.novak", "acknowledge", triage, expect=FORBIDDEN)
    moved(house, "2027-01-06T18:00+01:00")
    assert "this was a dry run" in house.says("--as", "henrik.lund", "acknowledge", triage, "--dry-run")
    house.run("--as", "henrik.lund", "acknowledge", triage)

    moved(house, "2027-01-08T16:00+01:00")

    plan = house.json("--as", "henrik.lund", "ladder", triage)
    assert [line["outcome"] for line in plan["lines"]] == ["sent", "passed_over", "sent", "acknowledged"]
    assert "acknowledged by henrik.lund" in house.says("--as", "henrik.lund", "ladder", triage)


def test_the_ladder_of_each_severity_is_printed_as_it_is_configured_today(house, tmp_path):
    house.login("deniz.aydin", "hannah.vogel", "henrik.lund")
    for key, ladder in tomllib.loads((ROOT / "config/ladders.toml").read_text()).items():
        printed = rows_of(house.says("ladders", "show", key))
        for number, rung in enumerate(ladder["rungs"], 1):
            said = (rung["when"], rung.get("urgency", "ordinary"), rung["words"], *rung["whom"])
            assert [one for one in said if one not in printed[number]] == []
        assert len(printed) == len(ladder["rungs"])

    house.run("decision", "unheard", expect=NOT_FOUND)
    clocks = (ROOT / "processes/incident_escalation/incident_clocks.dmn").read_text()
    assert severities_of(house, 1) == severities_in(clocks)
    changed = clocks.replace('"PT15M"', '"PT20M"')
    (tmp_path / "incident_clocks.dmn").write_text(changed)
    made = house.json("--as", "deniz.aydin", "deploy", str(tmp_path / "incident_clocks.dmn"))
    assert severities_of(house, 1) == severities_in(clocks)
    house.run("--as", "henrik.lund", "release", made["id"], "--owner", "henrik.lund")
    assert severities_of(house, 2) == severities_in(changed) != severities_in(clocks)


def rows_of(printed: str) -> dict[int, str]:
    lines = (line.split(maxsplit=1) for line in printed.splitlines())
    return {int(line[0]): line[1] for line in lines if line and line[0].isdigit()}


def severities_of(house, version: int) -> list[list[str]]:
    printed = house.says("--as", "hannah.vogel", "decision", "incident_clocks")
    assert f"(incident_clocks), version {version}, " in printed
    return [re.split(r"\s{2,}", line) for line in rows_of(printed).values()]


def severities_in(text: str) -> list[list[str]]:
    rules = etree.fromstring(text.encode()).iterfind(".//{*}rule")
    return [[one.text or "" for one in rule.iterfind(".//{*}text")] for rule in rules]


def test_an_administrator_looks_after_ladders(house, tmp_path):
    house.login("deniz.aydin", "hannah.vogel")
    (tmp_path / "mine.toml").write_text(QUICK)
    assert {one["key"] for one in house.json("ladders", "list")} == {"call", "legal_duty", "ordinary", "severe"}
    assert "group:top_management" in house.says("ladders", "show", "ordinary")
    file = str(tmp_path / "mine.toml")
    house.run("--as", "hannah.vogel", "ladders", "set", "ordinary", file, expect=FORBIDDEN)
    assert "this was a dry run" in house.says("--as", "deniz.aydin", "ladders", "set", "ordinary", file, "--dry-run")
    assert "version 2" in house.says("--as", "deniz.aydin", "ladders", "set", "ordinary", file)
    assert [one["number"] for one in house.json("ladders", "history", "ordinary")] == [2, 1]
    house.run("ladders", "show", "unheard", expect=NOT_FOUND)
    assert "holds no ladder" in house.says("ladders", "set", "other", file, expect=2)
    (tmp_path / "bad.toml").write_text('[bad]\nname = "Bad"\nrungs = [{ when = "soon", whom = ["lead"] }]')
    said = house.says("--as", "deniz.aydin", "ladders", "set", "bad", str(tmp_path / "bad.toml"), expect=REFUSED)
    assert "rungs.1.when" in said
    house.run("verify")
