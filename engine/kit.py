"""What an administrator changes a process with: its diagram, the tables and forms that it asks, its templates."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.models import versions
from engine.models.contents import TEMPLATES
from engine.models.definitions import parsed
from engine.store.definitions import DecisionRow, DefinitionRow, FormRow, Resource

TABLES: dict[str, Any] = {"process": DefinitionRow, "decision": DecisionRow, "form": FormRow}


def kit(session: Session, process: str) -> dict[str, bytes]:
    """
    The author's files of the released version of a process, by name: diagram, decision tables, forms, templates.

    The tables and forms are the versions that a case would use that begins now.
    Processes that it calls have kits of their own.

    Raises:
        NotFound: no version of it is released.
    """
    definition_id = versions.latest(session, "process", process)
    if definition_id is None:
        raise NotFound("process", process)
    definition = parsed(session, definition_id)
    asked = [one for one in definition.references if one.kind in ("decision", "form")]
    meant = versions.resolve(session, asked, definition.deployment_id)
    found = dict([_file(session, "process", definition_id)])
    for reference, version_id in meant.items():
        name, data = _file(session, reference.kind, version_id)
        found.setdefault(name, data)
    beside = select(Resource.name, Resource.data).where(Resource.deployment_id == definition.deployment_id)
    return found | {_plain(name): data for name, data in session.execute(beside) if name.endswith(TEMPLATES)}


def _plain(name: str) -> str:
    return name.rpartition("/")[2]


def _file(session: Session, kind: str, version_id: UUID) -> tuple[str, bytes]:
    table = TABLES[kind]
    query = select(Resource.name, Resource.data).join(table, table.resource_id == Resource.id)
    name, data = session.execute(query.where(table.id == version_id)).one()
    return _plain(name), data
