"""Absences: who is away, and who stands in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from engine.absence import planning
from engine.identity.person import Person
from web.acts import act, look
from web.operations import Theme
from web.reads import absence as found
from web.schemas.absence import (
    ChangeSubstitution,
    EndSubstitution,
    PlanSubstitution,
    SubstitutionOut,
    SubstitutionQuery,
)
from web.schemas.base import list_of

theme = Theme("substitutions", __name__, description="Who is away, and who stands in.")
ONE, LIST = SubstitutionOut(), list_of(SubstitutionOut)
PATH = "/substitutions/<uuid:substitution_id>"


@theme.operation("GET", "/substitutions", scope="read", query=SubstitutionQuery, gives=LIST)
def all_substitutions(query: dict[str, Any]) -> Response:
    """Who is away, or is going to be."""
    return look(lambda session, person: found.substitutions(session, person, query), LIST)


@theme.operation(
    "POST", "/substitutions", scope="work", body=PlanSubstitution, gives=ONE, status=201, refused=(404, 409)
)
def plan(body: dict[str, Any]) -> Response:
    """Let somebody stand in for a person: by himself, a lead of his groups or an administrator."""
    away = body.pop("person")

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        made = planning.plan(session, away, **body, by=by, now=now)
        return found.one_substitution(session, by, made)

    return act(verb, ONE, status=201, at=lambda one: f"/api/v1/substitutions/{one['id']}")


@theme.operation("GET", PATH, scope="read", gives=ONE)
def one(substitution_id: UUID) -> Response:
    """One substitution."""
    return look(lambda session, person: found.one_substitution(session, person, substitution_id), ONE)


@theme.operation("PATCH", PATH, scope="work", body=ChangeSubstitution, gives=ONE, refused=(409,))
def change(body: dict[str, Any], substitution_id: UUID) -> Response:
    """Let it stand until another moment, or let others stand in; tasks move on to who does."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        planning.change(session, substitution_id, **body, by=by, now=now)
        return found.one_substitution(session, by, substitution_id)

    return act(verb, ONE)


@theme.operation("POST", f"{PATH}/end", scope="work", body=EndSubstitution, gives=ONE, refused=(409,))
def end(body: dict[str, Any], substitution_id: UUID) -> Response:
    """End it before its time, or cancel it; unfinished tasks come back."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        planning.end(session, substitution_id, **body, by=by, now=now)
        return found.one_substitution(session, by, substitution_id)

    return act(verb, ONE)
