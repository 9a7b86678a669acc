"""Every story beside a shipped process is true, and together they pass every part of its diagram."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from steward.scenarios.player import Played, folders, play_folder, stories_of
from tests.acceptance.scenarios.shipped import PROCESSES

ROOT = PROCESSES.parent


@pytest.mark.parametrize("folder", folders(PROCESSES), ids=lambda folder: folder.name)
def test_the_story_is_true(folder: Path, subtests: pytest.Subtests) -> None:
    """Each story of a process is a test within; that they pass the whole diagram is one more."""
    for one in play_folder(folder):
        with subtests.test(one.story if isinstance(one, Played) else "the whole diagram"):
            if isinstance(one, Played):
                assert one.faults == ()
            else:
                assert min(len(one.model.nodes), len(one.model.flows)) > 0
                assert (one.process, one.missed()) == (folder.name, {"nodes": [], "flows": []})


def test_a_user_sees_that_all_is_passed(tmp_path: Path) -> None:
    folder = PROCESSES / "routine"
    command = [sys.executable, "-m", "steward", "test", str(folder), "--coverage", "--json"]
    environment = os.environ | {"STEWARD_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    [(process, counts)] = json.loads(ran.stdout)["processes"].items()
    assert process == folder.name
    assert (counts["scenarios"], counts["failed"]) == (len(stories_of(folder)), 0)
    assert counts["nodes"][0] == counts["nodes"][1] > 0
    assert counts["flows"][0] == counts["flows"][1] > 0
