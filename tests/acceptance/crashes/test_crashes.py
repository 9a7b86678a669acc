"""Servers and workers are killed while work goes on: nothing is lost, nothing happens twice, and the proof holds."""

from datetime import timedelta
from random import Random

import pytest

from tests.acceptance.crashes.gauntlet import Toll
from tests.acceptance.crashes.ground import Ground
from tests.conftest import migrate
from tests.postgres import PostgresServer

KILLS = 2


@pytest.fixture
def on_sqlite(sqlite_url, tmp_path):
    """A server and the one worker that SQLite allows."""
    ground = Ground(tmp_path, sqlite_url)
    yield ground
    ground.clear()


@pytest.fixture
def server():
    """A PostgreSQL of our own, which may be stopped."""
    made = PostgresServer()
    yield made
    made.remove()


@pytest.fixture
def on_postgres(server, tmp_path):
    """A server and two workers."""
    url = server.url.render_as_string(hide_password=False)
    migrate(url)
    ground = Ground(tmp_path, url, workers=2)
    yield ground
    ground.clear()


def test_kills_on_sqlite_lose_and_double_nothing(on_sqlite):
    on_sqlite.settle(20, timedelta(seconds=4))
    on_sqlite.start()
    on_sqlite.kill_some(KILLS, Random(2027))
    on_sqlite.come_to_rest()
    assert on_sqlite.end() == Toll()


def test_kills_and_a_restart_of_postgresql_lose_and_double_nothing(on_postgres, server):
    def restart(number):
        if number == 2:
            server.stop()
            server.start()

    on_postgres.settle(20, timedelta(seconds=4))
    on_postgres.start()
    on_postgres.kill_some(KILLS, Random(2027), between=restart)
    on_postgres.come_to_rest()
    assert on_postgres.end() == Toll()
