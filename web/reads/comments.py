"""What was said about a case and its tasks, the newest first; of cases that the reader may see."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.store.records import Comment

MOST = 200
NEWEST_FIRST = select(Comment).order_by(Comment.id.desc()).limit(MOST)


def of_task(session: Session, task_id: UUID) -> list[Comment]:
    """What was said about a task."""
    return list(session.scalars(NEWEST_FIRST.where(Comment.task_id == task_id)))


def of_case(session: Session, instance_id: UUID) -> list[Comment]:
    """What was said about a case and about each of its tasks."""
    return list(session.scalars(NEWEST_FIRST.where(Comment.instance_id == instance_id)))
