"""Definitions: versions of processes, and who stands for their roles."""

from base64 import b64encode
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from engine import bindings as verbs
from engine.identity.person import Person
from engine.kit import kit
from web.acts import act, look
from web.attached import attached
from web.operations import Theme
from web.reads import definitions as found
from web.schemas.base import list_of, page_of
from web.schemas.definitions import Bind, BindingOut, DefinitionOut, DefinitionQuery, KitOut
from web.services import services

theme = Theme("definitions", __name__, description="Versions of processes, as they were deployed.")
DEFINITION = DefinitionOut()
PAGE, BINDINGS, KIT = page_of(DefinitionOut), list_of(BindingOut), KitOut()
TEMPLATES = ".camunda/element-templates"
"""Where Camunda Modeler looks for element templates, beside or above a diagram."""
BYTES = {"type": "string", "format": "binary"}


@theme.operation("GET", "/definitions", scope="read", query=DefinitionQuery, gives=PAGE)
def all_definitions(query: dict[str, Any]) -> Response:
    """Definitions by key, newest version first."""
    return look(lambda session, _: found.definitions(session, query), PAGE)


@theme.operation("GET", "/definitions/<uuid:definition_id>", scope="read", gives=DEFINITION)
def one(definition_id: UUID) -> Response:
    """One version of one process."""
    return look(lambda session, _: found.one_definition(session, definition_id), DEFINITION)


@theme.operation(
    "GET", "/definitions/<uuid:definition_id>/diagram", scope="read", gives=BYTES, content_type="application/xml"
)
def diagram(definition_id: UUID) -> Response:
    """The author's BPMN, to show."""
    with services().database.reading() as session:
        return Response(found.file_of(session, definition_id).data, mimetype="application/xml")


@theme.operation(
    "GET",
    "/definitions/<uuid:definition_id>/resource",
    scope="read",
    gives=BYTES,
    content_type="application/octet-stream",
)
def resource(definition_id: UUID) -> Response:
    """The author's file, byte for byte, to keep."""
    with services().database.reading() as session:
        file = found.file_of(session, definition_id)
    answer = Response(file.data, mimetype="application/octet-stream")
    return attached(answer, file.name.rpartition("/")[2])


@theme.operation("GET", "/definitions/<uuid:definition_id>/bindings", scope="read", gives=BINDINGS)
def bindings(definition_id: UUID) -> Response:
    """Who stands for the roles of this model."""
    return look(lambda session, _: found.bindings(session, definition_id), BINDINGS)


@theme.operation("PUT", "/definitions/<uuid:definition_id>/bindings", scope="deploy", body=Bind, gives=BINDINGS)
def bind(body: dict[str, Any], definition_id: UUID) -> Response:
    """Say who stands for roles from now on. Open tasks stay with whom they have."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        found.one_definition(session, definition_id)
        for role, who in sorted(body["bindings"].items()):
            verbs.bind(session, definition_id, role, who, by=by, now=now)
        return found.bindings(session, definition_id)

    return act(verb, BINDINGS)


@theme.operation("GET", "/kits/<key>", scope="read", gives=KIT)
def one_kit(key: str) -> Response:
    """What the released version of a process is changed with: its diagram, tables and forms, and element templates."""

    def read(session: Session, _person: Person) -> dict[str, Any]:
        templates = {f"{TEMPLATES}/{name}": data for name, data in services().templates.items()}
        files = {**kit(session, key), **templates}
        return {"files": [{"name": name, "data": b64encode(data).decode()} for name, data in files.items()]}

    return look(read, KIT)
