"""Evidence on the page of a task: handed in by a plain form or while one goes on typing, and read again."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine import evidence
from engine.errors import Invalid, NotFound, Rejected
from engine.identity.person import Person
from web import known
from web.attached import attached
from web.auth import caller
from web.language import _
from web.pages import acting, typed
from web.pages.layout import look, page, show
from web.pages.task import asked
from web.reads import evidence as found
from web.reads import task_page
from web.services import services

pages = Blueprint("task_evidence", __name__)
acting.register(pages)


@page(pages, "/tasks/<uuid:task_id>/evidence", scope="work", method="POST")
def hand_in(task_id: UUID) -> Response:
    """Put a file or a link into a slot; whoever sends it by script is answered in JSON, a person by the page."""
    by_script = request.headers.get("Accept", "").startswith("application/json")

    def verb(session: Session, by: Person, now: datetime) -> Any:
        given: dict[str, Any] = {
            "slot": request.form.get("slot", ""),
            "effective_on": typed.day(typed.said("effective_on"), "effective_on"),
            "version": typed.said("version"),
            "replaces_id": _older(),
        }
        file, url = request.files.get("file"), request.form.get("url", "").strip()
        if file is not None and file.filename:
            named: dict[str, Any] = {"name": file.filename, "media_type": file.mimetype}
            store = services().evidence
            return evidence.add_file(session, task_id, store=store, data=file.stream, **named, **given, by=by, now=now)
        if not url:
            raise Invalid(
                _("Choose a file, or write the address of a link."), {given["slot"]: _("Nothing was chosen.")}
            )
        name = request.form.get("name", "").strip() or url
        return evidence.add_link(session, task_id, url=url, name=name, **given, by=by, now=now)

    try:
        acting.perform(known.task(task_id, verb))
    except NotFound:
        raise
    except Rejected as error:
        if by_script:
            return Response(orjson.dumps({"said": acting.told(error)}), error.status, mimetype="application/json")
        return asked(task_id, error)
    if by_script:
        return listed(task_id)
    return acting.then(f"/tasks/{task_id}#evidence", _("It stands with the evidence."))


@page(pages, "/tasks/<uuid:task_id>/evidence", method="GET")
def listed(task_id: UUID) -> Response:
    """What stands in the slots of a task, as a part of its page."""

    def read(session: Session, reader: Any) -> dict[str, Any]:
        shown = task_page.shown(session, reader.person, task_id, now=reader.now)
        row = shown.task
        return {"shown": shown, "mine": row["status"] == "claimed" and row["holder"] == reader.person.id}

    return show("task_evidence.html", **look(read))


@page(pages, "/evidence/<uuid:evidence_id>")
def content(evidence_id: UUID) -> Response:
    """The bytes, exactly as handed in; always to be kept, never to be run."""
    with services().database.reading() as session:
        known = found.one(session, caller().person, evidence_id)
    if known.sha256 is None:
        raise NotFound("file", str(evidence_id))
    answer = Response(services().evidence.read(known.sha256), mimetype="application/octet-stream")
    attached(answer, known.name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _older() -> UUID | None:
    said = request.form.get("replaces_id", "")
    try:
        return UUID(said) if said else None
    except ValueError:
        raise NotFound("evidence", said) from None
