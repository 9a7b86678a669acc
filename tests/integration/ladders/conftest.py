"""A house whose tasks climb: the ladders of the organisation, and those who stand on them."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from engine.calendars import CalendarSettings
from engine.identity.people import SETUP
from engine.ladders import book, climbing
from engine.store.ladders import LadderStep, LadderTold
from engine.store.records import Delivery
from engine.store.running import Task
from engine.timetable import adopt
from engine.transactions import Database
from tests.factories import END, START, people, process, sequence
from tests.integration.shell.conftest import House

BERLIN = ZoneInfo("Europe/Berlin")
ROOT = Path(__file__).parents[3]
SHIPPED = tomllib.loads((ROOT / "config/ladders.toml").read_text())
GERMANY = CalendarSettings(country="DE")
PEOPLE = {
    "staff": ["anna", "bert", "carl"],
    "quality_manager": ["quinn", "quentin"],
    "ai_officer": ["ada"],
    "top_management": ["tess", "tom"],
}


def at(text: str) -> datetime:
    """A moment on the clock of the office, in UTC."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=BERLIN).astimezone(UTC)


def wall(moment: datetime | None) -> str | None:
    """A moment as the clock of the office shows it."""
    return moment.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M") if moment else None


def a_task(
    element: str, *, due: str = "", groups: str = "staff", assignee: str = "", apart: str = "", **properties: str
) -> str:
    """A user task with a due text and properties of its own."""
    said = f' camunda:candidateGroups="{groups}"' if groups else ""
    said += f' camunda:assignee="{assignee}"' if assignee else ""
    said += f' camunda:dueDate="{due}"' if due else ""
    given = properties | ({"separate_from": apart} if apart else {})
    inner = "".join(f'<camunda:property name="{name}" value="{value}"/>' for name, value in given.items())
    extension = f"<bpmn:extensionElements><camunda:properties>{inner}</camunda:properties></bpmn:extensionElements>"
    return (
        f'<bpmn:userTask id="{element}" name="{element[2:].title()}"{said}>{extension if inner else ""}</bpmn:userTask>'
    )


def one_task(key: str = "one", **task: str) -> bytes:
    """A process of one task, due in five business days."""
    return process(key, sequence(START, a_task("T_do", **{"due": "5 bd", **task}), END))


@dataclass
class Tower(House):
    """A house with ladders."""

    def climb(self, until: datetime | None = None) -> None:
        """Let the lane climb whatever falls due up to a moment, each at its own; without one, what is due now."""
        climbing.drain_ladders(self.database, now=self.now)
        while until is not None:
            coming = self.read(lambda session: climbing.next_due(session, self.now))
            if coming is None or coming > until:
                self.now = until
                break
            self.now = coming
            climbing.drain_ladders(self.database, now=self.now)

    def steps(self, case: UUID) -> list[tuple[int, int, str, str]]:
        """Each step of a case: episode, rung, outcome, and when it was on the office's clock."""
        query = select(LadderStep).where(LadderStep.instance_id == case).order_by(LadderStep.episode, LadderStep.rung)
        rows = self.read(lambda session: list(session.scalars(query)))
        return [(row.episode, row.rung, row.outcome, wall(row.at)) for row in rows]

    def sent(self, case: UUID) -> list[tuple[int, str, str]]:
        """Who was told on which rung, and when."""
        query = (
            select(LadderTold.rung, LadderTold.person_id, LadderStep.at, LadderTold.episode)
            .join(
                LadderStep,
                (LadderStep.task_id == LadderTold.task_id)
                & (LadderStep.rung == LadderTold.rung)
                & (LadderStep.episode == LadderTold.episode),
            )
            .where(LadderTold.instance_id == case)
            .order_by(LadderTold.episode, LadderTold.rung, LadderTold.person_id)
        )
        return [
            (row.rung, row.person_id, wall(row.at)) for row in self.read(lambda session: session.execute(query).all())
        ]

    def owed(self) -> list[tuple[str, str]]:
        """Event and recipient of each message owed."""
        query = select(Delivery.event, Delivery.recipient).order_by(Delivery.event, Delivery.recipient)
        return [tuple(row) for row in self.read(lambda session: session.execute(query).all())]

    def row(self, case: UUID, element: str = "T_do") -> Task:
        """The newest task of an element, whole."""
        task = self.task(case, element)
        return self.read(lambda session: session.get_one(Task, task))

    def ladder(self, key: str, content: dict[str, Any]) -> UUID:
        """Make a ladder, or change it."""
        return self.database.perform(
            lambda session: book.change(session, key, content, by=SETUP, now=self.now), by=SETUP, now=self.now
        )


@pytest.fixture
def tower(database: Database) -> Tower:
    """Olga owns the processes; anna leads the staff; everybody counts by the German calendar from 4 January 2027."""
    tower = Tower(
        database, people(database, "olga", "operator:setup", "operator:worker", **PEOPLE), at("2027-01-04 10:00")
    )
    database.perform(lambda session: adopt(session, GERMANY, by=SETUP, now=tower.now), by=SETUP, now=tower.now)
    database.perform(lambda session: book.seed(session, SHIPPED, by=SETUP, now=tower.now), by=SETUP, now=tower.now)
    return tower


Deploy = Callable[..., UUID]


@pytest.fixture
def late(tower: Tower) -> UUID:
    """A case whose only task is due on Monday 11 January at 17:00, offered to the staff."""
    tower.deploy(one_task())
    return tower.start("one", by="carl")
