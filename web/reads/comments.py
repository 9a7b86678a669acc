"""What was said about a case and its tasks, the newest first; of cases that the reader may see."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import mentions
from engine.store.records import Comment

MOST = 200
NEWEST_FIRST = select(Comment).order_by(Comment.id.desc()).limit(MOST)


def of_task(session: Session, task_id: UUID) -> list[Comment]:
    """What was said about a task."""
    return list(session.scalars(NEWEST_FIRST.where(Comment.task_id == task_id)))


def people(said: Iterable[Comment]) -> set[str]:
    """Who wrote these, and whom they mention."""
    return {who for one in said for who in (one.by, *mentions.named(one.text))}


def of_case(session: Session, instance_id: UUID) -> list[Comment]:
    """What was said about a case and about each of its tasks."""
    return list(session.scalars(NEWEST_FIRST.where(Comment.instance_id == instance_id)))
