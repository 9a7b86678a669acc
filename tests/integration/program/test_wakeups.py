"""Between processes on PostgreSQL: a ring after the commit, a listener that comes back, and clocks that agree."""

import threading
from contextlib import closing, contextmanager

import psycopg
import pytest

from engine.errors import Conflict
from steward.bell import ALL, Bell, Ear
from steward.connections import VANISHED, connect, direct_url, must_agree_on_time
from steward.lanes import EVER, Lane
from steward.settings import load
from steward.worker import Worker
from tests.integration.program.conftest import MORNING

PATIENCE = 20


@pytest.fixture
def postgres_settings(postgres_url, tmp_path):
    return load({"home": str(tmp_path / "home"), "database_url": postgres_url}, {})


class Heard:
    """What a listener heard, and how to wait for the next of it."""

    def __init__(self):
        self.rings, self.more = [], threading.Semaphore(0)

    def __call__(self, lane=ALL):
        self.rings.append(lane)
        self.more.release()

    def one_more(self):
        assert self.more.acquire(timeout=PATIENCE)
        return self.rings[-1]


@contextmanager
def listening(url):
    """A listener that has heard that it listens."""
    heard = Heard()
    ear = Ear(url, heard)
    ear.start()
    try:
        assert heard.one_more() == ALL
        yield heard
    finally:
        ear.stop()


def test_a_ring_is_heard_in_another_process(postgres_settings):
    url = direct_url(postgres_settings)
    with listening(url) as heard:
        bell = Bell(url)
        bell.ring("timers")
        assert heard.one_more() == "timers"
        bell.ring()
        assert heard.one_more() == ALL
        bell.stop()


def test_a_crowd_of_commits_is_one_ring(postgres_settings):
    url = direct_url(postgres_settings)
    with listening(url) as heard:
        bell = Bell(url)
        for _ in range(1000):
            bell.ring()
        bell.stop()
        assert heard.one_more() == ALL
        assert len(heard.rings) < 100


def test_a_listener_whose_connection_is_cut_comes_back_and_rings_everything(postgres_settings, postgres_url):
    url = direct_url(postgres_settings)
    with listening(url) as heard, closing(psycopg.connect(url, autocommit=True)) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        assert heard.one_more() == ALL


def test_a_bell_whose_connection_is_cut_rings_again(postgres_settings):
    url = direct_url(postgres_settings)
    with listening(url) as heard, closing(psycopg.connect(url, autocommit=True)) as admin:
        bell = Bell(url)
        bell.ring("first")
        assert heard.one_more() == "first"
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_notify(%'")
        while not heard.more.acquire(timeout=0.1):  # The ring that finds the cut is lost.
            bell.ring("second")
        bell.stop()
        assert heard.rings[-1] == "second"


def test_a_worker_is_woken_by_the_commit_of_a_process_without_one(serve, postgres_settings):
    looked, committed, found = threading.Event(), threading.Event(), threading.Event()

    def drain():
        looked.set()
        if committed.is_set():
            found.set()
        return 0

    once_an_hour = Lane("timers", 3600, drain, lambda _session, _after: None)
    worker = Worker([once_an_hour], listen_url=direct_url(postgres_settings))
    worker.start()
    house = serve(postgres_settings)
    assert looked.wait(PATIENCE)
    committed.set()
    house.program.ring()
    assert found.wait(PATIENCE)
    worker.stop()


def test_a_machine_whose_clock_is_wrong_may_not_work(own_postgres_url, tmp_path):
    postgres_settings = load({"home": str(tmp_path / "home"), "database_url": own_postgres_url}, {})
    with closing(psycopg.connect(direct_url(postgres_settings), autocommit=True)) as admin:
        name = admin.info.dbname
        later = "SELECT pg_catalog.clock_timestamp() + interval '3 seconds'"
        admin.execute(f"CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $${later}$$")
        with closing(connect(postgres_settings)) as database:
            must_agree_on_time(database)
        admin.execute(f"ALTER DATABASE {name} SET search_path = public, pg_catalog")
    with closing(connect(postgres_settings)) as database, pytest.raises(Conflict, match=r"3\.0 s behind"):
        must_agree_on_time(database)


def test_what_a_worker_that_vanishes_has_locked_is_freed_by_the_server(postgres_settings):
    with closing(connect(postgres_settings, working=True)) as database, database.engine.connect() as connection:
        said = connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar_one()
        assert said == VANISHED["idle_in_transaction_session_timeout"]


def test_beside_a_pooler_the_listener_goes_past_it(postgres_url, tmp_path):
    listen = "postgresql+psycopg://steward@direct/steward"
    settings = load({"home": str(tmp_path), "database_url": postgres_url, "listen_url": listen}, {})
    assert direct_url(settings) == "postgresql://steward@direct/steward"
    with closing(connect(settings, working=True)) as database, database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver.prepare_threshold is None
        assert connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar_one() == "0"


def test_what_is_overdue_and_rests_hides_no_timer_that_falls_due_soon(serve, settings):
    program = serve(settings, simulated=True).program
    resting, soon = MORNING.replace(hour=8), MORNING.replace(second=1)

    def next_due(_session, after):
        return min((moment for moment in (resting, soon) if moment > after), default=None)

    worker = Worker([Lane("timers", 1, lambda: 0, next_due)], agenda=program.agenda)
    assert next_due(None, EVER) == resting
    assert worker.lanes["timers"].run() == 1
