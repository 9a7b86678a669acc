"""Workers as processes of their own: crowds of timers, how late one fires, and what waiting costs."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import event, func, select, text, update

from benchmarks.crowds import quantile
from benchmarks.place import DURABLE, Place, settle
from engine import instances, tasks
from engine.store.running import Timer
from engine.transactions import Database
from steward.clock import utc_now
from steward.program import prepare, with_worker
from steward.settings import load
from tests.acceptance.program.served import CLEAN, COMMAND, ROOT
from tests.postgres import PostgresServer, connect

Figures = dict[str, float]
COUNT = int(os.environ.get("STEWARD_BENCH_TIMERS", "10000"))
PERSON = 600
TOGETHER = 50
"""Cases begun in one transaction, where nobody measures."""

SOON = timedelta(seconds=2)
"""After it the timers fall due; the workers are there by then."""

COMMITTED = text("SELECT max(pg_xact_commit_timestamp(xmin)) FROM timers WHERE status = 'fired'")
WAITED = text(
    "SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin) - next_try_at) FROM timers WHERE status = 'fired'"
)


def timers_10000_postgres() -> Figures:
    """Seconds from the moment at which all fall due to the last commit, with 1, 2 and 4 workers."""
    figures: Figures = {}
    with server_of() as server:
        place = settle(Database(url_of(server)))
        _wait_for(place, COUNT)
        held = [place.claimed(place.start("three"), "T_first", "ann") for _ in range(PERSON)]
        place.database.close()
        for count in (1, 2, 4):
            url = _copy(server, f"with_{count}")
            copy = Place(Database(url), place.who)
            seconds, waits = _drained(copy, url, count, held if count == 2 else [])
            figures[f"timers_10000_seconds_postgres_{count}"] = seconds
            if waits:
                figures["person_write_p99_ms_beside_drain_postgres"] = round(quantile(waits, 0.99), 1)
            copy.database.close()
    return figures


def timers_10000_sqlite() -> Figures:
    """The same with the one worker of SQLite, until a reader sees the last one fired."""
    with tempfile.TemporaryDirectory(prefix="steward-bench-") as folder:
        url = f"sqlite:///{folder}/steward.sqlite"
        place = settle(Database(url))
        _wait_for(place, COUNT)
        seconds, _ = _drained(place, url, 1, [])
        place.database.close()
    return {"timers_10000_seconds_sqlite": seconds}


def due_to_fired(due: int = 200, span: float = 20) -> Figures:
    """How late timers fire that fall due one after the other, while thousands of others wait."""
    chance = Random(2027)
    with server_of() as server:
        url = url_of(server)
        place = settle(Database(url))
        _wait_for(place, COUNT)
        chosen = _cases(place)[:due]
        with workers(url, 1):
            begin = utc_now() + SOON
            for case in chosen:
                _move(place, begin + timedelta(seconds=chance.uniform(0, span)), case)
            _until_fired(place, due)
        with place.database.reading() as session:
            late = [float(one) * 1000 for one in session.scalars(WAITED)]
        place.database.close()
    return {
        "timer_due_to_fired_p50_ms": round(quantile(late, 0.5), 1),
        "timer_due_to_fired_p99_ms": round(quantile(late, 0.99), 1),
    }


def idle(seconds: float = 30) -> Figures:
    """Statements a second of a worker that has nothing to do, while thousands of cases wait."""
    with server_of() as server, tempfile.TemporaryDirectory(prefix="steward-bench-") as folder:
        url = url_of(server)
        place = settle(Database(url))
        _wait_for(place, COUNT)
        place.database.close()
        program = prepare(load({"home": folder, "database_url": url}, {}), working=True)
        worker = with_worker(program)
        worker.start()
        time.sleep(5)  # The first seal is no idling.
        counted = [0]

        def count(*_: Any) -> None:
            counted[0] += 1

        event.listen(program.database.engine, "before_cursor_execute", count)
        time.sleep(seconds)
        event.remove(program.database.engine, "before_cursor_execute", count)
        worker.stop()
        program.close()
    return {"idle_statements_per_second": round(counted[0] / seconds, 1)}


@contextmanager
def server_of() -> Iterator[PostgresServer]:
    """A PostgreSQL on the disk that knows when each row was committed."""
    server = PostgresServer((*DURABLE, "track_commit_timestamp=on"), in_memory=False)
    try:
        yield server
    finally:
        server.remove()


def url_of(server: PostgresServer, name: str = "postgres") -> str:
    """Where one of its databases is."""
    return server.url.set(database=name).render_as_string(hide_password=False)


def _copy(server: PostgresServer, name: str) -> str:
    """A database as the first one was, so that all runs find the same."""
    with connect(server.url.set(database="template1")) as admin:
        admin.execute(f"create database {name} template postgres")
    return url_of(server, name)


def _wait_for(place: Place, count: int) -> None:
    """So many cases whose timer is due by what they say themselves, and is not tried before tomorrow."""
    begun = utc_now() - timedelta(hours=2)
    for first in range(0, count, TOGETHER):
        with place.database.writing() as session:
            for _ in range(min(TOGETHER, count - first)):
                instances.start(session, "timer", by=place.who["ann"], now=begun)
    _move(place, utc_now() + timedelta(days=1))
    if not place.database.is_sqlite:
        with place.database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()


def _cases(place: Place) -> list[UUID]:
    with place.database.reading() as session:
        return list(session.scalars(select(Timer.instance_id).order_by(Timer.id)))


def _move(place: Place, to: datetime, case: UUID | None = None) -> None:
    """Let timers fire at `to`; nobody rings, so a worker finds it at its next tick."""
    with place.database.writing() as session:
        moved = update(Timer).values(next_try_at=to)
        session.execute(moved if case is None else moved.where(Timer.instance_id == case))


@contextmanager
def workers(url: str, count: int, **settings: str) -> Iterator[None]:
    """So many workers, each a process of its own, on a database."""
    with tempfile.TemporaryDirectory(prefix="steward-bench-") as folder:
        own = CLEAN | {"STEWARD_HOME": folder, "STEWARD_DATABASE_URL": url} | settings
        begun = [
            subprocess.Popen([*COMMAND, "worker"], stdout=subprocess.PIPE, stderr=sys.stderr, env=own, cwd=ROOT)
            for _ in range(count)
        ]
        for one in begun:
            assert one.stdout is not None
            one.stdout.readline()  # It says that it works.
        try:
            yield
        finally:
            for one in begun:
                one.terminate()
            for one in begun:
                one.communicate(timeout=60)


def _drained(place: Place, url: str, at_work: int, held: list[UUID]) -> tuple[float, list[float]]:
    """Seconds that a crowd took, and how long a person's writes took meanwhile, in milliseconds."""
    done, waits = threading.Event(), list[float]()

    def person(due: datetime) -> None:
        while utc_now() < due:
            time.sleep(0.01)
        for task in held:
            if done.wait(0.03):
                break
            begun = time.perf_counter()
            place.act(tasks.complete, task, answers={"said": "done", "how": "well"}, by="ann", now=utc_now())
            waits.append((time.perf_counter() - begun) * 1000)

    with workers(url, at_work):
        due = utc_now() + SOON
        _move(place, due)
        thread = threading.Thread(target=person, args=[due])
        thread.start()
        _until_fired(place, COUNT)
        done.set()
        ended = utc_now()
    thread.join()
    if not place.database.is_sqlite:
        with place.database.reading() as session:
            ended = session.scalars(COMMITTED).one()
    return round((ended - due).total_seconds(), 2), waits


def _until_fired(place: Place, count: int) -> None:
    pending = select(func.count()).select_from(Timer).where(Timer.status == "fired")
    while True:
        with place.database.reading() as session:
            if (session.scalar(pending) or 0) >= count:
                return
        time.sleep(0.1)
