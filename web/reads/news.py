"""What tells that something has changed since a page was made, each by one small statement; and what that was."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from engine import access, tasks
from engine.errors import NotFound
from engine.identity.person import Person
from engine.store.running import Draft, Instance, Task
from web import story as stories
from web.reads import cases, story

MOST = 100
"""As many new entries as are counted."""
STANDING = ("instance_id", "status", "holder", "completed_by", "opened_at", "closed_at", "due_at")


@dataclass(frozen=True)
class OfCase:
    """
    What has happened in a case since its page was made.

    Args:
        entries: how many entries of the trail have come that the reader may see.
        newest: the newest of them that a short story tells; None where there is none.
    """

    entries: int
    newest: stories.Line | None


def case_mark(session: Session, person: Person, instance_id: UUID) -> str:
    """
    What differs as soon as anything of a case has changed.

    Raises:
        NotFound: there is no such case that `person` may see.
    """
    query = select(Instance.version, Instance.chain_length)
    row = session.execute(query.where(Instance.id == instance_id, access.visible_instances(person))).one_or_none()
    if row is None:
        raise NotFound("case", str(instance_id))
    return f"{row.version}.{row.chain_length}"


def task_mark(session: Session, person: Person, task_id: UUID) -> str:
    """
    What differs as soon as a task, anything of its case, or what `person` has typed into it has changed.

    Raises:
        NotFound: there is no such task in a case that `person` may see.
    """
    own = and_(Draft.task_id == Task.id, Draft.person_id == person.id)
    query = select(Task.version, Instance.chain_length, Draft.answers).join(Instance).outerjoin(Draft, own)
    row = session.execute(query.where(Task.id == task_id, access.visible_instances(person))).one_or_none()
    if row is None:
        raise NotFound("task", str(task_id))
    typed = "" if row.answers is None else tasks.draft_version(row.answers)
    return f"{row.version}.{row.chain_length}.{typed}"


def of_case(session: Session, person: Person, instance_id: UUID, *, since: int) -> OfCase:
    """
    What has come after entry `since` of a case's trail.

    Raises:
        NotFound: there is no such case that `person` may see.
    """
    case = cases.one_case(session, person, instance_id)
    lines = [one for one in story.newest(session, person, case, most=MOST) if one.number > since]
    short = story.newest(session, person, case, most=1, only="")
    return OfCase(len(lines), short[0] if short and short[0].number > since else None)


def standing(session: Session, person: Person, task_id: UUID) -> Any:
    """
    How a task stands: `instance_id`, `status`, `holder`, `completed_by`, `opened_at`, `closed_at`, `due_at`.

    Raises:
        NotFound: there is no such task in a case that `person` may see.
    """
    query = select(*(getattr(Task, name) for name in STANDING)).join(Instance)
    row = session.execute(query.where(Task.id == task_id, access.visible_instances(person))).one_or_none()
    if row is None:
        raise NotFound("task", str(task_id))
    return row
