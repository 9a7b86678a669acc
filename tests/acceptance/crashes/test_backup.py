"""A backup taken while everything goes on, brought back on the other kind of database: its cases go on there."""

import subprocess
from datetime import timedelta

from tests.acceptance.crashes.gauntlet import Toll
from tests.acceptance.crashes.ground import Ground
from tests.acceptance.program.served import CLEAN, COMMAND, ROOT

CASES = 20


def operator(folder, url, *words):
    """A command of the operator, which must succeed."""
    own = {"STEWARD_HOME": str(folder / "home"), "STEWARD_DATABASE_URL": url}
    done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, env=CLEAN | own, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_was_saved_in_the_middle_of_the_work_goes_on_elsewhere(sqlite_url, postgres_url, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    ground = Ground(here, sqlite_url)
    ground.settle(CASES, timedelta(seconds=5))
    ground.start()
    ground.come_to_rest(running=CASES // 2)
    operator(here, sqlite_url, "backup", str(tmp_path / "all.tar.gz"))
    ground.clear()

    operator(there, postgres_url, "restore", str(tmp_path / "all.tar.gz"))
    assert "Everything holds" in operator(there, postgres_url, "verify")
    again = ground.brought_back(there, postgres_url)
    again.start()
    again.come_to_rest()
    assert again.end() == Toll()
