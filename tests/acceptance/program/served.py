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
# Each process would compile all that it imports if it might not keep the outcome: six seconds of a start.
CLEAN = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith("STEWARD_") and name != "PYTHONDONTWRITEBYTECODE"
}


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Served:
    """A working folder, and the process that serves it; `more` settings stand in its environment."""

    home: Path
    options: list[str] = field(default_factory=lambda: ["--demo"])
    database_url: str | None = None
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None
    worker: subprocess.Popen[str] | None = None
    greeting: list[str] = field(default_factory=list)
    more: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a shell beside it would have set."""
        own = {"STEWARD_HOME": str(self.home), "STEWARD_SERVER": self.address}
        own |= {"STEWARD_CREDENTIALS": str(self.home.parent / "credentials.json")}
        return own | self.more | ({"STEWARD_DATABASE_URL": self.database_url} if self.database_url else {})

    def start(self) -> "Served":
        """Serve; returns when it listens."""
        self.process, self.greeting = self._begin("run", "--port", str(self.port), *self.options)
        return self

    def work(self, *options: str) -> None:
        """Let a worker run beside the server; returns when it works."""
        self.worker, _ = self._begin("worker", *options)

    def _begin(self, *words: str) -> tuple["subprocess.Popen[str]", list[str]]:
        log = self.home.parent / "processes.log"
        with log.open("a") as errors:
            begun = subprocess.Popen(
                [*COMMAND, *words],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=CLEAN | self.environment,
                cwd=ROOT,
            )
        said: list[str] = []
        assert begun.stdout is not None
        for line in begun.stdout:
            said.append(line.rstrip())
            if READY in line:
                return begun, said
        begun.communicate()
        raise AssertionError(log.read_text())

    def kill(self) -> None:
        """SIGKILL for the server: no chance to tidy up."""
        _end(self.process, signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM for the server, as an init system does; its exit code."""
        return _end(self.process, signal.SIGTERM)

    def clear(self) -> None:
        """Leave no process behind."""
        for one in (self.process, self.worker):
            if one is not None and one.poll() is None:
                _end(one, signal.SIGKILL)

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


def _end(process: subprocess.Popen[str] | None, how: signal.Signals) -> int:
    assert process is not None
    process.send_signal(how)
    process.communicate(timeout=60)
    return process.returncode
