"""For whom a case waits, and since when: cases that it called or joined, and those that block it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select, text
from sqlalchemy.orm import Session

from engine import access
from engine.identity.person import Person
from engine.store.definitions import DefinitionRow
from engine.store.records import AuditEntry
from engine.store.running import LIVE_TASK, Instance, JoinedCall, Link, Task
from web.reads.cases import one_case

OTHER = (
    select(Instance.id, Instance.title, Instance.started_at, Instance.caller_element, DefinitionRow.key)
    .join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
    .where(text("instances.ended_at IS NULL"))
    .order_by(Instance.started_at, Instance.id)
)
ASKED = select(func.min(AuditEntry.happened_at)).where(AuditEntry.verb == "call.asked")
HIDDEN: dict[str, Any] = {"case_id": None, "title": None, "process": None, "people": []}


def of_case(session: Session, person: Person, instance_id: UUID) -> dict[str, Any]:
    """
    What a running case waits for in others, the longest wait first; of those that `person` may not see, only that.

    Raises:
        NotFound: there is no such case that `person` may see.
    """
    if one_case(session, person, instance_id).ended_at is not None:
        return {"items": []}
    found = [*_called(session, person, instance_id), *_joined(session, person, instance_id)]
    found += _blocking(session, person, instance_id)
    return {"items": sorted(found, key=lambda one: one["since"])}


def _called(session: Session, person: Person, case: UUID) -> Iterator[dict[str, Any]]:
    for row in session.execute(OTHER.where(Instance.caller_id == case)).all():
        yield _wait("called", row.caller_element, row.started_at, _case(session, person, row))


def _joined(session: Session, person: Person, case: UUID) -> Iterator[dict[str, Any]]:
    calls = select(JoinedCall).where(JoinedCall.caller_id == case, JoinedCall.status.in_(("asked", "joined")))
    for call in session.scalars(calls.order_by(JoinedCall.caller_token)).all():
        since = session.scalar(ASKED.where(AuditEntry.chain == str(case), AuditEntry.subject == call.element))
        row = session.execute(OTHER.where(Instance.id == call.called_id)).one_or_none() if call.called_id else None
        yield _wait("called", call.element, since, _case(session, person, row))


def _blocking(session: Session, person: Person, case: UUID) -> Iterator[dict[str, Any]]:
    tied = and_(Link.source_id == Instance.id, Link.target_id == case, text("links.kind = 'blocks'"))
    query = OTHER.add_columns(Link.at).join(Link, tied).where(text("links.lifted_at IS NULL"))
    for row in session.execute(query).all():
        yield _wait("blocked", None, row.at, _case(session, person, row))


def _case(session: Session, person: Person, row: Any) -> dict[str, Any]:
    if row is None or not _sees(session, person, row.id):
        return HIDDEN
    query = select(func.coalesce(Task.holder, Task.accountable)).where(LIVE_TASK, Task.instance_id == row.id).distinct()
    who = sorted(session.scalars(query))
    return {"case_id": row.id, "title": row.title, "process": row.key, "people": who}


def _sees(session: Session, person: Person, case: UUID) -> bool:
    query = select(Instance.id).where(Instance.id == case, access.visible_instances(person))
    return session.execute(query).first() is not None


def _wait(why: str, element: str | None, since: Any, case: dict[str, Any]) -> dict[str, Any]:
    return {"why": why, "element": element, "since": since, **case}
