"""Figures over tasks and over work that comes round: done by its due date, still open, not done at all."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import cycles
from engine.figures.cases import narrowed
from engine.figures.defined import Figure
from engine.identity.person import Person
from engine.store.cycles import OccurrenceRow
from engine.store.running import Instance, Task


def done(session: Session, one: Figure, since: datetime, until: datetime, by: Person) -> list[Any]:
    """The tasks that count in a period, each with `element`, `name`, `due_at` and `closed_at`."""
    query = narrowed(select(Task.element, Task.name, Task.due_at, Task.closed_at).join(Instance), one, by)
    query = query.where(Task.element.in_(one.tasks))
    if one.measure == "count":
        return list(session.execute(query.where(Task.opened_at < until, _open_at(until))))
    query = query.where(Task.status == "completed", Task.due_at.is_not(None))
    return list(session.execute(query.where(Task.closed_at >= since, Task.closed_at < until)))


def on_time(found: list[Any]) -> float | None:
    """How many in a hundred of these tasks were done by their due date; None where there are none."""
    kept = sum(task.closed_at <= task.due_at for task in found)
    return round(100 * kept / len(found), 1) if found else None


def by_name(one: Figure, found: list[Any]) -> dict[str, list[Any]]:
    """These tasks by what they are called, in the order in which the figure names them."""
    named: dict[str, list[Any]] = {}
    for task in sorted(found, key=lambda task: one.tasks.index(task.element)):
        named.setdefault(task.name, []).append(task)
    return named


def missed(session: Session, one: Figure, since: datetime, until: datetime) -> int:
    """How often the cycles of a figure came round in a period without being done in time, explained or not."""
    query = select(func.count()).select_from(OccurrenceRow)
    query = query.outerjoin(Instance, Instance.id == OccurrenceRow.instance_id).where(cycles.is_gap(until))
    query = query.where(OccurrenceRow.cycle.in_(one.cycles))
    return session.scalar(query.where(OccurrenceRow.planned_at >= since, OccurrenceRow.planned_at < until)) or 0


def _open_at(until: datetime) -> Any:
    return Task.closed_at.is_(None) | (Task.closed_at >= until)
