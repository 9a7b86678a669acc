"""Telling people that a task is theirs now, when somebody else or the engine gave it to them."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from engine import outbox
from engine.outbox import Notice
from engine.rows import Context, Rows


def tell(session: Session, task_id: UUID, to: str, *, instance_id: UUID, entry: int, by: str, now: datetime) -> None:
    """
    Owe who holds a task now a notice of it.

    Args:
        entry: the number of the entry in the case's trail that says so; each is told once.
        by: who gave it to him; he is not told of his own act.
    """
    outbox.owe(session, [_notice(task_id, to, instance_id, f"{task_id}:assigned:{entry}", by)], now=now)


def opened(rows: Rows, context: Context) -> Iterator[Notice]:
    """The notices of the tasks that a step opens in the hands of somebody by name."""
    for task in rows.new.get("tasks", ()):
        if task["status"] == "claimed":
            event = f"{task['id']}:assigned:opened"
            yield _notice(task["id"], task["holder"], task["instance_id"], event, context.by)


def _notice(task_id: UUID, to: str, instance_id: UUID, event: str, by: str) -> Notice:
    return Notice(
        event=event,
        recipient=to,
        template="assigned",
        instance_id=instance_id,
        task_id=task_id,
        data={"holder": to},
        cause=by,
    )
