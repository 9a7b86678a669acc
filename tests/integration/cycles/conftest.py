"""A house with a process of one task, and short words for cycles that start it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from engine import cycles
from engine.identity.people import operator
from engine.store.cycles import OccurrenceRow, SeriesRow
from engine.transactions import Database
from engine.verify import Report, verify
from tests.factories import END, START, deploy, people, process, sequence, user_task
from tests.integration.shell.conftest import House

MONTHLY = {"name": "Look", "process": "look", "rule": "P1M", "anchor": "2027-01-31", "lead": "5 bd"}


@dataclass
class Rota(House):
    """A house whose work recurs."""

    def at(self, text: str) -> None:
        """The clock moves to a moment of the office in Berlin."""
        self.now = datetime.fromisoformat(text)

    def plan(self, verb: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """An operator plans."""
        with self.database.writing() as session:
            by = operator(session, "setup", now=self.now)
        return self.database.perform(
            lambda session: verb(session, *args, **more, by=by, now=self.now), by=by, now=self.now
        )

    def begin(self, key: str, **parts: Any) -> None:
        """Define a cycle and let it come round from now on."""
        self.plan(cycles.define, key, {**MONTHLY, **parts})
        self.plan(cycles.activate, key)

    def drain(self, database: Database | None = None) -> int:
        """A scheduler looks once."""
        return cycles.drain_cycles(database or self.database, now=self.now)

    def came(self, key: str) -> list[tuple[str, str]]:
        """Days and outcomes of what has come round so far."""
        query = select(OccurrenceRow).where(OccurrenceRow.cycle == key).order_by(OccurrenceRow.planned_on)
        rows = self.read(lambda session: list(session.scalars(query)))
        return [(row.planned_on.isoformat(), row.outcome) for row in rows]

    def occurrences(self, key: str) -> list[OccurrenceRow]:
        """The rows of what has come round."""
        query = select(OccurrenceRow).where(OccurrenceRow.cycle == key).order_by(OccurrenceRow.planned_on)
        return self.read(lambda session: list(session.scalars(query)))

    def series(self, key: str) -> dict[str, SeriesRow]:
        """What is planned, by subject."""
        query = select(SeriesRow).where(SeriesRow.cycle == key)
        return {row.subject: row for row in self.read(lambda session: list(session.scalars(query)))}

    def verified(self) -> Report:
        """What a verification finds."""
        return self.read(lambda session: verify(session, None))


@pytest.fixture
def rota(database: Database) -> Rota:
    """Olga owns a process of one task for the staff."""
    house = Rota(database, people(database, "olga", staff=["anna", "bert"]))
    deploy(database, process("look", sequence(START, user_task("T_look", groups="staff"), END)), owner="olga")
    return house
