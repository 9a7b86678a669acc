"""Over ten years with outages nothing is missed and nothing happens twice, however many schedulers look."""

import random
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from engine.transactions import Database
from tests.integration.cycles.conftest import Rota
from tests.integration.cycles.decade import Decade


@pytest.fixture
def on_file(sqlite_url: str) -> Iterator[Database]:
    with closing(Database(sqlite_url)) as database:
        yield database


def test_ten_years_of_a_clock_that_sleeps_and_jumps(on_file: Database):
    decade = Decade(on_file, random.Random(4))
    decade.set_up()
    decade.live()
    decade.must_hold()


def test_two_schedulers_at_once_start_each_case_once(rota: Rota, database_url: str):
    for number in range(6):
        rota.begin(f"look_{number}", on_missed="run_all", lead=None)
    rota.at("2027-09-10T12:00+02:00")
    begin, done = threading.Barrier(2), []

    def work() -> None:
        with closing(Database(database_url)) as database:
            begin.wait()
            done.append(rota.drain(database))

    schedulers = [threading.Thread(target=work) for _ in range(2)]
    for one in schedulers:
        one.start()
    for one in schedulers:
        one.join()

    assert sum(done) == 6 * 7
    assert len(rota.all_cases()) == 6 * 7
    assert all(len(rota.came(f"look_{number}")) == 7 for number in range(6))
    assert rota.verified().findings == []


def test_what_was_written_before_a_crash_is_not_started_again(rota: Rota):
    rota.begin("look")
    rota.at("2027-02-26T12:00+01:00")
    rota.drain()
    row = rota.series("look")[""]
    with rota.database.writing() as session:
        found = session.get_one(type(row), row.id)
        found.last_on, found.planned_on, found.next_at = None, rota.occurrences("look")[0].planned_on, rota.now
    rota.drain()
    assert rota.came("look") == [("2027-02-28", "started")]
    assert len(rota.all_cases()) == 1
