"""A house: one database with its people, and short words for what they do in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import orjson
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import instances, messages, services, stuck, tasks, timers
from engine.identity.person import Person
from engine.replay import replay
from engine.store.records import AuditEntry
from engine.store.running import Instance, StuckStep, Task, Variable
from engine.transactions import Database
from tests.factories import NOW, deploy, people

T = TypeVar("T")


@dataclass
class House:
    """People, processes and a clock that moves when told."""

    database: Database
    who: dict[str, Person]
    now: datetime = NOW
    cases: list[UUID] = field(default_factory=list)

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def act(self, verb: Callable[..., T], *args: Any, by: str, **more: Any) -> T:
        """One transaction of one person."""
        person = self.who[by]
        return self.database.perform(
            lambda session: verb(session, *args, **more, by=person, now=self.now), by=person, now=self.now
        )

    def deploy(self, *files: bytes, **more: Any) -> dict[str, UUID]:
        """Put processes in force; olga owns them."""
        return deploy(self.database, *files, owner="olga", now=self.now, **more)

    def start(self, key: str, variables: dict[str, Any] | None = None, *, by: str = "anna", **more: Any) -> UUID:
        """Start a case."""
        case = self.act(instances.start, key, variables=variables or {}, by=by, **more)
        self.cases.append(case)
        return case

    def open(self, case: UUID) -> list[str]:
        """The open and claimed tasks of a case, by element."""
        query = select(Task.element).where(Task.instance_id == case, Task.closed_at.is_(None)).order_by(Task.id)
        return self.read(lambda session: list(session.scalars(query)))

    def task(self, case: UUID, element: str) -> UUID:
        """The newest task of an element."""
        query = select(Task.id).where(Task.instance_id == case, Task.element == element).order_by(Task.id.desc())
        return self.read(lambda session: session.scalars(query.limit(1)).one())

    def do(self, case: UUID, element: str, answers: dict[str, Any] | None = None, *, by: str = "anna") -> tasks.Done:
        """Claim and complete a task."""
        task = self.task(case, element)
        self.act(tasks.claim, task, by=by)
        return self.act(tasks.complete, task, answers=answers or {}, by=by)

    def status(self, case: UUID) -> str:
        """The status of a case."""
        return self.read(lambda session: session.get_one(Instance, case).status)

    def variables(self, case: UUID) -> dict[str, Any]:
        """The case's variables as lists show them."""
        query = select(Variable.name, Variable.value).where(Variable.instance_id == case)
        return self.read(lambda session: {name: orjson.loads(value) for name, value in session.execute(query)})

    def verbs(self, chain: UUID | str) -> list[str]:
        """What the trail says, verb by verb."""
        query = select(AuditEntry.verb).where(AuditEntry.chain == str(chain)).order_by(AuditEntry.number)
        return self.read(lambda session: list(session.scalars(query)))

    def said(self, chain: UUID | str, verb: str) -> list[dict[str, Any]]:
        """What the entries of a verb say."""
        query = select(AuditEntry.body).where(AuditEntry.chain == str(chain), AuditEntry.verb == verb)
        found = self.read(lambda session: list(session.scalars(query.order_by(AuditEntry.number))))
        return [orjson.loads(body or b"null") for body in found]

    def stuck(self, case: UUID) -> list[StuckStep]:
        """The open stuck steps of a case."""
        query = select(StuckStep).where(StuckStep.instance_id == case, StuckStep.resolved_at.is_(None))
        return self.read(lambda session: list(session.scalars(query.order_by(StuckStep.id))))

    def retry(self, stuck_id: UUID, *, by: str = "olga") -> bool:
        """Try a stuck step again."""
        return self.act(stuck.retry, stuck_id, by=by)

    def work(self) -> int:
        """Let the worker do whatever is due now, until nothing is left."""
        done = 0
        drains = (timers.drain_timers, messages.drain_messages, services.drain_services)
        while round_ := sum(drain(self.database, now=self.now) for drain in drains):
            done += round_
        return done

    def all_cases(self) -> list[UUID]:
        """Every case there is, oldest first."""
        return self.read(lambda session: list(session.scalars(select(Instance.id).order_by(Instance.id))))

    def read(self, look: Callable[[Session], T]) -> T:
        """Look something up."""
        with self.database.reading() as session:
            return look(session)

    def must_replay(self) -> None:
        """Every case comes out equal from its recorded events."""
        for case in self.all_cases():
            replayed = self.read(lambda session, case=case: replay(session, case))
            assert replayed.equal, replayed.why


@pytest.fixture
def house(database: Database) -> House:
    """Olga owns the processes; anna leads the staff, to whom bert, carl and dora belong as well."""
    return House(database, people(database, "olga", staff=["anna", "bert", "carl", "dora"]))
