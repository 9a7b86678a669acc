"""Evidence: hand it in, and get it back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy.orm import Session

from engine import evidence as verbs
from engine.errors import Invalid
from engine.identity.person import Person
from web import known
from web.acts import act, look
from web.attached import attached
from web.auth import caller
from web.operations import Theme
from web.reads import evidence as found
from web.schemas.tasks import EvidenceOut, HandIn
from web.services import services

theme = Theme("evidence", __name__, description="Files and links that prove something.")
EVIDENCE = EvidenceOut()
BYTES = {"type": "string", "format": "binary"}


@theme.operation(
    "POST", "/tasks/<uuid:task_id>/evidence", scope="work", form=HandIn, gives=EVIDENCE, status=201, refused=(409,)
)
def hand_in(form: dict[str, Any], task_id: UUID) -> Response:
    """Put a file or a link into a slot of the task; with `replaces`, as the newer version of what is there."""
    file, url = form.pop("file"), form.pop("url")
    if (file is None) == (url is None):
        raise Invalid("Send either a file or an url.", {"file": "Either this or url."})
    given = {name: form[name] for name in ("slot", "effective_on", "version", "replaces_id")}

    def verb(session: Session, by: Person, now: datetime) -> Any:
        if file is None:
            return verbs.add_link(session, task_id, url=url, name=form["name"] or url, **given, by=by, now=now)
        named = {"name": form["name"] or file.filename or "file", "media_type": file.mimetype}
        store = services().evidence
        return verbs.add_file(session, task_id, store=store, data=file.stream, **named, **given, by=by, now=now)

    return act(known.task(task_id, verb), EVIDENCE, status=201, at=lambda one: f"/api/v1/evidence/{one.id}")


@theme.operation("GET", "/evidence/<uuid:evidence_id>", scope="read", gives=EVIDENCE)
def one(evidence_id: UUID) -> Response:
    """What is known of a piece of evidence."""
    return look(lambda session, person: found.one(session, person, evidence_id), EVIDENCE)


@theme.operation(
    "GET",
    "/evidence/<uuid:evidence_id>/content",
    scope="read",
    gives=BYTES,
    content_type="application/octet-stream",
)
def content(evidence_id: UUID) -> Response:
    """The bytes, exactly as handed in; always to be kept, never to be run. A link answers 404."""
    with services().database.reading() as session:
        known = found.one(session, caller().person, evidence_id)
    data = services().evidence.read(known.sha256)
    answer = Response(data, mimetype="application/octet-stream")
    attached(answer, known.name)
    answer.set_etag(known.sha256)
    answer.make_conditional(request)
    return answer
