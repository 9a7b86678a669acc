"""The wiring: one process of Steward, from its settings to what requests and lanes reach."""

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from engine import messages as post
from engine import migrations, people, seals, services, tasks, timers
from engine.calendars import CalendarSettings, read_settings
from engine.ladders import climbing
from engine.person import Person
from engine.store.records import Heartbeat
from engine.transactions import Database
from engine.vault import Store
from steward import simulation
from steward.clock import Clock, SimulatedClock, chosen_clock, utc_now
from steward.keys import remember, seal_key
from steward.lanes import Lane, chosen
from steward.settings import Settings
from steward.worker import Worker
from web.app import create_app
from web.idempotency import forget
from web.services import Services

ANSWERS_KEPT = timedelta(days=7)
"""How long an answer is given again to the same request under the same idempotency key."""

ROOM_FOR_A_FORM = 1_000_000
"""Bytes of a form beside the file in it."""

BATCH = 100
"""How much one drain takes on before it looks around again."""


@dataclass
class Program:
    """Everything one process has: the database, the clock, the evidence, and its worker where it has one."""

    settings: Settings
    database: Database
    clock: Clock
    simulated: bool
    worker: Worker | None = None
    sealed_at: datetime | None = field(default=None, init=False)

    @property
    def evidence(self) -> Store:
        """The folder of files handed in."""
        return Store(self.settings.folder / "evidence", self.settings.evidence_max_bytes)

    def operator(self, name: str) -> Person:
        """The operator under whose name this process acts."""
        with self.database.writing() as session:
            return people.operator(session, name, now=self.clock())

    def perform(self, verb: Callable[[Session], Any], *, by: Person) -> Any:
        """One transaction of an operator."""
        return self.database.perform(verb, by=by, now=self.clock())

    def drain_all(self) -> int:
        """Work off everything that is due now, whatever lane it is on; how much that was."""
        return simulation.drained(lane for lane in self.lanes() if lane.next_due).total()

    def lanes(self) -> tuple[Lane, ...]:
        """What a worker works on."""
        return (
            Lane("timers", 1, self._batches(timers.drain_timers), timers.next_due),
            Lane("ladders", 1, self._batches(climbing.drain_ladders), climbing.next_due),
            Lane("messages", 1, self._batches(post.drain_messages), post.next_due),
            Lane("services", 1, self._batches(services.drain_services), services.next_due),
            Lane("heartbeat", 10, self._beat),
            Lane("housekeeping", 60, self._keep_house),
        )

    def move(self, to: datetime) -> dict[str, Any]:
        """Move the simulated clock to `to`; everything that falls due on the way happens in order."""
        assert isinstance(self.clock, SimulatedClock)
        return simulation.move(self.clock, self.database, self.lanes(), to)

    def seal(self) -> None:
        """Sign the heads of all chains."""
        key, now = seal_key(self.settings.folder), self.clock()
        made = self.perform(lambda session: seals.seal(session, key, now=now), by=self.operator("worker"))
        remember(self.settings.folder, made.number, seals.digest_of(made))
        self.sealed_at = now

    def _batches(self, drain: Callable[..., int]) -> Callable[[], int]:
        """A drain of the engine over this database, at the moment at which it is called."""
        return lambda: drain(self.database, now=self.clock(), limit=BATCH)

    def _beat(self) -> int:
        name, lanes = (self.worker.name, list(self.worker.lanes)) if self.worker else ("drain", [])
        with self.database.writing() as session:
            session.merge(Heartbeat(worker=name, lanes=lanes, at=utc_now()))
        return 0

    def _keep_house(self) -> int:
        span = timedelta(minutes=self.settings.seal_minutes)
        if self.sealed_at is None or self.clock() >= self.sealed_at + span:
            self.seal()
        with self.database.writing() as session:
            tasks.sweep_drafts(session)
            forget(session, before=self.clock() - ANSWERS_KEPT)
        return 0


def prepare(settings: Settings, *, simulated_from: datetime | None = None) -> Program:
    """
    Open the working folder, bring its database up to date, and choose the clock.

    Raises:
        Forbidden: the folder lives on a simulated clock and `simulated_from` is not given.
        Conflict: the simulated clock is already past `simulated_from` in the other direction.
    """
    settings.folder.mkdir(parents=True, exist_ok=True)
    database = Database(settings.url)
    migrations.upgrade(database.engine)
    clock = chosen_clock(database, simulated_from)
    return Program(settings, database, clock, simulated=simulated_from is not None)


def calendar_settings(settings: Settings) -> CalendarSettings:
    """What `config/calendar.toml` says about zone, hours and holidays."""
    path = settings.config_folder / "calendar.toml"
    return read_settings(tomllib.loads(path.read_text())) if path.is_file() else CalendarSettings()


def with_worker(program: Program, only: Iterable[str] | None = None) -> Worker:
    """
    Give the process a worker; it does not tick yet.

    Args:
        only: names of its lanes; None means all.

    Raises:
        Invalid: there is no lane of one of the names.
    """
    all_lanes = program.lanes()
    program.worker = Worker(all_lanes if only is None else chosen(all_lanes, only))
    return program.worker


def application(program: Program) -> Flask:
    """The front door of this process."""
    return create_app(reached(program))


def reached(program: Program) -> Services:
    """What requests to this process reach."""
    settings, worker = program.settings, program.worker
    move = program.move if program.simulated else None
    return Services(
        database=program.database,
        clock=program.clock,
        machine_clock=utc_now,
        evidence=program.evidence,
        seal_key=seal_key(settings.folder),
        sealed=lambda number, digest: remember(settings.folder, number, digest),
        simulated=program.simulated,
        move_clock=move,
        release_at_once=settings.release_at_once,
        release_groups=settings.releasing,
        token_life=timedelta(days=settings.token_days),
        message_life=timedelta(days=settings.message_days),
        ring=worker.ring if worker else lambda: None,
    )
