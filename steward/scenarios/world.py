"""A small world for stories: a database of its own, people, deployed processes, and a clock that is set."""

import shutil
import tomllib
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import cycles, oncall, registers, timetable
from engine.calendars import CalendarSettings
from engine.core.model import read_models
from engine.errors import Invalid
from engine.hooks import book as hooks
from engine.hooks.content import Hook
from engine.identity import groups, passwords, people
from engine.identity.person import Person
from engine.ladders import book
from engine.store.definitions import DefinitionRow
from engine.store.running import Instance
from engine.subscriptions import book as subscriptions
from steward import demo, founding
from steward.order import in_order
from steward.program import Program, calendar_settings, prepare
from steward.scenarios.story import EVERYBODY, Organisation
from steward.settings import Settings

NOWHERE = "https://receiver.invalid/"
PASSWORD = "as-the-story-says"  # noqa: S105 - the people of a story exist only while it is played


class World:
    """What one story plays in."""

    def __init__(self, program: Program, organisation: Organisation, process: str, began: datetime) -> None:
        self.program = program
        self.organisation = organisation
        self.process = process
        self.began = began
        self.zone = ZoneInfo(organisation.zone)

    @property
    def now(self) -> datetime:
        """The moment in the story."""
        return self.program.clock()

    def person(self, session: Session, name: str | None) -> Person:
        """Somebody of the story; the owner where a step names nobody."""
        return people.person(session, name or self.organisation.answerable)

    def place(self, moment: datetime) -> datetime:
        """A moment as the story writes it, in the organisation's zone unless it names one."""
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)

    def move(self, to: datetime) -> None:
        """Let time pass; everything that falls due on the way happens in order."""
        self.program.move(to)

    def let_come_round(self, session: Session, key: str) -> None:
        """
        Activate a shipped cycle.

        Raises:
            Invalid: `config/cycles.toml` has none with this key.
            Conflict: something that it needs is not there.
        """
        setup = people.operator(session, "setup", now=self.now)
        cycles.seed(
            session, {"cycles": {key: self._shipped("cycles.toml", key, "cycle", "cycles")}}, by=setup, now=self.now
        )
        cycles.activate(session, key, by=setup, now=self.now)

    def hook(self, session: Session, key: str) -> tuple[Hook, int]:
        """
        A shipped hook, and its version.

        Raises:
            Invalid: `config/hooks.toml` has none with this key.
        """
        setup = people.operator(session, "setup", now=self.now)
        hooks.seed(session, {key: self._shipped("hooks.toml", key, "hook")}, by=setup, now=self.now)
        return hooks.find(session, key)

    def _shipped(self, file: str, key: str, kind: str, table: str | None = None) -> dict[str, Any]:
        path = self.program.settings.config_folder / file
        content = tomllib.loads(path.read_text())
        known: dict[str, Any] = content[table] if table else content
        if key not in known:
            raise Invalid(f"{path} has no {kind} {key}; there are {', '.join(known)}.")
        return dict(known[key])


