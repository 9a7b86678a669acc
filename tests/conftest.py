"""Databases for the tests: a fresh, migrated one for each, on SQLite and on a real PostgreSQL that the tests bring."""

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, make_url

from engine import migrations
from engine.transactions import Database
from tests import spending
from tests.postgres import PostgresServer, connect

numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """A server where we may create databases: the given one, or our own."""
    if given := os.environ.get("STEWARD_TEST_POSTGRES"):
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    server = PostgresServer()
    yield server.url
    server.remove()


@pytest.fixture(scope="session")
def postgres_template(postgres: URL) -> Iterator[str]:
    """The name of a migrated, empty database that the others are copied from."""
    name = f"steward_{os.getpid()}"
    with connect(postgres) as admin:
        admin.execute(f"create database {name}")
        migrate(postgres.set(database=name).render_as_string(hide_password=False))
        yield name
        admin.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty file that the others are copied from."""
    file = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    migrate(f"sqlite:///{file}")
    return file


def migrate(url: str) -> None:
    """Bring the database of this address to the newest revision."""
    database = Database(url)
    migrations.upgrade(database.engine)
    database.close()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh SQLite file, migrated."""
    file = tmp_path / "steward.sqlite"
    shutil.copy(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgres_url(postgres: URL, postgres_template: str) -> Iterator[str]:
    """The address of a fresh PostgreSQL database, migrated; dropped after the test."""
    name = f"{postgres_template}_{next(numbers)}"
    with connect(postgres) as admin:
        admin.execute(f"create database {name} template {postgres_template} strategy file_copy")
        yield postgres.set(database=name).render_as_string(hide_password=False)
        admin.execute(f"drop database {name} with (force)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each test that asks for it runs twice."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database; the test runs once on SQLite and once on PostgreSQL."""
    database = Database(database_url)
    yield database
    database.close()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what each suite has spent of its budget."""
    reports = [one for outcome in ("passed", "failed", "") for one in terminalreporter.stats.get(outcome, [])]
    if len(reports) > 200:
        terminalreporter.section("seconds by suite, of their budgets")
        for line in spending.lines(spending.spent(reports)):
            terminalreporter.write_line(line)
