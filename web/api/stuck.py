"""Steps that cannot go on."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from engine import stuck as verbs
from engine.identity.person import Person
from web.acts import act, look
from web.operations import Theme
from web.reads import cases
from web.schemas.base import page_of
from web.schemas.instances import StuckOut, StuckQuery
from web.schemas.tasks import Nothing

theme = Theme("stuck", __name__, description="Steps that cannot go on until somebody puts something right.")
STUCK = StuckOut()
PAGE = page_of(StuckOut)


@theme.operation("GET", "/stuck", scope="read", query=StuckQuery, gives=PAGE)
def all_stuck(query: dict[str, Any]) -> Response:
    """Stuck steps of cases that the caller may see, newest first."""
    return look(lambda session, person: cases.stuck(session, person, query), PAGE)


@theme.operation("POST", "/stuck/<uuid:stuck_id>/retry", scope="work", body=Nothing, gives=STUCK, refused=(409,))
def retry(_body: dict[str, Any], stuck_id: UUID) -> Response:
    """Apply the same event again, after what was wrong was put right. Still stuck? Then `resolved_at` stays null."""

    def verb(session: Session, by: Person, now: datetime) -> Any:
        cases.one_stuck(session, by, stuck_id)
        verbs.retry(session, stuck_id, by=by, now=now)
        return cases.stuck_after_verb(session, stuck_id)

    return act(verb, STUCK)
