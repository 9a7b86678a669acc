"""Stuck steps: what cannot go on and why, and once more after it was put right."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine import stuck as verbs
from engine.errors import Rejected
from engine.identity.person import Person
from web.language import _
from web.pages import acting
from web.pages.layout import Reader, look, page, show
from web.reads import cases as found

pages = Blueprint("stuck_pages", __name__)
acting.register(pages)
A_PAGE = 50


@page(pages, "/stuck")
def all_stuck() -> Response:
    """The steps that cannot go on, of the cases that the reader may see."""

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        asked = {"instance": None, "text": None, "limit": A_PAGE, "cursor": request.args.get("cursor")}
        listed = found.stuck(session, reader.person, asked)
        return {"stuck": listed, "steps": found.where_stuck(session, listed.items)}

    return show("stuck.html", **look(read))


@page(pages, "/stuck/<uuid:stuck_id>/retry", scope="work", method="POST")
def retry(stuck_id: UUID) -> Response:
    """Let the step be tried again, after what was wrong was put right."""
    stuck = look(lambda session, reader: found.one_stuck(session, reader.person, stuck_id))
    came_from = f"/cases/{stuck.instance_id}" if request.form.get("back") == "case" else "/stuck"

    def verb(session: Session, by: Person, now: datetime) -> Any:
        verbs.retry(session, stuck_id, by=by, now=now)
        return found.stuck_after_verb(session, stuck_id)

    try:
        after = acting.perform(verb)
    except Rejected as error:
        return acting.refused(error, came_from)
    if after.resolved_at is None:
        return acting.then(came_from, _("It was tried again and is stuck as before: %(why)s", why=after.error))
    return acting.then(f"/cases/{after.instance_id}", _("The step went on."))
