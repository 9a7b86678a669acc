"""
The ladders that the tasks of one case climb, as it keeps them while it runs.

Looked up once a version and remembered: a task that opens, or whose due date
moves, costs no statement for its ladder.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine import timetable
from engine.cache import Cache
from engine.core.calendar import Calendar
from engine.core.ladder_text import read_ladder
from engine.core.ladders import Climb, Ladder, TaskFacts, begin, move
from engine.core.vocabulary import Model, Rules
from engine.errors import Broken
from engine.models import versions
from engine.store.ladders import LadderRow

NONE = "none"
CONTENT = select(LadderRow.key, LadderRow.content).where(LadderRow.id == bindparam("ladder_id"))
NO_RULES = Rules()

_ladders: Cache[UUID, Ladder] = Cache(256)


class Climbing(Protocol):
    """A task on its ladder."""

    @property
    def element(self) -> str:
        """Its id in the model."""

    @property
    def holder(self) -> str | None:
        """Who has claimed it."""

    @property
    def opened_at(self) -> datetime:
        """Since when it is to be done."""

    @property
    def due_at(self) -> datetime | None:
        """By when."""

    @property
    def ladder(self) -> UUID | None:
        """The version of its ladder."""

    @property
    def episode(self) -> int:
        """Which time the ladder is climbed."""

    @property
    def next_rung(self) -> int | None:
        """The lowest rung not climbed."""

    @property
    def next_rung_at(self) -> datetime | None:
        """When one falls due."""

    @property
    def acknowledged_at(self) -> datetime | None:
        """Since when the ladder stands still."""


@dataclass(frozen=True, kw_only=True)
class Rungs:
    """The ladders of one case: `kept` holds the version and the ladder for each key that its model names."""

    model: Model
    calendar: Calendar
    kept: Mapping[str, tuple[UUID, Ladder]]

    def opened(self, element: str, opened_at: datetime, due_at: datetime | None) -> dict[str, Any]:
        """What the row of a task that opens says of its ladder."""
        found = self.kept.get(self.rules(element).escalation)
        if found is None:
            return {"ladder": None, "episode": 1, "next_rung": None, "next_rung_at": None}
        ladder_id, ladder = found
        climb = begin(ladder, self._facts(element, opened_at, due_at, claimed=False))
        return {"ladder": ladder_id, "episode": 1, "next_rung": climb.next_rung, "next_rung_at": climb.next_at}

    def moved(self, task: Climbing, due_at: datetime | None) -> datetime | None:
        """When the next rung falls due after the due date moved."""
        ladder = self.ladder(task)
        if ladder is None:
            return None
        facts = self._facts(task.element, task.opened_at, due_at, claimed=task.holder is not None)
        return move(ladder, facts, climb_of(task)).next_at

    def ladder(self, task: Climbing) -> Ladder | None:
        """The ladder that a task climbs, in the version that its case keeps."""
        return next((ladder for ladder_id, ladder in self.kept.values() if ladder_id == task.ladder), None)

    def facts(self, task: Climbing) -> TaskFacts:
        """What a ladder must know of a task."""
        return self._facts(task.element, task.opened_at, task.due_at, claimed=task.holder is not None)

    def rules(self, element: str) -> Rules:
        """What the model says of a task."""
        node = self.model.nodes.get(element)
        return node.rules if node else NO_RULES

    def _facts(self, element: str, opened_at: datetime, due_at: datetime | None, *, claimed: bool) -> TaskFacts:
        clock = self.rules(element).clock
        return TaskFacts(opened_at=opened_at, due_at=due_at, calendar=self.calendar, clock=clock, claimed=claimed)


def of(session: Session, model: Model, case_id: UUID, calendar: str) -> Rungs:
    """The ladders of a case: no statement where they are known."""
    kept = {
        reference: (ladder_id, by_id(session, ladder_id))
        for (kind, reference), ladder_id in versions.kept(session, case_id).items()
        if kind == "ladder"
    }
    return Rungs(model=model, calendar=timetable.calendar(session, calendar), kept=kept)


def by_id(session: Session, ladder_id: UUID) -> Ladder:
    """
    One version of a ladder; read at most once while it stays in memory.

    Raises:
        Broken: it was never stored.
    """
    return _ladders.get(ladder_id, lambda: _read(session, ladder_id))


def climb_of(task: Climbing) -> Climb:
    """How far a task has come."""
    return Climb(
        next_rung=task.next_rung or 1,
        next_at=task.next_rung_at,
        episode=task.episode,
        acknowledged_at=task.acknowledged_at,
    )


def _read(session: Session, ladder_id: UUID) -> Ladder:
    found = session.connection().execute(CONTENT, {"ladder_id": ladder_id}).one_or_none()
    if found is None:
        raise Broken(f"The ladder {ladder_id} is missing; nobody can say whom its tasks reach next.")
    return read_ladder(found.key, found.content)
