"""Tasks of people: listed, claimed, handed on and completed, under the same rights and rules as everywhere."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import access, tasks
from engine.errors import NotFound
from engine.identity.person import Person
from engine.models.definitions import parsed
from engine.store.definitions import DefinitionRow
from engine.store.running import LIVE_TASK, Candidate, Instance, Task
from web import known
from web.auth import caller
from web.engine_rest import shapes, values
from web.engine_rest.answers import answer, moment, nothing
from web.engine_rest.blueprint import view
from web.engine_rest.body import text, the_body
from web.engine_rest.listing import listed
from web.perform import perform
from web.services import services

TASKS = (
    select(
        Task.id,
        Task.name,
        Task.element,
        Task.holder,
        Task.opened_at,
        Task.due_at,
        Task.follow_up_at,
        Task.priority,
        Task.instance_id,
        Instance.definition_id,
        Instance.status,
        DefinitionRow.key,
        DefinitionRow.version,
    )
    .join(Instance, Instance.id == Task.instance_id)
    .join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
    .where(LIVE_TASK)
)
FILTERS = {
    "assignee": Task.holder,
    "name": Task.name,
    "taskDefinitionKey": Task.element,
    "processInstanceId": Task.instance_id,
    "processInstanceBusinessKey": Instance.business_key,
    "processDefinitionKey": DefinitionRow.key,
}
ORDER = {"created": Task.opened_at, "dueDate": Task.due_at, "priority": Task.priority, "name": Task.name, "id": Task.id}
WHY = "By the endpoint for modelers and workers."
"""The reason that the trail keeps where these clients send none."""

Verb = Callable[[Session, Person, datetime], Any]


@view("GET", "/task")
def all_tasks() -> Response:
    """Open tasks that the caller may see, by who holds them, to whom they are offered, process, case or step."""
    query = TASKS.where(access.visible_instances(caller().person))
    for name, kind in (("candidateUser", "person"), ("candidateGroup", "group")):
        if said := request.args.get(name):
            offered = select(Candidate.task_id).where(Candidate.who == f"{kind}:{said}", Candidate.closed_at.is_(None))
            query = query.where(Task.id.in_(offered), Task.status == "open")
    rows = listed(query, FILTERS, ORDER, like={"nameLike": Task.name}, usual=Task.opened_at)
    with services().database.reading() as session:
        return answer([_shown(session, row) for row in rows])


@view("GET", "/task/count")
def count() -> Response:
    """How many open tasks the caller may see."""
    query = TASKS.where(access.visible_instances(caller().person)).subquery()
    with services().database.reading() as session:
        return answer({"count": session.scalar(select(func.count()).select_from(query))})


@view("GET", "/task/<uuid:task_id>")
def one(task_id: UUID) -> Response:
    """One open task."""
    query = TASKS.where(Task.id == task_id, access.visible_instances(caller().person))
    with services().database.reading() as session:
        row = session.execute(query).one_or_none()
        if row is None:
            raise NotFound("task", str(task_id))
        return answer(_shown(session, row))


@view("POST", "/task/<uuid:task_id>/claim", scope="work")
def claim(task_id: UUID) -> Response:
    """Take it on; or let somebody else do it, who is named in `userId`."""
    return _to(task_id, text(the_body(), "userId"))


@view("POST", "/task/<uuid:task_id>/assignee", scope="work")
def assign(task_id: UUID) -> Response:
    """Give it to whom `userId` names; back to all to whom it was offered where it names nobody."""
    to = text(the_body(), "userId")
    return _to(task_id, to) if to else unclaim(task_id)


@view("POST", "/task/<uuid:task_id>/unclaim", scope="work")
def unclaim(task_id: UUID) -> Response:
    """Let others have it."""
    return _on(task_id, lambda session, by, now: tasks.give_back(session, task_id, reason=WHY, by=by, now=now))


@view("POST", "/task/<uuid:task_id>/delegate", scope="work")
def delegate(task_id: UUID) -> Response:
    """Let whom `userId` names do what the caller holds."""
    to = text(the_body(), "userId") or ""
    return _on(task_id, lambda session, by, now: tasks.delegate(session, task_id, to=to, reason=WHY, by=by, now=now))


@view("POST", "/task/<uuid:task_id>/complete", scope="work")
@view("POST", "/task/<uuid:task_id>/submit-form", scope="work")
def complete(task_id: UUID) -> Response:
    """Hand in the answers; the case moves on."""
    answers = values.untyped(the_body().get("variables"))
    return _on(task_id, lambda session, by, now: tasks.complete(session, task_id, answers=answers, by=by, now=now))


def _to(task_id: UUID, to: str | None) -> Response:
    def verb(session: Session, by: Person, now: datetime) -> Any:
        if to in (None, by.id):
            return tasks.claim(session, task_id, by=by, now=now)
        return tasks.assign(session, task_id, to=to or "", reason=WHY, by=by, now=now)

    return _on(task_id, verb)


def _on(task_id: UUID, what: Verb) -> Response:
    perform(known.task(task_id, what))
    return nothing()


def _shown(session: Session, row: Any) -> dict[str, Any]:
    node = parsed(session, row.definition_id).model.nodes.get(row.element)
    form = node.rules.form if node else None
    reference = {"key": form.key, "binding": form.binding, "version": form.version} if form else None
    return {
        "id": str(row.id),
        "name": row.name,
        "description": (node.documentation or None) if node else None,
        "taskDefinitionKey": row.element,
        "assignee": row.holder,
        "owner": None,
        "delegationState": None,
        "created": moment(row.opened_at),
        "due": moment(row.due_at),
        "followUp": moment(row.follow_up_at),
        "priority": row.priority,
        "executionId": str(row.instance_id),
        "processInstanceId": str(row.instance_id),
        "processDefinitionId": shapes.version_id(row.key, row.version, row.definition_id),
        "parentTaskId": None,
        "caseDefinitionId": None,
        "caseInstanceId": None,
        "caseExecutionId": None,
        "formKey": None,
        "camundaFormRef": reference,
        "operatonFormRef": reference,
        "suspended": row.status == "suspended",
        "tenantId": None,
    }
