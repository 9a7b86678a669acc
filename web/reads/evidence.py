"""Evidence, narrowed to what the caller may see."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from engine import access
from engine.errors import NotFound
from engine.identity.person import Person
from engine.store.records import Evidence
from engine.store.running import Instance, Task
from web.paging import Key, Page, page
from web.reads.cases import one_case

EVIDENCE = select(*Evidence.__table__.columns)
LATER = aliased(Evidence)
NEWER = select(LATER.id).where(LATER.replaces_id == Evidence.id).exists()


def of_case(session: Session, person: Person, instance_id: UUID, filters: dict[str, Any]) -> Page:
    """All evidence of a case, older versions included, oldest first."""
    one_case(session, person, instance_id)
    query = EVIDENCE.where(Evidence.instance_id == instance_id)
    keys = (Key(Evidence.id.expression),)
    return page(session, query, keys, limit=filters["limit"], cursor=filters["cursor"])


def of_task(session: Session, task_id: UUID) -> list[Any]:
    """The evidence in the slots of a task, oldest first."""
    return of_tasks(session, [task_id]).get(task_id, [])


def of_tasks(session: Session, ids: Collection[UUID]) -> dict[UUID, list[Any]]:
    """The same by the task's id, in one statement; a task that has none is left out."""
    found: dict[UUID, list[Any]] = {}
    for row in session.execute(EVIDENCE.where(Evidence.task_id.in_(ids)).order_by(Evidence.id)):
        found.setdefault(row.task_id, []).append(row)
    return found


def handed_in(session: Session, instance_id: UUID) -> list[Any]:
    """
    All evidence of a case that the reader may see, the newest first, each with the name of its `task`, and whether a
    newer version has `replaced` it.
    """
    query = select(*Evidence.__table__.columns, Task.name.label("task"), NEWER.label("replaced"))
    query = query.join(Task, Task.id == Evidence.task_id).where(Evidence.instance_id == instance_id)
    return list(session.execute(query.order_by(Evidence.id.desc())).all())


def one(session: Session, person: Person, evidence_id: UUID) -> Any:
    """
    A piece of evidence.

    Raises:
        NotFound: there is none in a case that `person` may see.
    """
    query = EVIDENCE.join(Instance, Instance.id == Evidence.instance_id)
    row = session.execute(query.where(Evidence.id == evidence_id, access.visible_instances(person))).one_or_none()
    if row is None:
        raise NotFound("evidence", str(evidence_id))
    return row