class Template:
    """The organisation and its processes, made once; each story gets a copy."""

    def __init__(self, folder: Path, organisation: Organisation, scratch: Path, begins: datetime) -> None:
        self.organisation = organisation
        self.scratch = scratch
        self._made = 0
        passwords.Hashing.use(time_cost=1, memory_cost=8)
        self._folder = folder
        self._settings = Settings(home=str(scratch / "template"))
        program = prepare(self._settings)
        now = begins.replace(tzinfo=ZoneInfo(organisation.zone)) - timedelta(days=1)
        setup = program.operator("setup")
        program.database.perform(lambda session: self._found(session, setup, now), by=setup, now=now)
        for each in in_order([folder, *((folder / other).resolve() for other in organisation.beside)]):
            self._deploy(program, each, setup, now)
        self.process = _main_process(folder)
        program.database.close()

    def world(self, at: datetime) -> World:
        """A fresh world whose clock stands at `at`."""
        return self._copy(self.scratch / "template", at)

    def like(self, world: World) -> World:
        """A world in which all that has happened in another one, which is closed, has happened as well."""
        return self._copy(world.program.settings.folder, world.began)

    def _copy(self, home: Path, at: datetime) -> World:
        self._made += 1
        copy = self.scratch / f"world-{self._made}"
        shutil.copytree(home, copy)
        began = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(self.organisation.zone))
        program = prepare(Settings(home=str(copy)), simulated_from=began)
        program.senders = {}  # Nothing leaves a story; what comes back, it says itself.
        return World(program, self.organisation, self.process, began)

    def _deploy(self, program: Program, folder: Path, setup: Person, now: datetime) -> None:
        owner, bindings = self.organisation.answerable, self.organisation.bindings
        program.database.perform(
            lambda session: demo.put_in_force(session, folder, owner=owner, bindings=bindings, by=setup, now=now),
            by=setup,
            now=now,
        )

    def _found(self, session: Session, setup: Person, now: datetime) -> None:
        timetable.adopt(session, self._calendar(), by=setup, now=now)
        for name in self.organisation.people:
            people.create(session, name, name=name.replace(".", " ").title(), by=setup, now=now)
            passwords.set_password(session, name, PASSWORD, by=setup, now=now)
        for key, members in {**self._role_groups(), **self.organisation.groups}.items():
            each, name = members == EVERYBODY, key.replace("_", " ").capitalize()
            groups.create(session, key, name=name, everybody=each, by=setup, now=now)
            demo.fill(session, key, [] if isinstance(members, str) else members, by=setup, now=now)
        self._climb_ladders(session, setup, now)
        self._keep_registers(session, setup, now)
        for key in self.organisation.subscriptions:
            subscriptions.change(session, key, {"name": key, "address": NOWHERE}, by=setup, now=now)

    def _climb_ladders(self, session: Session, setup: Person, now: datetime) -> None:
        """The shipped ladders that the organisation names; without any, nobody is reminded of anything."""
        path = self._settings.config_folder / "ladders.toml"
        shipped = tomllib.loads(path.read_text())
        for key in self.organisation.ladders:
            if key not in shipped:
                raise Invalid(f"organisation.toml names the ladder {key}; {path} has {', '.join(shipped)}.")
        book.seed(session, {key: shipped[key] for key in self.organisation.ladders}, by=setup, now=now)

    def _keep_registers(self, session: Session, setup: Person, now: datetime) -> None:
        for name in self.organisation.all_registers:
            path = self._register(name)
            founding.define(path, session, tomllib.loads(path.read_text()), by=setup, now=now)
        for row in self.organisation.rows:
            values = {name: value for name, value in row.items() if name != "register"}
            registers.add(session, row["register"], values, by=setup, now=now)
        for turn in self.organisation.turns:
            rest: dict[str, Any] = {"zone": self.organisation.zone, "starts_on": now.date()} | turn
            oncall.define(session, rest.pop("of"), rest.pop("level"), **rest, by=setup, now=now)

    def _register(self, name: str) -> Path:
        """The file of a register: a shipped one by its key, another by its path from the folder of the scenarios."""
        path = self._folder / "scenarios" / name
        if not name.endswith(".toml"):
            path = self._settings.config_folder / "registers" / f"{name}.toml"
        if not path.is_file():
            raise Invalid(f"organisation.toml names the register {name}, and there is no {path}.")
        return path

    def _role_groups(self) -> dict[str, list[str]]:
        """The groups that every organisation begins with, without members, so that other processes may name them."""
        path = self._settings.config_folder / "people.toml"
        return {key: [] for key in tomllib.loads(path.read_text()).get("groups", {})} if path.is_file() else {}

    def _calendar(self) -> CalendarSettings:
        shipped = calendar_settings(self._settings)
        closed = {datetime.fromisoformat(day).date(): "closed" for day in self.organisation.holidays}
        return replace(shipped, zone=self.organisation.zone, country=None, region=None, closed=closed, opened={})


def newest_case(session: Session, name: str) -> UUID | None:
    """The newest case of the process `name`; for `called` the newest that a call activity started."""
    query = select(Instance.id).join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
    query = query.where(Instance.caller_id.is_not(None)) if name == "called" else query.where(DefinitionRow.key == name)
    return session.scalars(query.order_by(Instance.started_at.desc(), Instance.id.desc())).first()


def _main_process(folder: Path) -> str:
    """The key of the process that the folder is about."""
    keys = [model.key for path in sorted(folder.glob("*.bpmn")) for model in read_models(path.read_bytes(), path.name)]
    if not keys:
        raise Invalid(f"There is no executable process in {folder}.")
    return folder.name if folder.name in keys else keys[0]
