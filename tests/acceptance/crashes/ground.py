"""
Servers and workers that are killed at random while people and programs go on.

What is killed is started again at once, as an init system would. People and
outside workers try again until they know: under the same idempotency key.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from engine.identity import tokens
from engine.store.running import Instance
from engine.transactions import Database
from steward.cli.server import Answered, Credentials, Server, Unreachable
from steward.clock import utc_now
from tests.acceptance.crashes import gauntlet
from tests.acceptance.crashes.gauntlet import Toll
from tests.acceptance.program.served import CLEAN, COMMAND, ROOT, free_port
from tests.factories import people

WAITING = 90
"""Seconds that everything may take to come to rest once nobody is killed any more."""


@dataclass
class Kept:
    """A process of Steward that is started again whenever it has ended."""

    words: tuple[str, ...]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def tend(self) -> None:
        """Start it where it does not run."""
        if self.process is None or self.process.poll() is not None:
            with self.log.open("ab") as said:
                own = CLEAN | self.environment
                self.process = subprocess.Popen(
                    [*COMMAND, *self.words], stdout=said, stderr=said, env=own, cwd=ROOT, start_new_session=True
                )

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it; with SIGKILL it has no chance to tidy up."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(60)


@dataclass
class Ground:
    """A database, a server and workers on it, and those who use them."""

    folder: Path
    url: str
    workers: int = 1
    kept: list[Kept] = field(default_factory=list)
    cases: list[UUID] = field(default_factory=list)
    handed_in: set[UUID] = field(default_factory=set)
    secrets: dict[str, str] = field(default_factory=dict)
    kills: int = 0

    def __post_init__(self) -> None:
        self.database = Database(self.url)
        self.over = threading.Event()
        self._threads: list[threading.Thread] = []

    def settle(self, cases: int, spread: timedelta) -> None:
        """People, processes, tokens, and cases whose timers fire from a little while from now on, over `spread`."""
        now = utc_now()
        who = people(self.database, staff=["anna", "bert"])
        gauntlet.put_in_force(self.database, owner="anna", now=now - timedelta(days=1))
        first = now + timedelta(seconds=3)
        due = [first + spread * number / cases for number in range(cases)]
        self.cases = gauntlet.begin(self.database, due, by=who["anna"])
        with self.database.writing() as session:
            self.secrets = {
                one: tokens.issue(session, name="crash", by=who[one], now=now).secret for one in ("anna", "bert")
            }

    def brought_back(self, folder: Path, url: str) -> "Ground":
        """The same cases and people, where a backup was restored."""
        return Ground(folder, url, cases=self.cases, secrets=self.secrets)

    def start(self) -> None:
        """Let server and workers begin, and those who use them."""
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        own = {"STEWARD_HOME": str(self.folder / "home"), "STEWARD_DATABASE_URL": self.url}
        server = ("run", "--no-worker", "--port", str(port))
        for words in (server, *[("worker",)] * self.workers):
            self.kept.append(Kept(words, own, self.folder / f"{words[0]}.log"))
        for one in self.kept:
            one.tend()
        for person, work in (("anna", self._probe), ("bert", self._hand_in)):
            self._threads.append(threading.Thread(target=self._until_over, args=[person, work], daemon=True))
            self._threads[-1].start()

    def kill_some(self, kills: int, chance: Random, between: Callable[[int], None] = lambda _number: None) -> None:
        """
        Kill one process after the other at random, and start whatever has ended.

        Args:
            between: called after each kill with its number, for what else may go wrong.
        """
        for number in range(1, kills + 1):
            self.over.wait(chance.uniform(0.2, 1.5))
            gauntlet.recur(self.database, number)
            victim = chance.choice(self.kept)
            victim.kill()
            self.kills += 1
            self.tend()
            between(number)

    def tend(self) -> None:
        """Start whatever has ended."""
        for one in self.kept:
            one.tend()

    def come_to_rest(self, running: int = 0) -> None:
        """Wait until all cases but `running` of them have ended, or for as long as that may take."""
        begun = utc_now()
        while self._running() > running and utc_now() - begun < timedelta(seconds=WAITING):
            self.tend()
            self.over.wait(0.2)

    def end(self) -> Toll:
        """Stop everything, and count."""
        self.over.set()
        for thread in self._threads:
            thread.join(60)
        for one in self.kept:
            one.kill(signal.SIGTERM)
        found = gauntlet.toll(self.database, self.cases, self.handed_in)
        self.database.close()
        return found

    def clear(self) -> None:
        """Leave no process behind."""
        self.over.set()
        for one in self.kept:
            one.kill()
        self.database.close()

    def _running(self) -> int:
        try:
            with self.database.reading() as session:
                query = select(func.count()).select_from(Instance).where(Instance.status == "running")
                return (session.scalar(query) or 0) + gauntlet.not_yet_round(session)
        except DBAPIError:  # It is being started again.
            return len(self.cases) + 1

    def _until_over(self, person: str, work: Callable[[Server], None]) -> None:
        """Let somebody do this again and again; what fails is tried again."""
        server = Server(self.address, token=self.secrets[person], credentials=Credentials(os.environ))
        while not self.over.wait(0.05):
            try:
                work(server)
            except (Answered, Unreachable):
                self.over.wait(0.1)

    def _probe(self, server: Server) -> None:
        """A worker outside does service jobs; a lease that a crash has orphaned runs out soon."""
        wanted = {"topics": [gauntlet.TOPIC], "worker": "outside", "limit": 3, "lease_seconds": 2}
        for job in server.post("/service-jobs/fetch", wanted)["items"]:
            server.post(f"/service-jobs/{job['id']}/complete", {"lock": job["lock"], "result": {}})

    def _hand_in(self, server: Server) -> None:
        """A person claims and completes; the same request again has no second effect."""
        for task in server.get("/tasks", view="all", status="live", limit=20)["items"]:
            if task["status"] == "open":
                self._post(server, f"/tasks/{task['id']}/claim", {})
            if self._post(server, f"/tasks/{task['id']}/complete", {"answers": {}}):
                self.handed_in.add(UUID(task["id"]))

    def _post(self, server: Server, path: str, body: Any) -> bool:
        """Ask until somebody answers; whether it was done."""
        while not self.over.is_set():
            try:
                server.post(path, body, **{"Idempotency-Key": f"crash:{path}"})
                return True
            except Unreachable:
                self.over.wait(0.1)
            except Answered as refused:
                if refused.status < 500:
                    return False
                self.over.wait(0.1)
        return False
