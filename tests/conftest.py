"""Databases for the tests: a fresh, migrated one for each, on SQLite and on a real PostgreSQL that the tests bring."""

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
from tests.postgres import PostgresServer, Slate, connect, copied


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


@pytest.fixture(scope="session")
def sqlite_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where each test finds its file, so that they can share what SQLAlchemy has learned of it."""
    return tmp_path_factory.mktemp("sqlite") / "steward.sqlite"


@pytest.fixture(scope="session")
def postgres_slate(postgres: URL, postgres_template: str) -> Iterator[Slate]:
    """The database that tests write on one after the other."""
    with copied(postgres, postgres_template, f"{postgres_template}_slate") as url:
        yield Slate(url)


@pytest.fixture
def sqlite_url(sqlite_template: Path, sqlite_place: Path) -> str:
    """The address of a fresh SQLite file, migrated."""
    return fresh_file(sqlite_template, sqlite_place)


def fresh_file(template: Path, place: Path) -> str:
    """The address of a copy of the template, where nothing is left of what was there before."""
    for old in place.parent.glob(f"{place.name}*"):
        old.unlink()
    shutil.copy(template, place)
    return f"sqlite:///{place}"


@pytest.fixture
def postgres_url(postgres_slate: Slate) -> str:
    """The address of a PostgreSQL database as good as new, migrated. Its tables may not be altered."""
    return postgres_slate.wiped()


@pytest.fixture
def own_postgres_url(postgres: URL, postgres_template: str) -> Iterator[str]:
    """The address of a fresh PostgreSQL database, migrated, whose tables may be altered; dropped after the test."""
    with copied(postgres, postgres_template, f"{postgres_template}_own") as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each test that asks for it runs twice."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture(scope="session")
def databases() -> dict[str, Database]:
    """By address: compiling its statements anew for each test would take as long as the tests do."""
    return {}


@pytest.fixture
def database(database_url: str, databases: dict[str, Database]) -> Iterator[Database]:
    """A fresh, migrated database; the test runs once on SQLite and once on PostgreSQL."""
    if database_url not in databases:
        databases[database_url] = Database(database_url)
    database = databases[database_url]
    yield database
    database.close()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what each suite has spent of its budget."""
    reports = [one for outcome in ("passed", "failed", "") for one in terminalreporter.stats.get(outcome, [])]
    if len(reports) > 200:
        terminalreporter.section("seconds by suite, of their budgets")
        for line in spending.lines(spending.spent(reports)):
            terminalreporter.write_line(line)
