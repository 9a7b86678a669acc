"""Processes as pages show them: their versions, what runs on each, and where its work waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, aliased

from engine import access
from engine.errors import NotFound
from engine.identity.person import Person
from engine.store.definitions import DefinitionRow, Deployment, Resource
from engine.store.people import PersonRow
from engine.store.running import LIVE_TASK, Instance, Task

_uploader, _releaser, _owner = aliased(PersonRow), aliased(PersonRow), aliased(PersonRow)
VERSIONS = (
    select(
        DefinitionRow.id,
        DefinitionRow.key,
        DefinitionRow.version,
        DefinitionRow.name,
        DefinitionRow.version_tag,
        DefinitionRow.deployment_id,
        Deployment.source,
        Deployment.status,
        Deployment.deployed_at,
        Deployment.released_at,
        Deployment.at_once,
        Deployment.deployed_by,
        _uploader.name.label("uploaded_by"),
        _releaser.name.label("released_by"),
        Deployment.owner.label("owner_id"),
        _owner.name.label("owner"),
    )
    .join(Deployment, Deployment.id == DefinitionRow.deployment_id)
    .join(_uploader, _uploader.id == Deployment.deployed_by)
    .outerjoin(_releaser, _releaser.id == Deployment.released_by)
    .outerjoin(_owner, _owner.id == Deployment.owner)
    .order_by(DefinitionRow.key, DefinitionRow.version.desc())
)


def keys(session: Session) -> list[str]:
    """The keys of all processes, to choose from in a form."""
    return list(session.scalars(select(DefinitionRow.key).distinct().order_by(DefinitionRow.key)))


@dataclass(frozen=True, kw_only=True)
class Version:
    """
    One version of a process.

    Args:
        row: what `VERSIONS` finds of it.
        running: cases of it that go on and that the reader may see.
        late: of these, the ones with a task that is late.
        in_force: whether new cases start on it.
    """

    row: Any
    running: int
    late: int
    in_force: bool

    @property
    def waits(self) -> bool:
        """Whether it waits for its release."""
        return bool(self.row.status == "waiting")


@dataclass(frozen=True, kw_only=True)
class Process:
    """All versions of a process, newest first."""

    versions: Sequence[Version]

    @property
    def key(self) -> str:
        """Its key."""
        return str(self.versions[0].row.key)

    @property
    def in_force(self) -> Version | None:
        """The version on which new cases start."""
        return next((one for one in self.versions if one.in_force), None)

    @property
    def shown(self) -> Version:
        """The version by which it is named: that in force, else the newest."""
        return self.in_force or self.versions[0]

    @property
    def waiting(self) -> Sequence[Version]:
        """The versions that wait for their release and are newer than that in force."""
        since = self.in_force.row.version if self.in_force else 0
        return [one for one in self.versions if one.waits and one.row.version > since]

    @property
    def running(self) -> int:
        """Cases that go on, of all versions."""
        return sum(one.running for one in self.versions)

    @property
    def late(self) -> int:
        """Of these, those with a late task."""
        return sum(one.late for one in self.versions)

    def version(self, number: int) -> Version:
        """
        One of its versions.

        Raises:
            NotFound: it has none of this number.
        """
        found = next((one for one in self.versions if one.row.version == number), None)
        if found is None:
            raise NotFound("version", str(number))
        return found

    def before(self, version: Version) -> Version | None:
        """The version that one is compared with: the newest released one before it."""
        older = (one for one in self.versions if one.row.version < version.row.version)
        return next((one for one in older if not one.waits), None)


def processes(session: Session, person: Person, now: datetime) -> list[Process]:
    """Every process with its versions, by name; counts are of the cases that `person` may see."""
    running, late = _counts(session, person, now)
    by_key: dict[str, list[Any]] = {}
    for row in session.execute(VERSIONS):
        by_key.setdefault(row.key, []).append(row)
    found = [_process(rows, running, late) for rows in by_key.values()]
    return sorted(found, key=lambda one: one.shown.row.name.casefold())


def process(session: Session, person: Person, key: str, now: datetime) -> Process:
    """
    One process with its versions.

    Raises:
        NotFound: nothing of this key was deployed.
    """
    rows = session.execute(VERSIONS.where(DefinitionRow.key == key)).all()
    if not rows:
        raise NotFound("process", key)
    return _process(rows, *_counts(session, person, now, DefinitionRow.key == key))


def work_of(session: Session, person: Person, definition_id: UUID, now: datetime) -> dict[str, tuple[int, int]]:
    """How many open tasks of a version wait at each element, and how many of them are late."""
    query = (
        select(Task.element, func.count(), func.sum(case((Task.due_at < now, 1), else_=0)))
        .join(Instance, Instance.id == Task.instance_id)
        .where(LIVE_TASK, Instance.definition_id == definition_id, access.visible_instances(person))
        .group_by(Task.element)
    )
    return {element: (open_, int(late or 0)) for element, open_, late in session.execute(query)}


def files_of(session: Session, deployment_id: UUID) -> Sequence[Any]:
    """The files of a deployment in their order: `name` and `sha256`."""
    query = select(Resource.name, Resource.sha256).where(Resource.deployment_id == deployment_id)
    return session.execute(query.order_by(Resource.id)).all()


def _process(rows: Sequence[Any], running: Mapping[UUID, int], late: Mapping[UUID, int]) -> Process:
    in_force = next((row.id for row in rows if row.status == "released"), None)
    return Process(
        versions=[
            Version(row=row, running=running.get(row.id, 0), late=late.get(row.id, 0), in_force=row.id == in_force)
            for row in rows
        ]
    )


def _counts(
    session: Session, person: Person, now: datetime, *narrowed: ColumnElement[bool]
) -> tuple[dict[UUID, int], dict[UUID, int]]:
    """Cases that go on, and those of them with a late task, by definition."""
    query = (
        select(Instance.definition_id, func.count())
        .join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
        .where(Instance.ended_at.is_(None), access.visible_instances(person), *narrowed)
        .group_by(Instance.definition_id)
    )
    late = (
        select(Task.id)
        .where(LIVE_TASK, Task.instance_id == Instance.id, Task.due_at < now)
        .correlate(Instance)
        .exists()
    )
    return dict(session.execute(query).all()), dict(session.execute(query.where(late)).all())
