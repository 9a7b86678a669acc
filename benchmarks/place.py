"""Where figures are taken: a PostgreSQL on the disk with fsync on, or an SQLite file, each with the same people."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import event, select

from engine import deployments, instances, migrations, tasks, timetable
from engine.calendars import CalendarSettings
from engine.identity import groups, passwords, people
from engine.identity.person import Person
from engine.store.running import Task
from engine.transactions import Database
from tests.postgres import PostgresServer

MODELS = Path(__file__).parent / "models"
NOW = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
DURABLE = ("listen_addresses=", "fsync=on", "full_page_writes=on", "synchronous_commit=on", "max_connections=100")
ANSWERS = {"said": "done", "how": "well"}
WORKERS = ("ann", "bob", "cem", "dag")


@dataclass
class Place:
    """A database with people and processes in force, and short words for what they do."""

    database: Database
    who: dict[str, Person] = field(default_factory=dict)

    def act(self, verb: Any, *args: Any, by: str, now: datetime = NOW, **more: Any) -> Any:
        """One verb in one transaction, as a request or a tick would."""
        person = self.who[by]
        said = {"by": person, "now": now}
        return self.database.perform(lambda session: verb(session, *args, **said, **more), **said)

    def start(self, process: str, **variables: Any) -> UUID:
        """A new case."""
        case: UUID = self.act(instances.start, process, variables=variables, by="ann")
        return case

    def claimed(self, case: UUID, element: str, by: str) -> UUID:
        """The open task of an element, claimed."""
        with self.database.reading() as session:
            query = select(Task.id).where(Task.instance_id == case, Task.element == element, Task.closed_at.is_(None))
            task = session.scalars(query).one()
        self.act(tasks.claim, task, by=by)
        return task

    def complete(self, task: UUID, by: str, answers: dict[str, Any] = ANSWERS) -> None:
        """Hand a task in."""
        self.act(tasks.complete, task, answers=answers, by=by)

    @contextmanager
    def counting(self) -> Iterator[Counter[str]]:
        """Count statements and commits meanwhile."""
        counted: Counter[str] = Counter()

        def statement(*_: Any) -> None:
            counted["statements"] += 1

        def commit(*_: Any) -> None:
            counted["commits"] += 1

        event.listen(self.database.engine, "before_cursor_execute", statement)
        event.listen(self.database.engine, "commit", commit)
        try:
            yield counted
        finally:
            event.remove(self.database.engine, "before_cursor_execute", statement)
            event.remove(self.database.engine, "commit", commit)


def settle(database: Database) -> Place:
    """People, groups and the processes of `models/`, in force."""
    migrations.upgrade(database.engine)
    passwords.Hashing.use(time_cost=1, memory_cost=8)
    with database.writing() as session:
        setup = people.operator(session, "setup", now=NOW)
        timetable.adopt(session, CalendarSettings(), by=setup, now=NOW)
        for name in WORKERS:
            people.create(session, name, name=name.title(), by=setup, now=NOW)
        groups.create(session, "workers", name="Workers", by=setup, now=NOW)
        for name in WORKERS:
            groups.join(session, "workers", name, standing="lead" if name == "ann" else "member", by=setup, now=NOW)
        files = {path.name: path.read_bytes() for path in sorted(MODELS.iterdir())}
        deployments.deploy(session, files, name="models", by=setup, now=NOW, at_once=True, owner="ann")
    with database.reading() as session:
        return Place(database, {name: people.person(session, name) for name in (*WORKERS, "operator:setup")})


@contextmanager
def postgres() -> Iterator[Place]:
    """A place on PostgreSQL, on the disk, with fsync on."""
    server = PostgresServer(DURABLE, in_memory=False)
    try:
        database = Database(server.url.render_as_string(hide_password=False))
        yield settle(database)
        database.close()
    finally:
        server.remove()


@contextmanager
def sqlite() -> Iterator[Place]:
    """A place on SQLite, on the disk."""
    folder = Path(tempfile.mkdtemp(prefix="steward-bench-"))
    try:
        database = Database(f"sqlite:///{folder / 'bench.sqlite'}")
        yield settle(database)
        database.close()
    finally:
        shutil.rmtree(folder)
