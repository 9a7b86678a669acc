"""What people do with tasks."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema
from sqlalchemy.orm import Session

from engine import records, tasks
from engine.identity.person import Person
from engine.ladders import acknowledging
from web import known, proof
from web.acts import act
from web.operations import Theme
from web.reads.tasks import after_verb
from web.schemas.tasks import Amend, Assign, Claim, CompleteTask, Delegate, GiveBack, Nothing, TaskDoneOut

theme = Theme("task-verbs", __name__, description="What people do with tasks. Each knows `If-Match`.")
DONE = TaskDoneOut()
TASK = "/tasks/<uuid:task_id>"


def _operation(word: str, body: type[Schema]) -> Callable[..., Any]:
    told: dict[str, Any] = {"gives": DONE, "refused": (409,), "headers": ("If-Match",)}
    return theme.operation("POST", f"{TASK}/{word}", scope="work", body=body, **told)


@_operation("claim", Claim)
def claim(body: dict[str, Any], task_id: UUID) -> Response:
    """
    Take the task on. Claiming it twice is not an error; claiming another person's is.

    Whoever stands in for somebody who is away claims what that person could, and says for whom.
    """
    return _on(task_id, lambda session, by, now: tasks.claim(session, task_id, **body, by=by, now=now))


@_operation("give-back", GiveBack)
def give_back(body: dict[str, Any], task_id: UUID) -> Response:
    """Let others have it."""
    return _on(task_id, lambda session, by, now: tasks.give_back(session, task_id, **body, by=by, now=now))


@_operation("assign", Assign)
def assign(body: dict[str, Any], task_id: UUID) -> Response:
    """Give the task to somebody, as the owner of the case or the lead of its group."""
    return _on(task_id, lambda session, by, now: tasks.assign(session, task_id, **body, by=by, now=now))


@_operation("delegate", Delegate)
def delegate(body: dict[str, Any], task_id: UUID) -> Response:
    """Let somebody else do what the caller holds."""
    return _on(task_id, lambda session, by, now: tasks.delegate(session, task_id, **body, by=by, now=now))


@_operation("complete", CompleteTask)
def complete(body: dict[str, Any], task_id: UUID) -> Response:
    """Hand in the answers; the case moves on. An answer that comes after the deadline of its task answers 409."""
    if body["sign"]:
        body["sign"]["second"] = proof.second(body["sign"].pop("code"))
    return _on(task_id, lambda session, by, now: tasks.complete(session, task_id, **body, by=by, now=now))


@_operation("acknowledge", Nothing)
def acknowledge(_body: dict[str, Any], task_id: UUID) -> Response:
    """Say that the caller sees to it: its ladder stands still, until that grows stale. Twice is not an error."""
    return _on(task_id, lambda session, by, now: acknowledging.acknowledge(session, task_id, by=by, now=now))


@_operation("amend", Amend)
def amend(body: dict[str, Any], task_id: UUID) -> Response:
    """Add a correction to a finished record; the record as it was stays."""
    return _on(task_id, lambda session, by, now: records.amend(session, task_id, **body, by=by, now=now))


def _on(task_id: UUID, what: Callable[[Session, Person, datetime], Any]) -> Response:
    def verb(session: Session, by: Person, now: datetime) -> Any:
        done = what(session, by, now)
        stuck = {"stuck_id": getattr(done, "stuck_id", None), "stuck": getattr(done, "error", None)}
        return {**after_verb(session, task_id)._mapping, **stuck}

    return act(known.task(task_id, verb), DONE, tag=lambda task: str(task["version"]), task_id=task_id)
