"""Cases: the list of those that the reader may see, and one with its path, story, tasks and data."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine import instances, records
from engine.errors import Invalid, NotFound, Rejected
from engine.identity.person import Person
from web import assets, known, model_words
from web.drawings.frame import Framed, framed, plan_of
from web.drawings.twin import picture as drawing_of
from web.filled import How, filled, said
from web.language import _
from web.pages import acting, case_words, deliveries
from web.pages.layout import Reader, look, page, show
from web.paper import paper
from web.reads import case_page, entries, story
from web.reads import cases as found
from web.reads.definitions import as_text, file_of
from web.reads.story import names

pages = Blueprint("cases", __name__)
acting.register(pages)
A_PAGE = 50
STATUS = ("running", "suspended", "completed", "failed", "cancelled")


@page(pages, "/cases")
def all_cases() -> Response:
    """The cases that the reader may see, newest first, narrowed by words, process and state."""
    wanted = {name: request.args.get(name, "").strip() or None for name in ("text", "process", "status")}
    wanted["status"] = wanted["status"] if wanted["status"] in STATUS else None

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        others = dict.fromkeys(("subject", "started_after", "started_before", "person"))
        asked = {**wanted, **others, "sort": "-started", "limit": A_PAGE, "cursor": request.args.get("cursor")}
        listed = found.cases(session, reader.person, asked)
        return {"cases": listed, "names": names(session, {one.owner for one in listed.items})}

    return show("cases.html", **look(read), wanted=wanted, states=case_words.states())


@page(pages, "/cases/<uuid:instance_id>")
def one(instance_id: UUID) -> Response:
    """A case: where it stands, the path it took, what proves it, and everything that happened."""
    return _shown(instance_id)


@page(pages, "/cases/<uuid:instance_id>/comment", scope="work", method="POST")
def comment(instance_id: UUID) -> Response:
    """Say something about it."""
    text = request.form.get("text", "")

    def verb(session: Session, by: Person, now: datetime) -> None:
        records.comment(session, instance_id, text, by=by, now=now)

    try:
        acting.perform(known.case(instance_id, verb))
    except NotFound:
        raise
    except Rejected as error:
        return _shown(instance_id, error, {"text": text})
    return acting.then(f"/cases/{instance_id}#comments", _("Your comment stands with the case."))


def _shown(instance_id: UUID, error: Rejected | None = None, typed: Mapping[str, str] | None = None) -> Response:
    """The page of a case; with what was refused, and everything that was typed."""
    before, only = request.args.get("before", type=int), request.args.get("only", "")
    only = only if only in story.PARTS else ""

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        whole = case_page.whole(session, reader.person, instance_id, before=before, only=only, now=reader.now)
        case = whole.stand.case
        how = How(reader.now, reader.zone, whole.names)
        return {
            "whole": whole,
            "stand": whole.stand,
            "case": case,
            "drawing": drawing(session, case, now=reader.now),
            "data": filled(None, whole.variables, how),
            "about": entries.called(session, reader.person, case.subject or ""),
            "in_words": lambda value: said(value, how),
        }

    facts: dict[str, Any] = look(read)
    given = {
        "first": not before,
        "only": only,
        "error": acting.told(error) if error else "",
        "typed": dict(typed or {}),
    }
    return show("case.html", error.status if error else 200, **facts, **given, **_words())


def drawing(session: Session, case: Any, *, now: datetime) -> Framed | None:
    """Where a case stands and which way it came, on the version that it runs; None where nothing is drawn."""
    plan = plan_of(case.definition_id, file_of(session, case.definition_id).data)
    address, state = f"/cases/{case.id}", case_page.state_of(session, case.id, now=now)
    return framed(plan, state, src=f"{address}/diagram", state_at=f"{address}/marks.json", name=case.title)


def _words() -> dict[str, Any]:
    return {
        "states": case_words.states(),
        "ties": case_words.ties(),
        "story_parts": case_words.story_parts(),
        "policies": case_words.policies(),
        "cell_in_words": model_words.cell,
        "kinds": deliveries.kinds(),
        **case_words.ladder_words(),
    }


@page(pages, "/cases/<uuid:instance_id>/diagram")
def diagram(instance_id: UUID) -> Response:
    """The diagram of the version that the case runs, in UTF-8."""

    def read(session: Session, reader: Reader) -> Any:
        return file_of(session, found.one_case(session, reader.person, instance_id).definition_id)

    return assets.drawing(as_text(look(read).data).encode())


@page(pages, "/cases/<uuid:instance_id>/marks.json")
def marks(instance_id: UUID) -> Response:
    """Where the case stands, for the script that shows the diagram."""

    def read(session: Session, reader: Reader) -> bytes:
        found.one_case(session, reader.person, instance_id)
        return orjson.dumps(case_page.state_of(session, instance_id, now=reader.now).written())

    return Response(look(read), mimetype="application/json")


@page(pages, "/cases/<uuid:instance_id>/picture.svg")
def picture(instance_id: UUID) -> Response:
    """The path that was taken, on the very version of the diagram, as a picture."""

    def read(session: Session, reader: Reader) -> bytes:
        case = found.one_case(session, reader.person, instance_id)
        plan = plan_of(case.definition_id, file_of(session, case.definition_id).data)
        return drawing_of(plan, case_page.state_of(session, instance_id, now=reader.now), name=case.title)

    return Response(look(read), mimetype="image/svg+xml")


@page(pages, "/documents/<uuid:document_id>.pdf")
def document(document_id: UUID) -> Response:
    """A document that a case has frozen, on paper; 404 where its process brings no template for it."""
    return paper(document_id)


@page(pages, "/cases/<uuid:instance_id>/suspend", scope="work", method="POST")
def suspend(instance_id: UUID) -> Response:
    """Let it rest."""
    return _done(instance_id, instances.suspend, _("The case rests until it is resumed."))


@page(pages, "/cases/<uuid:instance_id>/resume", scope="work", method="POST")
def resume(instance_id: UUID) -> Response:
    """Let it go on."""
    return _done(instance_id, instances.resume, _("The case goes on."))


@page(pages, "/cases/<uuid:instance_id>/cancel", scope="work", method="POST")
def cancel(instance_id: UUID) -> Response:
    """End it before its time."""
    return _done(instance_id, instances.cancel, _("The case has ended; its open tasks are withdrawn."))


@page(pages, "/cases/<uuid:instance_id>/correct", scope="work", method="POST")
def correct(instance_id: UUID) -> Response:
    """Correct one value of the data, with a reason; the trail keeps what it was."""
    asked = request.form
    name, reason = asked.get("name", ""), asked.get("reason", "").strip()

    def verb(session: Session, by: Person, now: datetime) -> None:
        known = found.variables(session, by, instance_id)["variables"]
        if name not in known:
            raise Invalid(_("The case has no value of this name."), {"name": name})
        value = _typed(asked.get("value", ""), known[name])
        instances.correct(session, instance_id, changes={name: value}, reason=reason, by=by, now=now)

    said = _("The value is corrected; the trail keeps what it was, and why it changed.")
    return acting.done(verb, f"/cases/{instance_id}", said)


def _typed(said: str, before: Any) -> Any:
    """What somebody typed, as the kind of value that it takes the place of."""
    if isinstance(before, str):
        return said
    try:
        return orjson.loads(said)
    except orjson.JSONDecodeError as error:
        told = _("Write it as it stands there: a number, true or false, or with the same brackets.")
        raise Invalid(told, {"value": [told]}) from error


def _done(instance_id: UUID, verb: Callable[..., None], told: str) -> Response:
    reason = request.form.get("reason", "").strip()

    def on_case(session: Session, by: Person, now: datetime) -> None:
        verb(session, instance_id, reason=reason, by=by, now=now)

    return acting.done(known.case(instance_id, on_case), f"/cases/{instance_id}", told)
