"""Cases: started by the id of a version or the key of a process, and looked at."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import instances as verbs
from engine.identity.person import Person
from engine.models import versions
from engine.store.definitions import DefinitionRow
from engine.store.running import Instance
from web.auth import caller
from web.engine_rest import shapes, values
from web.engine_rest.answers import answer
from web.engine_rest.blueprint import view
from web.engine_rest.body import text, the_body
from web.engine_rest.definitions import newest_of
from web.perform import perform
from web.reads import cases
from web.services import services

Start = Callable[[Session, Person, datetime, dict[str, Any]], UUID]


@view("POST", "/process-definition/<definition>/start", scope="work")
def start(definition: str) -> Response:
    """Start a case of this very version, also of an old one."""
    definition_id = shapes.uuid_of(definition)
    return _started(lambda session, by, now, said: verbs.start_version(session, definition_id, **said, by=by, now=now))


@view("POST", "/process-definition/key/<key>/start", scope="work")
def start_latest(key: str) -> Response:
    """Start a case of the latest released version of a process; where none is, it is said that it waits."""

    def begin(session: Session, by: Person, now: datetime, said: dict[str, Any]) -> UUID:
        definition_id = versions.latest(session, "process", key) or newest_of(session, key)
        return verbs.start_version(session, definition_id, **said, by=by, now=now)

    return _started(begin)


@view("GET", "/process-instance/<uuid:instance_id>")
def one(instance_id: UUID) -> Response:
    """A case that runs or rests."""
    who = caller()
    with services().database.reading() as session:
        cases.one_case(session, who.person, instance_id)
        return answer(_shown(session, instance_id))


def _started(begin: Start) -> Response:
    body = the_body()
    said = {"variables": values.untyped(body.get("variables")), "business_key": text(body, "businessKey")}
    return answer(perform(lambda session, by, now: _shown(session, begin(session, by, now, said))))


def _shown(session: Session, instance_id: UUID) -> dict[str, Any]:
    query = select(Instance, DefinitionRow.key, DefinitionRow.version).join(
        DefinitionRow, DefinitionRow.id == Instance.definition_id
    )
    row, key, number = session.execute(query.where(Instance.id == instance_id)).one()
    return shapes.instance(row, shapes.version_id(key, number, row.definition_id))
