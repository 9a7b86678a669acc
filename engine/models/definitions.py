"""Definitions as the core executes them: parsed once per version, shared by all cases and threads of a process."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.cache import Cache
from engine.core.definition import Definition, define
from engine.core.model import read_models
from engine.core.model.references import Reference, references
from engine.core.vocabulary import Model
from engine.errors import Broken, NotFound
from engine.store.definitions import DefinitionRow, Deployment, Resource

KEPT = 64
BY_ID = (
    select(
        DefinitionRow.id,
        DefinitionRow.key,
        DefinitionRow.version,
        DefinitionRow.name,
        DefinitionRow.deployment_id,
        DefinitionRow.translated,
        Resource.name.label("file"),
        Resource.data,
    )
    .join(Resource, Resource.id == DefinitionRow.resource_id)
    .where(DefinitionRow.id == bindparam("definition_id"))
)
OWNER = (
    select(Deployment.owner)
    .join(DefinitionRow, DefinitionRow.deployment_id == Deployment.id)
    .where(DefinitionRow.id == bindparam("definition_id"))
)


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """One version of one process: what the author said (`model`) and what the core runs (`definition`)."""

    id: UUID
    key: str
    version: int
    name: str
    deployment_id: UUID
    definition: Definition
    model: Model
    references: tuple[Reference, ...]


_parsed: Cache[UUID, Parsed] = Cache(KEPT)


def parsed(session: Session, definition_id: UUID) -> Parsed:
    """
    The definition with this id; read and parsed at most once while it stays in memory.

    Raises:
        NotFound: there is no such definition.
        Broken: its file no longer holds the process that it was deployed with.
    """
    return _parsed.get(definition_id, lambda: _read(session, definition_id))


def owner_of(session: Session, definition_id: UUID) -> str | None:
    """The person who owns a definition since its release."""
    return session.execute(OWNER, {"definition_id": definition_id}).scalar_one_or_none()


def _read(session: Session, definition_id: UUID) -> Parsed:
    found = session.execute(BY_ID, {"definition_id": definition_id}).one_or_none()
    if found is None:
        raise NotFound("definition", str(definition_id))
    model = next((model for model in read_models(found.data, found.file) if model.key == found.key), None)
    if model is None:
        raise Broken(f"The file {found.file} of definition {definition_id} holds no process {found.key}.")
    return Parsed(
        id=found.id,
        key=found.key,
        version=found.version,
        name=found.name,
        deployment_id=found.deployment_id,
        definition=define(model, found.translated),
        model=model,
        references=references(found.data, found.file, model),
    )
