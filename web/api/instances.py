"""Cases: start them, find them, and act on a whole one."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from engine import instances
from engine.identity.person import Person
from engine.subject import Subject
from web import known
from web.acts import act, look
from web.operations import Theme
from web.reads import cases
from web.schemas.base import page_of
from web.schemas.instances import (
    AddItem,
    CorrectData,
    InstanceOut,
    InstanceQuery,
    StartInstance,
    VariablesOut,
    WithReason,
)

theme = Theme("instances", __name__, description="Cases: runs of a process.")
CASE, VARIABLES = InstanceOut(), VariablesOut()
PAGE = page_of(InstanceOut)


@theme.operation("GET", "/instances", scope="read", query=InstanceQuery, gives=PAGE)
def all_instances(query: dict[str, Any]) -> Response:
    """The cases that the caller may see."""
    return look(lambda session, person: cases.cases(session, person, query), PAGE)


@theme.operation("POST", "/instances", scope="work", body=StartInstance, gives=CASE, status=201, refused=(404, 409))
def start(body: dict[str, Any]) -> Response:
    """Start a case of the latest released version."""
    process = body.pop("process")

    def verb(session: Session, by: Person, now: datetime) -> Any:
        about = Subject.of(body["subject"] or "")
        instance_id = instances.start(session, process, **body | {"subject": about}, by=by, now=now)
        return cases.after_verb(session, instance_id)

    return act(verb, CASE, status=201, at=lambda case: f"/api/v1/instances/{case.id}")


@theme.operation("GET", "/instances/<uuid:instance_id>", scope="read", gives=CASE)
def one(instance_id: UUID) -> Response:
    """One case."""
    return look(lambda session, person: cases.one_case(session, person, instance_id), CASE)


@theme.operation("GET", "/instances/<uuid:instance_id>/variables", scope="read", gives=VARIABLES)
def variables(instance_id: UUID) -> Response:
    """The data of a case."""
    return look(lambda session, person: cases.variables(session, person, instance_id), VARIABLES)


@theme.operation(
    "PATCH",
    "/instances/<uuid:instance_id>/variables",
    scope="work",
    body=CorrectData,
    gives=VARIABLES,
    refused=(409,),
)
def correct(body: dict[str, Any], instance_id: UUID) -> Response:
    """Correct data of a running case; what was, what is and why stands in the trail."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        changes = {"changes": body["set"], "removed": tuple(body["remove"]), "reason": body["reason"]}
        instances.correct(session, instance_id, **changes, by=by, now=now)
        return cases.variables(session, by, instance_id)

    return act(known.case(instance_id, verb), VARIABLES)


@theme.operation(
    "POST", "/instances/<uuid:instance_id>/cancel", scope="work", body=WithReason, gives=CASE, refused=(409,)
)
def cancel(body: dict[str, Any], instance_id: UUID) -> Response:
    """End a case before its time; its open tasks are withdrawn."""
    return _on(instance_id, instances.cancel, body)


@theme.operation(
    "POST", "/instances/<uuid:instance_id>/suspend", scope="work", body=WithReason, gives=CASE, refused=(409,)
)
def suspend(body: dict[str, Any], instance_id: UUID) -> Response:
    """Let a case rest: nobody completes anything, and its timers wait until it is resumed."""
    return _on(instance_id, instances.suspend, body)


@theme.operation(
    "POST", "/instances/<uuid:instance_id>/resume", scope="work", body=WithReason, gives=CASE, refused=(409,)
)
def resume(body: dict[str, Any], instance_id: UUID) -> Response:
    """Let a resting case go on."""
    return _on(instance_id, instances.resume, body)


@theme.operation("POST", "/instances/<uuid:instance_id>/items", scope="work", body=AddItem, gives=CASE, refused=(409,))
def add_item(body: dict[str, Any], instance_id: UUID) -> Response:
    """One more item for a multi-instance that is running."""
    return _on(instance_id, instances.add_item, body)


def _on(instance_id: UUID, what: Callable[..., Any], body: dict[str, Any]) -> Response:
    def verb(session: Session, by: Person, now: datetime) -> Any:
        what(session, instance_id, **body, by=by, now=now)
        return cases.after_verb(session, instance_id)

    return act(known.case(instance_id, verb), CASE)
