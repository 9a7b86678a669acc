"""
The worker: lanes, each drained again and again.

APScheduler ticks, the rows are the truth, and the database's locks share out
the work: any number of workers may run on PostgreSQL, one on SQLite. A ring
shortens the wait after a commit; a lost ring costs one tick.
"""

import os
import socket
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from engine.errors import StewardError
from steward.clock import utc_now
from steward.lanes import Lane

log = structlog.get_logger()


class Round:
    """A lane as this process works on it: an event makes a running drain go round again."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self._rung = threading.Event()

    def ring(self) -> None:
        """There may be something to do now."""
        self._rung.set()

    def run(self) -> None:
        """Drain until nothing is due and nobody rang meanwhile. What fails is logged and tried at the next tick."""
        while True:
            self._rung.clear()
            try:
                done = self.lane.drain()
            except StewardError as error:
                log.warning("lane failed", lane=self.lane.name, code=error.code, error=str(error))
                return
            except Exception:
                log.exception("lane failed", lane=self.lane.name)
                return
            if not done and not self._rung.is_set():
                return


class Worker:
    """The lanes of one process and the scheduler that ticks them."""

    def __init__(self, lanes: Iterable[Lane]) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.lanes = {lane.name: Round(lane) for lane in lanes}
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """Begin to tick. Call it after any fork."""
        for name, one in self.lanes.items():
            self._scheduler.add_job(one.run, "interval", seconds=one.lane.every, id=name, next_run_time=_soon())
        self._scheduler.start()

    def stop(self) -> None:
        """Let running drains finish, and tick no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def ring(self, *_: Any) -> None:
        """Something was committed: look at once on the lanes that may have work from it."""
        for name, one in self.lanes.items():
            if one.lane.next_due:
                one.ring()
                if self._scheduler.running:
                    self._scheduler.modify_job(name, next_run_time=_soon())


def _soon() -> datetime:
    return utc_now() + timedelta(milliseconds=5)
