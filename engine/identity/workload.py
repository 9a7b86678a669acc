"""Work by group: what is open, so that overload is seen; and what was decided in its name in a period."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, func, select, text
from sqlalchemy.orm import Session

from engine import access
from engine.identity.person import Person
from engine.store.definitions import DefinitionRow
from engine.store.people import GroupRow, Membership
from engine.store.records import AuditEntry, Signature
from engine.store.running import LIVE_TASK, Candidate, Instance, Task

MEMBERS = select(Membership.group_key, func.count().label("members")).group_by(Membership.group_key)
COLUMNS = (
    Task.id,
    Task.name,
    Task.element,
    Task.instance_id,
    Task.completed_by,
    Task.acting_for,
    Task.closed_at,
    Signature.meaning,
    Instance.title,
    DefinitionRow.key.label("process"),
)
ENTRIES = (
    select(AuditEntry.subject, func.min(AuditEntry.number).label("first"))
    .where(AuditEntry.verb == "task.completed", AuditEntry.subject.in_(bindparam("tasks", expanding=True)))
    .group_by(AuditEntry.subject)
)
GROUPS = select(GroupRow.key, GroupRow.name).order_by(GroupRow.key)


def open_work(session: Session, *, by: Person, now: datetime) -> list[dict[str, Any]]:
    """
    Each group with its open work, as far as `by` may see the cases.

    Returns:
        `key`, `name`, `members`; of the tasks that were offered to it: `unclaimed`, `claimed`, `late`. Work that was
        offered to two groups counts in both.
    """
    counted = (
        select(
            Candidate.who,
            func.sum(case((text("tasks.status = 'open'"), 1), else_=0)),
            func.sum(case((text("tasks.status = 'claimed'"), 1), else_=0)),
            func.sum(case((Task.due_at < now, 1), else_=0)),
        )
        .join(Task, Task.id == Candidate.task_id)
        .join(Instance, Instance.id == Task.instance_id)
        .where(LIVE_TASK, Candidate.who.like("group:%"), access.visible_instances(by))
        .group_by(Candidate.who)
    )
    found = {who.removeprefix("group:"): rest for who, *rest in session.execute(counted)}
    members = {row.group_key: row.members for row in session.execute(MEMBERS)}
    names = ("unclaimed", "claimed", "late")
    return [
        {"key": key, "name": name, "members": members.get(key, 0)}
        | dict(zip(names, found.get(key, (0, 0, 0)), strict=True))
        for key, name in session.execute(GROUPS)
    ]


def decisions(session: Session, group: str, *, since: datetime, until: datetime, by: Person) -> list[dict[str, Any]]:
    """
    What was decided in a role in a period: the newest two hundred finished tasks that were offered to it.

    Returns:
        Each with who did it, for whom, when, what it was signed as, and its entry in the trail of the case.
    """
    query = (
        select(*COLUMNS)
        .join(Instance, Instance.id == Task.instance_id)
        .join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
        .join(Candidate, and_(Candidate.task_id == Task.id, Candidate.who == f"group:{group}"))
        .outerjoin(Signature, and_(Signature.task_id == Task.id, Signature.by == Task.completed_by))
        .where(text("tasks.status = 'completed'"), Task.closed_at >= since, Task.closed_at < until)
        .where(access.visible_instances(by))
        .order_by(Task.closed_at.desc(), Task.id.desc())
        .limit(200)
    )
    done = [dict(row._mapping) for row in session.execute(query)]
    numbers = {row.subject: row.first for row in session.execute(ENTRIES, {"tasks": [str(one["id"]) for one in done]})}
    return [one | {"entry": numbers[str(one["id"])]} for one in done]
