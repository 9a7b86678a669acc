"""Steward as a process of its own: started, killed, started again; asked by commands and over HTTP."""

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from steward.cli import main
from steward.cli.server import Credentials, Server

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "steward"]
READY = "Stop with Ctrl-C"
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("STEWARD_")}


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Served:
    """A working folder, and the process that serves it."""

    home: Path
    options: list[str] = field(default_factory=lambda: ["--demo"])
    database_url: str | None = None
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None
    greeting: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a shell beside it would have set."""
        own = {"STEWARD_HOME": str(self.home), "STEWARD_SERVER": self.address}
        own |= {"STEWARD_CREDENTIALS": str(self.home.parent / "credentials.json")}
        return own | ({"STEWARD_DATABASE_URL": self.database_url} if self.database_url else {})

    def start(self) -> "Served":
        """Serve; returns when it listens."""
        command = [*COMMAND, "run", "--port", str(self.port), *self.options]
        with (self.home.parent / "server.log").open("a") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env=CLEAN | self.environment, cwd=ROOT
            )
        self.greeting = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.greeting.append(line.rstrip())
            if READY in line:
                return self
        self.process.communicate()
        raise AssertionError((self.home.parent / "server.log").read_text())

    def kill(self) -> None:
        """SIGKILL: no chance to tidy up."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM, as an init system does; its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.communicate(timeout=60)
        return self.process.returncode

    def shell(self, *words: str, given: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        """A command in a process of its own."""
        environment = CLEAN | self.environment | more
        return subprocess.run(
            [*COMMAND, *words], capture_output=True, text=True, input=given, env=environment, cwd=ROOT, timeout=120
        )

    def run(self, *words: str, expect: int = 0, **more: str) -> Result:
        """A command inside this process; its requests still go to the server."""
        done = CliRunner().invoke(main, list(words), env=self.environment | more)
        assert done.exit_code == expect, f"steward {' '.join(words)}\n{done.output}\n{done.exception!r}"
        return done

    def json(self, *words: str, expect: int = 0, **more: str) -> Any:
        """What a command answers with `--json`."""
        return json.loads(self.run(*words, "--json", expect=expect, **more).stdout)

    def voice(self, person: str) -> Server:
        """The JSON API in the name of somebody who has logged in."""
        return Server(self.address, person, credentials=Credentials(self.environment))

    @property
    def people(self) -> dict[str, str]:
        """The passwords of the demo's people."""
        return {one["id"]: one["password"] for one in json.loads((self.home / "demo-people.json").read_text())}
