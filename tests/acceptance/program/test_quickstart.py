"""The quickstart works as it is written: its commands are taken from the page."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.acceptance.program.served import CLEAN, ROOT

TYPIST = """
set -eu
steward() {
  if [ "$1" = login ]; then
    STEWARD_PASSWORD=$(sed -n "s/^$2 //p" passwords) command steward "$@"
  else
    command steward "$@"
  fi
}
"""


def test_the_commands_of_the_quickstart_do_what_it_says(serving, tmp_path):
    served = serving().start()
    page = (ROOT / "docs/quickstart.md").read_text()
    script = "\n".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL)).replace("$PWD/.venv/bin", "$PROGRAMS")
    own = {"PROGRAMS": str(Path(sys.executable).parent)}
    (tmp_path / "passwords").write_text("".join(f"{one} {secret}\n" for one, secret in served.people.items()))
    done = subprocess.run(
        ["bash", "-c", TYPIST + script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=CLEAN | served.environment | own | {"PATH": f"{own['PROGRAMS']}{os.pathsep}{os.environ['PATH']}"},
        timeout=300,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Register nonconformity: completed." in done.stdout
    assert "henrik.lund answers for it" in done.stdout
    assert "henrik.lund may not do 'Consent to lower class'" in done.stderr
    assert done.stdout.count("refused, exit code") == 2
    assert "refusal.separation" in done.stdout
    assert "Everything holds" in done.stdout
    assert "1 of 1 cases come out equal, byte by byte." in done.stdout
    assert served.greeting[0].startswith("Setting up the demo organisation Northwind Diagnostics")
    assert served.stop() == 0
