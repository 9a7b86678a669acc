"""What a deployment would make: which files have changed, numbers of new versions, who may stand for their roles."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import bindings
from engine.models import roles
from engine.models.contents import Contents, Thing, together
from engine.models.deployed import TABLES
from engine.store.definitions import DefinitionRow, Deployment, Resource


@dataclass(frozen=True, kw_only=True)
class Before:
    """A file as it was handed in the last time under the same name and source."""

    sha256: bytes
    deployment_id: UUID
    deployed_at: datetime
    status: str


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A version to be written."""

    thing: Thing
    version: int
    bindings: Mapping[str, tuple[str, bool]]


def files_before(session: Session, name: str, source: str) -> dict[str, Before]:
    """The newest of each file that was handed in under this name and source."""
    query = (
        select(Resource.name, Resource.sha256, Resource.deployment_id, Deployment.deployed_at, Deployment.status)
        .join(Deployment, Deployment.id == Resource.deployment_id)
        .where(Deployment.name == name, Deployment.source == source)
        .order_by(Deployment.deployed_at, Deployment.id)
    )
    return {
        row.name: Before(
            sha256=row.sha256, deployment_id=row.deployment_id, deployed_at=row.deployed_at, status=row.status
        )
        for row in session.execute(query)
    }


def plan(session: Session, contents: Contents, before: Mapping[str, Before]) -> list[Planned]:
    """New versions for what is in files that have changed, or that were never released as they are."""
    same = _unchanged(contents, before)
    newest = {
        (kind, key): version
        for kind, table in TABLES.items()
        for key, version in session.execute(select(table.key, func.max(table.version)).group_by(table.key))
    }
    groups = bindings.group_names(session)
    return [
        Planned(
            thing=thing,
            version=newest.get((thing.kind, thing.key), 0) + 1,
            bindings=roles.proposals(thing.model, _bound_before(session, thing.key), groups) if thing.model else {},
        )
        for thing in contents.things
        if thing.file not in same
    ]


def _unchanged(contents: Contents, before: Mapping[str, Before]) -> set[str]:
    """The files that need no new version. What is bound to its deployment goes with the process that wants it so."""
    same = {
        file
        for file, digest in contents.digests.items()
        if file in before and before[file].sha256 == digest and before[file].status == "released"
    }
    grown = True
    while grown:
        torn = {file for files in together(contents) if not files <= same for file in files}
        grown, same = bool(same & torn), same - torn
    return same


def _bound_before(session: Session, key: str) -> dict[str, str]:
    """The bindings of the newest version of a process; of those that were never confirmed, none."""
    query = (
        select(DefinitionRow.id)
        .join(Deployment, Deployment.id == DefinitionRow.deployment_id)
        .where(DefinitionRow.key == key, Deployment.status == "released")
        .order_by(DefinitionRow.version.desc())
        .limit(1)
    )
    newest = session.execute(query).scalar_one_or_none()
    return bindings.of(session, newest) if newest else {}
