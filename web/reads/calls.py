"""What the page behind a call's link says: no more than the letter said."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.store.people import PersonRow
from engine.store.running import Instance, Task

HIDDEN = "Somebody must act now"


@dataclass(frozen=True, kw_only=True)
class Call:
    """A task that people are called for. Of a confidential case neither deed nor case is told."""

    task_id: UUID
    deed: str
    case: str
    episode: int
    closed: bool
    acknowledged_by: str | None


def call(session: Session, task_id: UUID) -> Call | None:
    """The task as a page may show it to whoever was called; None where there is none."""
    query = (
        select(Task, Instance.title, Instance.confidential, PersonRow.name)
        .join(Instance, Instance.id == Task.instance_id)
        .outerjoin(PersonRow, PersonRow.id == Task.acknowledged_by)
        .where(Task.id == task_id)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    task, title, confidential, name = row
    return Call(
        task_id=task.id,
        deed=HIDDEN if confidential else task.name,
        case="" if confidential else title,
        episode=task.episode,
        closed=task.closed_at is not None,
        acknowledged_by=name,
    )
