"""
The worker: lanes, each drained again and again.

APScheduler ticks, the rows are the truth, and the database's locks share out
the work: any number of workers may run on PostgreSQL, one on SQLite. A ring
shortens the wait after a commit; a lost ring costs one tick.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

import structlog
from apscheduler.events import EVENT_JOB_MAX_INSTANCES, JobSubmissionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from engine.errors import StewardError
from steward.bell import ALL, Bell, Ear
from steward.clock import utc_now
from steward.lanes import Agenda, Lane

logging.getLogger("apscheduler").setLevel(logging.ERROR)  # A tick during a drain is no news.
log = structlog.get_logger()

SOON = 0.005
ANYWAY = 25.0
"""Seconds after which a lane is drained although nothing seems due: not all that it tends to falls due at a moment."""


class Round:
    """A lane as this process works on it: a ring makes a running drain go round again."""

    def __init__(self, lane: Lane, agenda: Agenda | None = None) -> None:
        self.lane = lane
        self.running = False
        self._agenda = agenda
        self._rung = threading.Event()
        self._drained = float("-inf")

    def ring(self) -> None:
        """There may be something to do now."""
        self._rung.set()

    @property
    def is_rung(self) -> bool:
        """Whether somebody rang since the last drain began."""
        return self._rung.is_set()

    def run(self, did: Callable[[Lane], None] = lambda _lane: None) -> float | None:
        """
        Drain until nothing is due and nobody rang meanwhile. What fails is logged and tried at the next tick.

        Args:
            did: is told after each drain that did something, since other lanes may have work from it.

        Returns:
            Seconds until something is due, if that is known.
        """
        try:
            while True:
                self._rung.clear()
                wait = self._agenda.wait(self.lane) if self._agenda else 0.0
                due = wait is not None and wait <= 0
                done = self._drain() if due or monotonic() - self._drained > ANYWAY else 0
                if done:
                    did(self.lane)
                elif not self.is_rung:
                    return self._later() if due else wait
        except StewardError as error:
            log.warning("lane failed", lane=self.lane.name, code=error.code, error=str(error))
        except Exception:
            log.exception("lane failed", lane=self.lane.name)
        return None

    def _later(self) -> float | None:
        """Seconds until the next thing falls due after those that are due and cannot be done."""
        return self._agenda.wait(self.lane, overdue=False) if self._agenda else None

    def _drain(self) -> int:
        self._drained = monotonic()
        return self.lane.drain()


class Worker:
    """
    The lanes of one process and the scheduler that ticks them.

    Args:
        agenda: tells when a lane has something to do; without it each is drained at every tick.
        bell: rings other processes after a drain that did something.
        listen_url: where PostgreSQL is asked for the rings of other processes.
    """

    def __init__(
        self,
        lanes: Iterable[Lane],
        *,
        agenda: Agenda | None = None,
        bell: Bell | None = None,
        listen_url: str | None = None,
    ) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.lanes = {lane.name: Round(lane, agenda) for lane in lanes}
        self._bell = bell
        self._ear = Ear(listen_url, self.ring) if listen_url else None
        self._guard = threading.Condition()
        self._halted = False
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(max(len(self.lanes), 1))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(self._passed_over, EVENT_JOB_MAX_INSTANCES)

    def start(self) -> None:
        """Begin to tick. Call it after any fork."""
        for name, one in self.lanes.items():
            self._scheduler.add_job(self._run, "interval", [name], seconds=one.lane.every, id=name)
        self._scheduler.start()
        for name in self.lanes:
            self._wake(name)
        if self._ear:
            self._ear.start()

    def stop(self) -> None:
        """Let running drains finish, and tick no more."""
        if self._ear and self._scheduler.running:
            self._ear.stop()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def ring(self, lane: str = ALL) -> None:
        """Something was committed: look at once on the lanes that may have work from it."""
        for name, one in self.lanes.items():
            if one.lane.next_due and lane in (ALL, name):
                with self._guard:
                    one.ring()
                    if not one.running:
                        self._wake(name)

    @contextmanager
    def halted(self) -> Iterator[None]:
        """While it lasts no lane of this worker runs: it begins when what runs has finished, one at a time."""
        with self._guard:
            self._guard.wait_for(lambda: not self._halted)
            self._halted = True
            self._guard.wait_for(lambda: not any(one.running for one in self.lanes.values()))
        try:
            yield
        finally:
            with self._guard:
                self._halted = False
                self._guard.notify_all()

    def _run(self, name: str) -> None:
        one = self.lanes[name]
        with self._guard:
            self._guard.wait_for(lambda: not self._halted)
            one.running = True
        wait = one.run(self._did)
        with self._guard:
            one.running = False
            self._guard.notify_all()
            if one.is_rung:
                self._wake(name)
            elif wait is not None and wait < one.lane.every:
                self._wake(name, wait)

    def _did(self, lane: Lane) -> None:
        """Other lanes may have work from what this one did, here and elsewhere."""
        for name in self.lanes:
            if name != lane.name:
                self.ring(name)
        if self._bell:
            self._bell.ring()

    def _passed_over(self, event: JobSubmissionEvent) -> None:
        """The scheduler would not run a lane that was still running; if it ended at that very moment, it runs now."""
        with self._guard:
            if not self.lanes[event.job_id].running and not self._halted:
                self._wake(event.job_id)

    def _wake(self, name: str, after: float = SOON) -> None:
        if self._scheduler.running:
            self._scheduler.modify_job(name, next_run_time=utc_now() + timedelta(seconds=max(after, SOON)))
