"""Tasks: find them, and read all that is needed to do one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from engine import tasks as verbs
from engine.identity.person import Person
from web import known
from web.acts import act, look
from web.auth import caller
from web.operations import Theme
from web.reads import tasks as found
from web.reads.task import whole
from web.schemas.base import page_of
from web.schemas.tasks import DraftOut, SaveDraft, TaskOut, TaskQuery, TaskWholeOut

theme = Theme("tasks", __name__, description="What one person must do.")
DRAFT, WHOLE = DraftOut(), TaskWholeOut()
PAGE = page_of(TaskOut)


@theme.operation("GET", "/tasks", scope="read", query=TaskQuery, gives=PAGE)
def all_tasks(query: dict[str, Any]) -> Response:
    """The caller's tasks, those he may claim, or all that he may see."""
    return look(lambda session, person: found.tasks(session, person, query, now=caller().now), PAGE)


@theme.operation("GET", "/tasks/<uuid:task_id>", scope="read", gives=WHOLE, headers=("If-None-Match",))
def one(task_id: UUID) -> Response:
    """One task with its form, what is filled in already, slots, rules, and why the caller may not do it."""
    return look(
        lambda session, person: whole(session, person, task_id, now=caller().now),
        WHOLE,
        tag=lambda task: str(task["version"]),
    )


@theme.operation("GET", "/tasks/<uuid:task_id>/draft", scope="read", gives=DRAFT)
def draft(task_id: UUID) -> Response:
    """What the caller has typed and not yet handed in."""

    def read(session: Session, person: Person) -> dict[str, Any]:
        found.one_task(session, person, task_id)
        answers, saved_at = verbs.draft(session, task_id, by=person)
        return {"answers": answers, "saved_at": saved_at}

    return look(read, DRAFT)


@theme.operation(
    "PUT",
    "/tasks/<uuid:task_id>/draft",
    scope="work",
    body=SaveDraft,
    gives=DRAFT,
    refused=(409,),
    headers=("If-Match",),
)
def save_draft(body: dict[str, Any], task_id: UUID) -> Response:
    """Keep what has been typed; only the caller sees it."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        verbs.save_draft(session, task_id, answers=body["answers"], by=by, now=now)
        return {"answers": body["answers"], "saved_at": now}

    return act(known.task(task_id, verb), DRAFT, task_id=task_id)
