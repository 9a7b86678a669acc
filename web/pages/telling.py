"""Telling something without an account: plain forms that need no script, a code to keep, and what was answered."""

from typing import Any

from flask import Blueprint, Response, request
from flask_wtf.csrf import CSRFError

from engine import registers, timetable
from engine.errors import Conflict, Invalid, NotFound
from engine.public import book, coming
from web import plain_form, words
from web.auth import PUBLIC
from web.language import _
from web.pages import acting, refusing
from web.pages.layout import page, show
from web.services import services
from web.strangers import let

pages = Blueprint("telling", __name__)
acting.register(pages)


@page(pages, "/tell", scope=PUBLIC)
def ways() -> Response:
    """What may be told here."""
    with services().database.reading() as session:
        return show("tell.html", ways=book.open_ways(session))


@page(pages, "/status", scope=PUBLIC)
def status() -> Response:
    """What is told to everybody: texts that were approved, and nothing else of any register."""
    with services().database.reading() as session:
        zone = timetable.zone_in_use(session)
        found = [(one, words.in_full(one.approved_at, zone)) for one in registers.published(session)]
        return show("status.html", texts=found)


@page(pages, "/tell/<way_key>", scope=PUBLIC)
def asked(way_key: str) -> Response:
    """What one way in asks."""
    return _form(way_key)


@page(pages, "/tell/<way_key>", scope=PUBLIC, method="POST")
def tell(way_key: str) -> Response:
    """Begin what it begins, and show the code; it is shown this once."""
    fields = _asked(way_key)[1]
    given = plain_form.answers(fields, request.form)
    files = [
        coming.Sent(name=one.filename, media_type=one.mimetype, data=one.read())
        for one in request.files.getlist("files")
        if one.filename
    ]
    store = services().evidence
    try:
        code = let(lambda session, by, now: coming.report(session, way_key, given, files, store=store, by=by, now=now))
    except (Invalid, Conflict) as error:
        return _form(way_key, error)
    return show("told.html", code=code)


@page(pages, "/answers", scope=PUBLIC)
def answers() -> Response:
    """Where one reads what was answered, with the code."""
    return show("answers.html", letters=None, code="", wrong="")


@page(pages, "/answers", scope=PUBLIC, method="POST")
def read() -> Response:
    """What was answered under a code, and what one adds. A code that nobody has looks like one without answers."""
    code, text = request.form.get("code", "").strip(), request.form.get("text", "").strip()
    try:
        if text:
            let(lambda session, by, now: coming.write(session, code, text, by=by, now=now))
        with services().database.reading() as session:
            letters = coming.read(session, code)
    except Invalid as error:
        return show("answers.html", 422, letters=None, code=code, text=text, wrong=str(error))
    return show("answers.html", letters=letters, code=code, wrong="", added=bool(text))


@pages.errorhandler(CSRFError)
def not_ours(error: CSRFError) -> Response:
    """The same form once more, with everything that was typed: nobody else has seen it, and nothing is lost."""
    why = _("This page had grown old, or your browser keeps no cookies. Allow ours for this visit, and send it again.")
    if request.endpoint == "telling.tell":
        files = _("Choose your files once more.") if any(one.filename for one in request.files.getlist("files")) else ""
        try:
            return _form((request.view_args or {})["way_key"], Invalid(f"{why} {files}".strip()), 400)
        except NotFound:
            return refusing.of_http(error)
    code, text = request.form.get("code", "").strip(), request.form.get("text", "").strip()
    return show("answers.html", 400, letters=None, code=code, text=text, wrong=why)


def _asked(way_key: str) -> tuple[dict[str, Any], list[plain_form.Asked]]:
    with services().database.reading() as session:
        way = coming.asked(session, way_key)
    people = {
        f"people.{group}": [{"value": one["id"], "label": one["name"]} for one in who]
        for group, who in way["people"].items()
    }
    return way, plain_form.asked(way["form"] or {}, people)


def _form(way_key: str, error: Invalid | Conflict | None = None, status: int = 0) -> Response:
    way, fields = _asked(way_key)
    problems = error.problems if isinstance(error, Invalid) else {}
    wrong = {name: said[0] if isinstance(said, list | tuple) else str(said) for name, said in problems.items()}
    title = _("Nothing was sent yet.") if error else ""
    return show(
        "tell_form.html",
        status or (error.status if error else 200),
        way=way,
        fields=fields,
        typed=request.form,
        wrong=wrong,
        error=title,
        why=str(error) if error and not wrong else "",
    )
