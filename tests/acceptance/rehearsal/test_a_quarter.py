"""A quarter of a year of the shipped product, with people who answer by chance: every rule holds on every day."""

import json
from pathlib import Path

from click.testing import CliRunner

from steward.cli import main
from steward.scenarios.player import folders

ROOT = Path(__file__).parents[3]


def simulate(*words: str) -> tuple[int, dict[str, object]]:
    result = CliRunner().invoke(main, ["simulate", *words, "--json"], catch_exceptions=False)
    return result.exit_code, json.loads(result.stdout)


def test_a_quarter_of_a_year_holds():
    code, told = simulate("--from", "2027-01-04", "--to", "2027-04-05", "--seed", "3")
    assert told["faults"] == []
    assert code == 0
    assert told["stuck"] == {}
    started = told["started"]
    assert isinstance(started, dict)
    assert set(started) == {folder.name for folder in folders(ROOT / "processes")} - {"version_reading"}, (
        "nothing is released"
    )
    assert started["routine"] >= 4, "the bias log and the monitoring of the T3 system come round each month"
    assert started["corrective_action"] >= 3


def test_the_same_seed_gives_the_same_deeds_and_another_one_others():
    weeks = ("--from", "2027-03-22", "--to", "2027-03-27")
    told = [simulate(*weeks, "--seed", seed)[1] for seed in ("7", "7", "8")]
    assert told[0] == told[1]
    assert told[0] != told[2]


def test_a_draft_is_rehearsed_beside_what_is_in_force(tmp_path: Path):
    draft = tmp_path / "draft"
    draft.mkdir()
    name = "routine"
    for file in (ROOT / "processes" / name).iterdir():
        if file.suffix == ".form":
            (draft / file.name).write_bytes(file.read_bytes())
    diagram = (ROOT / "processes" / name / f"{name}.bpmn").read_text(encoding="utf-8")
    (draft / f"{name}.bpmn").write_text(diagram.replace("10 bd from ${due_day}", "2 bd from ${due_day}"), "utf-8")
    code, told = simulate("--from", "2027-01-04", "--to", "2027-01-13", "--deploy", str(draft))
    assert (code, told["faults"]) == (0, [])


def test_what_cannot_be_rehearsed_is_said(tmp_path: Path):
    rules = tmp_path / "rules.toml"
    rules.write_text("[people]\nclaims = 2\n")
    for words, said in (
        (("--to", "2027-01-04"), "must come after"),
        (("--to", "2027-01-08", "--rules", str(rules)), "a chance lies between 0 and 1"),
    ):
        result = CliRunner().invoke(main, ["simulate", "--from", "2027-01-04", *words])
        assert result.exit_code == 1
        assert said in result.output
