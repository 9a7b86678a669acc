"""Versions of processes: listed, looked at, and their files given back."""

from uuid import UUID

from flask import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from engine.errors import NotFound
from engine.store.definitions import DefinitionRow
from web.engine_rest import shapes
from web.engine_rest.answers import answer
from web.engine_rest.blueprint import view
from web.engine_rest.listing import flag, listed
from web.reads.definitions import as_text, file_of
from web.services import services

FILTERS = {
    "key": DefinitionRow.key,
    "name": DefinitionRow.name,
    "version": DefinitionRow.version,
    "versionTag": DefinitionRow.version_tag,
    "deploymentId": DefinitionRow.deployment_id,
}
LIKE = {"keyLike": DefinitionRow.key, "nameLike": DefinitionRow.name}
ORDER = {"key": DefinitionRow.key, "name": DefinitionRow.name, "version": DefinitionRow.version}


@view("GET", "/process-definition")
def all_definitions() -> Response:
    """Versions by key, name, version, tag or deployment; with `latestVersion`, the newest of each."""
    query = shapes.PROCESSES
    if flag("latestVersion"):
        query = query.where(DefinitionRow.version == _newest())
    rows = listed(query, FILTERS, ORDER, like=LIKE, usual=DefinitionRow.id)
    with services().database.reading() as session:
        return answer([shapes.process(session, row) for row in rows])


@view("GET", "/process-definition/count")
def count() -> Response:
    """How many versions of processes there are."""
    with services().database.reading() as session:
        return answer({"count": session.scalar(select(func.count()).select_from(DefinitionRow))})


@view("GET", "/process-definition/<definition>")
def one(definition: str) -> Response:
    """One version."""
    with services().database.reading() as session:
        return answer(_one(session, shapes.uuid_of(definition)))


@view("GET", "/process-definition/key/<key>")
def newest(key: str) -> Response:
    """The newest version of a process."""
    with services().database.reading() as session:
        return answer(_one(session, newest_of(session, key)))


@view("GET", "/process-definition/<definition>/xml")
def xml(definition: str) -> Response:
    """The author's file of a version, byte for byte."""
    with services().database.reading() as session:
        return _xml(session, shapes.uuid_of(definition))


@view("GET", "/process-definition/key/<key>/xml")
def newest_xml(key: str) -> Response:
    """The author's file of the newest version of a process."""
    with services().database.reading() as session:
        return _xml(session, newest_of(session, key))


def newest_of(session: Session, key: str) -> UUID:
    """
    The newest version of a process, released or not.

    Raises:
        NotFound: nothing of that key was deployed.
    """
    query = select(DefinitionRow.id).where(DefinitionRow.key == key, DefinitionRow.version == _newest())
    found = session.execute(query).scalar()
    if found is None:
        raise NotFound("process", key)
    return found


def _one(session: Session, definition_id: UUID) -> dict[str, object]:
    row = session.execute(shapes.PROCESSES.where(DefinitionRow.id == definition_id)).one_or_none()
    if row is None:
        raise NotFound("definition", str(definition_id))
    return shapes.process(session, row)


def _xml(session: Session, definition_id: UUID) -> Response:
    found, file = _one(session, definition_id), file_of(session, definition_id)
    return answer({"id": found["id"], "bpmn20Xml": as_text(file.data)})


def _newest() -> object:
    other = aliased(DefinitionRow)
    return select(func.max(other.version)).where(other.key == DefinitionRow.key).scalar_subquery()
