"""The wiring: one process of Steward, from its settings to what requests and lanes reach."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import delete
from sqlalchemy.orm import Session

from engine import cycles, figures, migrations, outbox, seals, services, tasks, timers
from engine import messages as post
from engine.absence import moving
from engine.calendars import CalendarSettings, read_settings
from engine.departing import departures
from engine.errors import Invalid
from engine.figures import Figure
from engine.identity import attempts, giving, people, resets, visits
from engine.identity.person import Person
from engine.identity.visits import Lasting
from engine.ladders import climbing
from engine.outreach.content import CHAT, MAIL
from engine.store.records import Heartbeat
from engine.strongbox import Strongbox
from engine.subscriptions import answers
from engine.subscriptions.feed import WEBHOOK
from engine.transactions import Database
from engine.vault import Store
from engine.verifications import walking
from engine.verifications.walking import Verifier
from steward import simulation
from steward.bell import Bell
from steward.clock import Clock, SimulatedClock, chosen_clock, utc_now
from steward.connections import connect, direct_url, must_agree_on_time
from steward.keys import links_key, newest, remember, seal_key, secrets_key, visits_key
from steward.lanes import Agenda, Lane, chosen
from steward.settings import Settings
from steward.worker import Worker
from web.app import create_app
from web.idempotency import forget
from web.services import Services, Visits
from webhooks.chat import Chat
from webhooks.links import Links
from webhooks.mail import Mail
from webhooks.outbound import Webhooks
from webhooks.safe_http import Rules
from webhooks.sending import Sender, drain_deliveries

ANSWERS_KEPT = timedelta(days=7)
"""How long an answer is given again to the same request under the same idempotency key."""

GONE = timedelta(days=1)
"""How long a worker is remembered that gives no sign of life."""

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
    bell: Bell | None = None
    worker: Worker | None = None
    senders: Mapping[str, Sender] = field(default_factory=dict)
    sealed_at: datetime | None = field(default=None, init=False)

    @property
    def evidence(self) -> Store:
        """The folder of files handed in."""
        return Store(self.settings.folder / "evidence", self.settings.evidence_max_bytes)

    @cached_property
    def verifier(self) -> Verifier:
        """Recomputes what somebody has started."""
        folder = self.settings.folder
        key, last = partial(seal_key, folder), partial(newest, folder)
        return Verifier(self.database, self.evidence.path, lambda: key().public_key(), last)

    @property
    def agenda(self) -> Agenda:
        """When its lanes have something to do."""
        return Agenda(self.database, self.clock)

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
            Lane("substitutions", 5, self._batches(moving.drain_substitutions), moving.next_due),
            Lane("roles", 60, self._batches(giving.drain_roles), giving.next_due),
            Lane("departures", 5, self._batches(departures.drain_departures), departures.next_due),
            Lane("timers", 1, self._batches(timers.drain_timers), timers.next_due),
            Lane("ladders", 1, self._batches(climbing.drain_ladders), climbing.next_due),
            Lane("accounts", 5, self._reset, resets.next_due),
            Lane("messages", 1, self._batches(post.drain_messages), post.next_due),
            Lane("services", 1, self._serve, services.next_due),
            *(Lane(lane, 1, partial(self._deliver, lane), partial(outbox.next_due, lane)) for lane in outbox.LANES),
            Lane("answers", 1, self._batches(answers.drain_answers), answers.next_due),
            Lane("cycles", 30, self._batches(cycles.drain_cycles), cycles.next_due, unannounced=True),
            Lane("verifications", 5, self._verify, walking.next_due),
            Lane("heartbeat", 10, self._beat),
            Lane("housekeeping", 60, self._keep_house),
        )

    def ring(self) -> None:
        """Something was committed: whoever works on lanes looks at once, in this process and in others."""
        if self.worker:
            self.worker.ring()
        if self.bell:
            self.bell.ring()

    def close(self) -> None:
        """Give all connections back."""
        if self.bell:
            self.bell.stop()
        self.database.close()

    def move(self, to: datetime) -> dict[str, Any]:
        """
        Move the simulated clock to `to`; everything that falls due on the way happens in order.

        This process's worker halts meanwhile: what it had in hand when the moving began is done and answered for.
        """
        assert isinstance(self.clock, SimulatedClock)
        with self.worker.halted() if self.worker else nullcontext():
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

    def _deliver(self, lane: str) -> int:
        now, machine_now = self.clock(), utc_now()
        return drain_deliveries(self.database, lane, self.senders, now=now, machine_now=machine_now, limit=BATCH)

    def _serve(self) -> int:
        return services.drain_services(self.database, now=self.clock(), machine_now=utc_now(), limit=BATCH)

    def _reset(self) -> int:
        return resets.drain_resets(self.database, now=self.clock(), machine_now=utc_now(), limit=BATCH)

    def _verify(self) -> int:
        return self.verifier.drain(now=self.clock(), machine_now=utc_now())

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
            visits.forget(session, lasting=visits_of(self.settings).lasting, machine_now=utc_now())
            attempts.forget(session, now=self.clock(), machine_now=utc_now())
            resets.forget(session, machine_now=utc_now())
            forget(session, before=self.clock() - ANSWERS_KEPT)
            session.execute(delete(Heartbeat).where(Heartbeat.at < utc_now() - GONE))
        return 0


def prepare(
    settings: Settings, *, simulated_from: datetime | None = None, serving: bool = True, working: bool = False
) -> Program:
    """
    Open the working folder, bring its database up to date, and choose the clock.

    Args:
        serving: whether this process answers requests.
        working: whether it is to have a worker.

    Raises:
        Forbidden: the folder lives on a simulated clock and `simulated_from` is not given.
        Conflict: the simulated clock is already past `simulated_from` in the other direction.
    """
    settings.folder.mkdir(parents=True, exist_ok=True)
    database = connect(settings, serving=serving, working=working)
    migrations.upgrade(database.engine)
    clock, listen_url = chosen_clock(database, simulated_from), direct_url(settings)
    bell = Bell(listen_url) if listen_url else None
    program = Program(settings, database, clock, simulated=simulated_from is not None, bell=bell)
    program.senders = senders_of(settings) | {CHAT: chat_of(program), WEBHOOK: webhooks_of(program)}
    return program


def webhooks_of(program: Program) -> Webhooks:
    """
    The way by which this process reaches those who have subscribed.

    Raises:
        Invalid: a network that may be reached is none.
    """
    settings = program.settings
    return Webhooks(
        database=program.database,
        box=lambda: Strongbox(secrets_key(settings.folder)),
        source=settings.address,
        rules=outward(settings),
        clock=program.clock,
        machine_clock=utc_now,
    )


def chat_of(program: Program) -> Chat:
    """
    The way by which this process reaches chat channels.

    Raises:
        Invalid: a network that may be reached is none.
    """
    settings = program.settings
    return Chat(
        database=program.database,
        box=lambda: Strongbox(secrets_key(settings.folder)),
        rules=outward(settings),
        public_url=settings.address,
        zone=calendar_settings(settings).zone,
        clock=program.clock,
        links=links_of(settings),
    )


def links_of(settings: Settings) -> Links:
    """Makes the links by which people acknowledge calls."""
    return Links(key=lambda: links_key(settings.folder), address=settings.address)


def outward(settings: Settings) -> Rules:
    """
    What requests to addresses that somebody wrote down may do.

    Raises:
        Invalid: a network that may be reached is none.
    """
    return Rules(networks=settings.allowed_networks, insecure=settings.allow_http, ca_file=settings.webhook_ca)


def senders_of(settings: Settings) -> dict[str, Sender]:
    """
    The ways by which this process reaches people; what goes by another stays owed.

    Raises:
        Invalid: the file of the password cannot be read.
    """
    if not settings.smtp_host:
        return {}
    return {
        MAIL: Mail(
            host=settings.smtp_host,
            port=settings.smtp_port,
            tls=settings.smtp_tls,
            user=settings.smtp_user,
            password=settings.smtp_password or _secret(settings.smtp_password_file),
            sender=settings.smtp_from,
            public_url=settings.address,
            zone=calendar_settings(settings).zone,
            links=links_of(settings),
            ca_file=settings.smtp_ca,
        )
    }


def visits_of(settings: Settings) -> Visits:
    """How long people stay signed in at a browser, and what signs that they are."""
    lasting = Lasting(idle=timedelta(minutes=settings.visit_idle_minutes), life=timedelta(hours=settings.visit_hours))
    secure = settings.address.startswith("https://")
    return Visits(key=visits_key(settings.folder), lasting=lasting, secure=secure)


def _secret(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip() if file else ""
    except OSError as error:
        raise Invalid(f"The password in {file} cannot be read: {error.strerror}.") from error


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
        Conflict: the clock of this machine is not that of the database.
    """
    lanes = program.lanes() if only is None else chosen(program.lanes(), only)
    must_agree_on_time(program.database)
    program.worker = Worker(lanes, agenda=program.agenda, bell=program.bell, listen_url=direct_url(program.settings))
    return program.worker


def application(program: Program) -> Flask:
    """The front door of this process."""
    return create_app(reached(program))


def _figures(settings: Settings) -> tuple[Figure, ...]:
    path = settings.config_folder / "figures.toml"
    return figures.read(tomllib.loads(path.read_text())) if path.is_file() else ()


def reached(program: Program) -> Services:
    """What requests to this process reach."""
    settings = program.settings
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
        visits=visits_of(settings),
        message_life=timedelta(days=settings.message_days),
        strongbox=Strongbox(secrets_key(settings.folder)),
        second_factor_for=settings.proving_twice,
        outward=outward(settings),
        links_key=links_key(settings.folder),
        figures=_figures(settings),
        templates={path.name: path.read_bytes() for path in sorted(settings.templates_folder.glob("*.json"))},
        public_url=settings.public_url.rstrip("/"),
        ring=program.ring,
    )
