"""
Wake-ups between processes, on PostgreSQL: one sends after its commit, every worker listens.

They only shorten the wait. Nothing is lost with a ring that nobody hears: a
worker looks again at its next tick.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
import structlog
from psycopg.conninfo import make_conninfo

CHANNEL = "steward"
ALL = "*"
"""Any lane may have something to do."""

APART = 0.05
"""Seconds between two rings of one process: a crowd of commits is one ring."""

AGAIN = 1.0
"""Seconds before the listener connects anew."""

ALIVE = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "connect_timeout": 10}

log = structlog.get_logger()


class Bell:
    """Rings other processes from a thread and on a connection of its own; whoever rings waits for nothing."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._guard = threading.Lock()
        self._asked: set[str] = set()
        self._wanted, self._stopped = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def ring(self, lane: str = ALL) -> None:
        """There may be something to do on `lane`. The thread begins with the first ring, so after any fork."""
        with self._guard:
            self._asked.add(lane)
            self._wanted.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Send what was asked for, and end."""
        self._stopped.set()
        self._wanted.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        connection: psycopg.Connection[Any] | None = None
        while True:
            self._wanted.wait()
            with self._guard:
                lanes, self._asked = self._asked, set()
                self._wanted.clear()
            try:
                connection = connection or psycopg.connect(make_conninfo(self._url, **ALIVE), autocommit=True)
                for lane in [ALL] if ALL in lanes else sorted(lanes):
                    connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, lane))
            except psycopg.Error:  # The ring is lost; the next one connects anew.
                _close(connection)
                connection = None
            if self._stopped.wait(APART):
                break
        _close(connection)


class Ear:
    """Hears the rings of other processes, and connects for ever."""

    def __init__(self, url: str, heard: Callable[[str], None]) -> None:
        self._url, self._heard = url, heard
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ear", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                with psycopg.connect(make_conninfo(self._url, **ALIVE), autocommit=True) as connection:
                    self._listen(connection)
            except psycopg.Error as error:
                log.warning("wake-ups are late", error=str(error).strip())
                self._stopped.wait(AGAIN)

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute(f"LISTEN {CHANNEL}")
        self._heard(ALL)  # Whatever was rung while nobody listened.
        while not self._stopped.is_set():
            for heard in connection.notifies(timeout=0.2):
                self._heard(heard.payload)


def _close(connection: psycopg.Connection[Any] | None) -> None:
    if connection is not None:
        with suppress(psycopg.Error):
            connection.close()
