"""Telling people that a task is theirs now, when somebody else or the engine gave it to them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine import audit, outbox
from engine.identity.person import Person
from engine.outbox import Notice
from engine.running.rows import Context, Rows


def tell(
    session: Session,
    instance_id: UUID,
    task_id: UUID,
    to: str,
    verb: str,
    body: dict[str, Any],
    *,
    acting_for: str | None = None,
    by: Person,
    now: datetime,
) -> None:
    """
    Write to a case's trail that somebody holds a task now, and owe him a notice of it; each entry is told once.

    Args:
        by: who gave it to him; he is not told of his own act.
    """
    chain = audit.extend(session, instance_id)
    link = chain.add(verb, task_id, body, by=by.id, now=now, acting_for=acting_for)
    notice = _notice(task_id, to, instance_id, f"{task_id}:assigned:{link.number}", by.id)
    audit.save(session, chain, outbox.owe(session, [notice], now=now))


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
