"""A deployment as people look at it: its files, the versions it made, who stands for what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import bindings
from engine.core.vocabulary import Model
from engine.errors import NotFound
from engine.models import roles
from engine.models.definitions import parsed
from engine.store.base import table_of
from engine.store.definitions import DecisionRow, DefinitionRow, Deployment, FormRow, Resource

TABLES: dict[str, Any] = {"process": DefinitionRow, "decision": DecisionRow, "form": FormRow}


@dataclass(frozen=True, kw_only=True)
class Version:
    """
    One version of a process, decision or form.

    Args:
        id: None where nothing was written (a dry run).
        bindings: who stands for the roles of a process, role to who.
        open_roles: roles that nobody stands for yet, with the names of their
            tasks; they must be bound before release.
    """

    kind: str
    id: UUID | None
    key: str
    version: int
    name: str
    file: str
    version_tag: str | None = None
    bindings: Mapping[str, str] = field(default_factory=dict)
    open_roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """
    A deployment as it is now.

    Args:
        id: None for a dry run.
        is_new: False where nothing had changed and this is the deployment that was there.
        versions: those that it made; files that had not changed made none.
        warnings: what was not worth refusing, one object a `Problem`.
    """

    id: UUID | None
    name: str
    source: str
    status: str
    deployed_at: datetime
    deployed_by: str
    is_new: bool = True
    released_at: datetime | None = None
    released_by: str | None = None
    at_once: bool = False
    owner: str | None = None
    files: tuple[str, ...] = ()
    versions: tuple[Version, ...] = ()
    warnings: tuple[dict[str, Any], ...] = ()


def overview(session: Session, deployment_id: UUID, *, is_new: bool = True) -> Deployed:
    """
    A deployment as it is now.

    Raises:
        NotFound: there is no such deployment.
    """
    query = select(table_of(Deployment)).where(Deployment.id == deployment_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("deployment", str(deployment_id))
    files = session.execute(
        select(Resource.name).where(Resource.deployment_id == deployment_id).order_by(Resource.id)
    ).scalars()
    return Deployed(
        id=row.id,
        name=row.name,
        source=row.source,
        status=row.status,
        deployed_at=row.deployed_at,
        deployed_by=row.deployed_by,
        is_new=is_new,
        released_at=row.released_at,
        released_by=row.released_by,
        at_once=row.at_once,
        owner=row.owner,
        files=tuple(files),
        versions=tuple(one for kind in TABLES for one in versions_of(session, deployment_id, kind)),
        warnings=tuple(row.warnings),
    )


def versions_of(session: Session, deployment_id: UUID, kind: str) -> list[Version]:
    """The versions of one kind that a deployment made, in the order of its files."""
    table = TABLES[kind]
    name = table.key if kind == "form" else table.name
    query = (
        select(table.id, table.key, table.version, name.label("name"), table.version_tag, Resource.name.label("file"))
        .join(Resource, Resource.id == table.resource_id)
        .where(table.deployment_id == deployment_id)
        .order_by(table.id)
    )
    return [_version(session, kind, row) for row in session.execute(query)]


def _version(session: Session, kind: str, row: Any) -> Version:
    held: Mapping[str, str] = {}
    waiting: Mapping[str, tuple[str, ...]] = {}
    if kind == "process":
        held = bindings.of(session, row.id)
        waiting = waiting_roles(parsed(session, row.id).model, held)
    return Version(
        kind=kind,
        id=row.id,
        key=row.key,
        version=row.version,
        name=row.name,
        file=row.file,
        version_tag=row.version_tag,
        bindings=held,
        open_roles=waiting,
    )


def waiting_roles(model: Model, held: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The roles that nobody stands for, with the names of their tasks."""
    found = roles.open_roles(model, held)
    return {role: tuple(node.name or node.id for node in nodes) for role, nodes in found.items()}
