"""Every story beside a shipped process is true, and together they pass every part of its diagram."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from steward.scenarios.player import Stage, folders
from steward.scenarios.story import read_story
from tests.acceptance.scenarios.shipped import PROCESSES

ROOT = PROCESSES.parent
STORIES = sorted(path for folder in folders(PROCESSES) for path in folder.glob("scenarios/[!_]*.toml"))
TOLD = [path for path in STORIES if path.name != "organisation.toml"]


@pytest.mark.parametrize("path", TOLD, ids=lambda path: f"{path.parents[1].name}/{path.stem}")
def test_the_story_is_true(path: Path, stage_of: Callable[[Path], Stage]) -> None:
    assert stage_of(path.parents[1]).play(read_story(path)).faults == ()


def test_a_user_sees_that_all_is_passed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "steward", "test", str(PROCESSES), "--coverage", "--json"]
    environment = os.environ | {"STEWARD_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    answered = json.loads(ran.stdout)["processes"]
    assert sorted(answered) == sorted({path.parents[1].name for path in TOLD})
    for process, counts in answered.items():
        told = sum(path.parents[1].name == process for path in TOLD)
        assert (counts["scenarios"], counts["failed"]) == (told, 0)
        assert counts["nodes"][0] == counts["nodes"][1] > 0
        assert counts["flows"][0] == counts["flows"][1] > 0
