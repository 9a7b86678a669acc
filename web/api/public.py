"""The door for people without an account, and what those inside do about it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from flask import Response, request
from sqlalchemy.orm import Session

from engine.errors import Forbidden, Invalid, NotFound
from engine.identity.person import Person
from engine.public import answering, book, coming
from web import known
from web.acts import act, answer, look
from web.attached import attached
from web.auth import PUBLIC, caller
from web.operations import Theme
from web.reads.cases import one_case
from web.schemas.base import list_of
from web.schemas.public import (
    AskedOut,
    Code,
    CodeOut,
    DoorOut,
    LetterOut,
    LettersOut,
    Reply,
    Report,
    SetWay,
    WayOut,
    Write,
)
from web.services import services
from web.strangers import let

door = Theme("public", __name__, description="What anybody may tell, without an account and without an address kept.")
theme = Theme("public_ways", __name__, description="What people without an account may tell, and what it leads to.")
DOORS, ASKED, CODE, LETTERS = list_of(DoorOut), AskedOut(), CodeOut(), list_of(LetterOut)
WAYS, WAY, OF_CASE = list_of(WayOut), WayOut(), LettersOut()
BYTES = {"type": "string", "format": "binary"}


@door.operation("GET", "/public", scope=PUBLIC, gives=DOORS)
def ways() -> Response:
    """What may be told here."""
    with services().database.reading() as session:
        return answer({"items": book.open_ways(session)}, DOORS)


@door.operation("GET", "/public/<way_key>", scope=PUBLIC, gives=ASKED, refused=(409,))
def asked(way_key: str) -> Response:
    """What this way in asks for."""
    with services().database.reading() as session:
        return answer(coming.asked(session, way_key), ASKED)


@door.operation("POST", "/public/<way_key>", scope=PUBLIC, form=Report, gives=CODE, status=201, refused=(409, 429))
def report(form: dict[str, Any], way_key: str) -> Response:
    """Tell it. The code is shown this once; nobody can give it again."""
    try:
        answers = orjson.loads(form["answers"])
    except orjson.JSONDecodeError as error:
        raise Invalid("The answers are not well-formed JSON.", {"answers": [str(error)]}) from error
    if not isinstance(answers, dict):
        raise Invalid("The answers are no object.", {"answers": ["An object: field to answer."]})
    files = [
        coming.Sent(name=one.filename or "file", media_type=one.mimetype, data=one.read()) for one in form["files"]
    ]
    store = services().evidence
    code = let(lambda session, by, now: coming.report(session, way_key, answers, files, store=store, by=by, now=now))
    return answer({"code": code}, CODE, status=201)


@door.operation("POST", "/public/letters/read", scope=PUBLIC, body=Code, gives=LETTERS, refused=(429,))
def read(body: dict[str, Any]) -> Response:
    """What was answered under a code. A code that nobody has is answered like one without answers."""
    with services().database.reading() as session:
        return answer({"items": coming.read(session, body["code"])}, LETTERS)


@door.operation("POST", "/public/letters/write", scope=PUBLIC, body=Write, refused=(429,))
def write(body: dict[str, Any]) -> Response:
    """Say something more under a code. A code that nobody has is answered in the same way."""
    let(lambda session, by, now: coming.write(session, body["code"], body["text"], by=by, now=now))
    return Response(status=204)


@theme.operation("GET", "/public-ways", scope="admin", gives=WAYS)
def all_ways() -> Response:
    """The public ways in, in the versions in force."""
    return look(lambda session, person: {"items": _managed(person, book.in_force(session))}, WAYS)


@theme.operation("GET", "/public-ways/<way_key>/history", scope="admin", gives=WAYS)
def history(way_key: str) -> Response:
    """All versions of a public way in, the newest first."""
    return look(lambda session, person: {"items": _managed(person, book.history(session, way_key)[::-1])}, WAYS)


@theme.operation("PUT", "/public-ways/<way_key>", scope="admin", body=SetWay, gives=WAY)
def change(body: dict[str, Any], way_key: str) -> Response:
    """Make a public way in, or a new version of it. The same again is no new version."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        book.change(session, way_key, body, by=by, now=now)
        return book.said(book.history(session, way_key)[-1])

    return act(verb, WAY)


@theme.operation("GET", "/instances/<uuid:instance_id>/letters", scope="read", gives=OF_CASE)
def letters(instance_id: UUID) -> Response:
    """What was answered to whoever reported without an account, and the files that came with the report."""
    return look(lambda session, person: _letters(session, person, instance_id), OF_CASE)


@theme.operation(
    "POST", "/instances/<uuid:instance_id>/letters", scope="work", body=Reply, gives=OF_CASE, status=201, refused=(409,)
)
def reply(body: dict[str, Any], instance_id: UUID) -> Response:
    """Answer whoever reported without an account; he reads it with his code."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        answering.reply(session, instance_id, text=body["text"], by=by, now=now)
        return answering.letters(session, instance_id, by=by)

    return act(known.case(instance_id, verb), OF_CASE, status=201)


@theme.operation(
    "GET",
    "/instances/<uuid:instance_id>/letters/files/<uuid:file_id>",
    scope="read",
    gives=BYTES,
    content_type="application/octet-stream",
)
def content(instance_id: UUID, file_id: UUID) -> Response:
    """The bytes of a file that came with a report; always to be kept, never to be run."""
    with services().database.reading() as session:
        files = _letters(session, caller().person, instance_id)["files"]
    found = next((one for one in files if one["id"] == file_id), None)
    if found is None:
        raise NotFound("file", str(file_id))
    given = Response(services().evidence.read(found["sha256"]), mimetype="application/octet-stream")
    attached(given, found["name"])
    given.set_etag(found["sha256"])
    given.make_conditional(request)
    return given


def _letters(session: Session, person: Person, instance_id: UUID) -> dict[str, Any]:
    one_case(session, person, instance_id)
    return answering.letters(session, instance_id, by=person)


def _managed(person: Person, rows: list[Any]) -> list[dict[str, Any]]:
    if not person.platform_admin:
        raise Forbidden(f"{person.name} may not look into public ways in.", "Ask an administrator of the platform.")
    return [book.said(row) for row in rows]
