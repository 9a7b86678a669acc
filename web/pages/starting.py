"""Starting a case: which processes I may start, and with what a case begins."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from flask import Blueprint, Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import filling, guards, instances
from engine.core.vocabulary import Start
from engine.errors import Forbidden, Invalid, NotFound
from engine.identity.person import Person
from engine.models import versions
from engine.models.definitions import Parsed, parsed
from engine.public import book
from engine.store.running import LIVE_TASK, Task
from web.language import _
from web.pages import acting
from web.pages.layout import Reader, look, page, show
from web.reads.definitions import form_file

pages = Blueprint("starting", __name__)
acting.register(pages)


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way into a process that a person may take: its start event, what is known of it, whether it asks anything."""

    process: str
    name: str
    element: str
    said: str
    about: str
    asks: bool


@page(pages, "/start")
def choose() -> Response:
    """The processes that the reader may start."""

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        found = [parsed(session, one) for one in versions.latest_of_all(session)]
        ways = [way for one in found for way in _ways(session, one, reader.person)]
        return {
            "ways": sorted(ways, key=lambda way: (way.name.casefold(), way.said)),
            "unnamed": book.open_ways(session),
        }

    return show("start.html", **look(read))


@page(pages, "/processes/<key>/start")
def start(key: str) -> Response:
    """What a case begins with."""
    return _asked(key)


@page(pages, "/processes/<key>/start/form.json")
def form(key: str) -> Response:
    """The start form, and whom it lets one choose from."""

    def read(session: Session, reader: Reader) -> bytes:
        definition, start = _way(session, reader.person, key)
        form_id = filling.start_form(session, definition, start.element)
        if form_id is None:
            raise NotFound("form", key)
        shape = filling.form(session, form_id)
        data = shape.prefilled({}) | filling.choices(session, shape, {}, now=reader.now)
        return orjson.dumps({"schema": orjson.loads(form_file(session, form_id)), "data": data})

    return Response(look(read), mimetype="application/json")


@page(pages, "/processes/<key>/start", scope="work", method="POST")
def begin(key: str) -> Response:
    """Start a case, and look at it."""
    values, title = request.form.get("values", ""), request.form.get("title", "").strip() or None

    def verb(session: Session, by: Person, now: datetime) -> str:
        _definition, start = _way(session, by, key)
        filled: Any = orjson.loads(values) if values else {}
        if not isinstance(filled, dict):
            raise Invalid(_("The form could not be read. Fill it in again."))
        case = instances.start(session, key, variables=filled, start=start.element, title=title, by=by, now=now)
        return _next(session, by, case)

    try:
        where = acting.perform(verb)
    except orjson.JSONDecodeError:
        return _asked(key, Invalid(_("The form could not be read. Fill it in again.")))
    except Invalid as error:
        return _asked(key, error, values)
    return acting.then(where, _("The case has begun."))


def _next(session: Session, by: Person, case: UUID) -> str:
    """Where whoever started a case goes on: his own first task in it, else the case."""
    mine = select(Task.id).where(Task.instance_id == case, Task.holder == by.id, LIVE_TASK).order_by(Task.id)
    task = session.execute(mine.limit(1)).scalar()
    return f"/tasks/{task}" if task else f"/cases/{case}"


def _asked(key: str, error: Invalid | None = None, typed: str = "") -> Response:
    """The page on which a case begins, with what was typed, and what is wrong with it."""

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        definition, start = _way(session, reader.person, key)
        form_id = filling.start_form(session, definition, start.element)
        shape = filling.form(session, form_id) if form_id else None
        labels = {field.path: field.label for field in shape.fields} if shape else {}
        return {
            "definition": definition,
            "start": start,
            "has_form": shape is not None,
            "about": definition.model.nodes[start.element].documentation,
            "wrong": [(labels.get(path, path), said) for path, said in _problems(error)],
        }

    return show("start_form.html", 422 if error else 200, **look(read), error=error, typed=typed)


def _problems(error: Invalid | None) -> list[tuple[str, str]]:
    found = error.problems.items() if error else ()
    return [(path, " ".join(said) if isinstance(said, list) else str(said)) for path, said in found]


def _way(session: Session, person: Person, key: str) -> tuple[Parsed, Start]:
    """
    The version in force and the start event that the address names with `at`; the first one where it names none.

    Raises:
        NotFound: no version is in force, or nobody starts it by hand there.
        Forbidden: it names who may start it, and `person` is not among them.
    """
    definition_id = versions.latest(session, "process", key)
    if definition_id is None:
        raise NotFound("process", key)
    definition = parsed(session, definition_id)
    guards.must_start(person, definition)
    wanted = request.args.get("at")
    ways = [one for one in definition.model.starts if one.kind == "none" and wanted in (None, one.element)]
    if not ways:
        raise NotFound("start", wanted or key)
    return definition, ways[0]


def _ways(session: Session, definition: Parsed, person: Person) -> list[Way]:
    if person.auditor:
        return []
    try:
        guards.must_start(person, definition)
    except Forbidden:
        return []
    by_hand = [one for one in definition.model.starts if one.kind == "none"]
    return [_way_in(session, definition, one, alone=len(by_hand) == 1) for one in by_hand]


def _way_in(session: Session, definition: Parsed, start: Start, *, alone: bool) -> Way:
    node = definition.model.nodes[start.element]
    return Way(
        process=definition.key,
        name=definition.name,
        element=start.element,
        said="" if alone else node.name or start.element,
        about=node.documentation,
        asks=filling.start_form(session, definition, start.element) is not None,
    )
