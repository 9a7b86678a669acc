"""On call: who answers, who may pause, and where nobody is going to be."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from engine import oncall
from engine.identity.person import Person
from web.acts import act, look
from web.auth import caller
from web.operations import Theme
from web.schemas.base import list_of
from web.schemas.oncall import (
    DefineRotation,
    GapOut,
    GapQuery,
    MakeOverride,
    OnCallOut,
    OnCallQuery,
    OverrideOut,
    PauserOut,
    ServedOut,
    SubjectQuery,
)
from web.schemas.tasks import Nothing

theme = Theme("on-call", __name__, description="Who answers at which level, now and later.")
LIST, GAPS, SERVED, PAUSERS = list_of(OnCallOut), list_of(GapOut), list_of(ServedOut), list_of(PauserOut)
MADE = OverrideOut()


@theme.operation("GET", "/on-call", scope="read", query=OnCallQuery, gives=LIST)
def show(query: dict[str, Any]) -> Response:
    """Who is on call, level by level."""
    at = query["at"] or caller().now
    return look(lambda session, _: {"items": oncall.who(session, query["subject"], at=at)}, LIST)


@theme.operation("GET", "/on-call/subjects", scope="read", gives=SERVED)
def served() -> Response:
    """The subjects and services for which people take turns."""
    return look(lambda session, _: {"items": [{"subject": one} for one in oncall.subjects(session)]}, SERVED)


@theme.operation("GET", "/on-call/pausing", scope="read", query=SubjectQuery, gives=PAUSERS)
def pausing(query: dict[str, Any]) -> Response:
    """Who may pause the subject now: those whom its row names, each who is away replaced by who stands in."""
    now = caller().now
    return look(lambda session, _: {"items": oncall.pausing(session, query["subject"], at=now)}, PAUSERS)


@theme.operation("GET", "/on-call/gaps", scope="read", query=GapQuery, gives=GAPS)
def gaps(query: dict[str, Any]) -> Response:
    """Where nobody is going to be on call."""
    now = caller().now
    return look(lambda session, _: {"items": oncall.gaps_of(session, **query, now=now)}, GAPS)


@theme.operation("PUT", "/on-call/rotations", scope="admin", body=DefineRotation, gives=LIST)
def define(body: dict[str, Any]) -> Response:
    """Let people take turns on a level from now on; answers who is on call then. History keeps who was."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        oncall.define(session, **body, by=by, now=now)
        return {"items": oncall.who(session, body["subject"], at=now)}

    return act(verb, LIST)


@theme.operation("POST", "/on-call/overrides", scope="work", body=MakeOverride, gives=MADE, status=201, refused=(404,))
def override(body: dict[str, Any]) -> Response:
    """Let somebody be on call out of turn: by an administrator, or whoever takes turns on that level."""
    return act(
        lambda session, by, now: {"id": oncall.override(session, **body, by=by, now=now)},
        MADE,
        status=201,
    )


@theme.operation("POST", "/on-call/overrides/<uuid:override_id>/cancel", scope="work", body=Nothing, refused=(409,))
def cancel(_body: dict[str, Any], override_id: UUID) -> Response:
    """Let it count no more."""
    return act(lambda session, by, now: oncall.cancel(session, override_id, by=by, now=now))
