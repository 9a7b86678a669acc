"""
Which version is meant: of a called process, a decision, a form, a ladder.

Without a binding the latest released one, found and recorded when the case
starts; a later release changes no running case. What a model names only by an
expression is found and recorded when it is first needed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, null, select, text
from sqlalchemy.orm import Session

from engine.cache import Cache
from engine.core.model.references import Reference
from engine.store.base import table_of
from engine.store.definitions import DecisionRow, DefinitionRow, Deployment, FormRow
from engine.store.ladders import LadderRow
from engine.store.running import Fixed

TABLES: dict[str, Any] = {"process": DefinitionRow, "decision": DecisionRow, "form": FormRow}
RELEASED: dict[str, Any] = {
    kind: select(entity.id, entity.key, entity.version, entity.version_tag, entity.deployment_id)
    .join(Deployment, Deployment.id == entity.deployment_id)
    .where(text("deployments.status = 'released'"), entity.key.in_(bindparam("keys", expanding=True)))
    .order_by(entity.key, entity.version)
    for kind, entity in TABLES.items()
}
RELEASED["ladder"] = (
    select(
        LadderRow.id,
        LadderRow.key,
        LadderRow.number.label("version"),
        null().label("version_tag"),
        null().label("deployment_id"),
    )
    .where(LadderRow.key.in_(bindparam("keys", expanding=True)))
    .order_by(LadderRow.key, LadderRow.number)
)
ALL_RELEASED = (
    select(DefinitionRow.key, DefinitionRow.id)
    .join(Deployment, Deployment.id == DefinitionRow.deployment_id)
    .where(text("deployments.status = 'released'"), DefinitionRow.suspended_at.is_(None))
    .order_by(DefinitionRow.key, DefinitionRow.version)
)
OF_CASE = select(Fixed.kind, Fixed.reference, Fixed.version_id).where(Fixed.instance_id == bindparam("instance_id"))
RECORD = insert(table_of(Fixed))

_fixed: Cache[UUID, dict[tuple[str, str], UUID]] = Cache(2048)


def latest(session: Session, kind: str, key: str) -> UUID | None:
    """The latest released version of a process, decision or form; None when none was ever released."""
    return resolve(session, [Reference(kind, key)], None).get(Reference(kind, key))  # type: ignore[arg-type]


def latest_of_all(session: Session) -> list[UUID]:
    """The latest released version of each process, unless it is suspended, by key."""
    newest: dict[str, UUID] = {row.key: row.id for row in session.execute(ALL_RELEASED)}
    return list(newest.values())


def resolve(session: Session, references: Iterable[Reference], deployment_id: UUID | None) -> dict[Reference, UUID]:
    """
    The versions that these references mean at this moment; what is not there is left out.

    Args:
        deployment_id: what the binding `deployment` means.
    """
    wanted, found = list(references), {}
    for kind, statement in RELEASED.items():
        of_kind = [one for one in wanted if one.kind == kind]
        if of_kind:
            rows = session.connection().execute(statement, {"keys": sorted({one.key for one in of_kind})}).all()
            for one in of_kind:
                meant = [row.id for row in rows if row.key == one.key and _is_meant(row, one, deployment_id)]
                if meant:
                    found[one] = meant[-1]
    return found


def fix(instance_id: UUID, resolved: dict[Reference, UUID]) -> list[dict[str, Any]]:
    """What fixes these versions for a case that begins; remembered here as well, under an id that nobody had before."""
    _fixed.get(instance_id, lambda: {(one.kind, one.name): version for one, version in resolved.items()})
    return rows_for(instance_id, resolved)


def rows_for(instance_id: UUID, resolved: dict[Reference, UUID]) -> list[dict[str, Any]]:
    """What fixes these versions for a case."""
    return [
        {"instance_id": instance_id, "kind": one.kind, "reference": one.name, "version_id": version}
        for one, version in resolved.items()
    ]


def kept(session: Session, instance_id: UUID) -> Mapping[tuple[str, str], UUID]:
    """All that is fixed for a case, by kind and reference; no statement where it is known."""
    return _fixed.get(instance_id, lambda: _read(session, instance_id))


def fixed(session: Session, instance_id: UUID, reference: Reference, deployment_id: UUID | None) -> UUID | None:
    """The version that a running case uses for a reference; None when there is none to be had."""
    key = (reference.kind, reference.name)
    known = _fixed.get(instance_id, lambda: _read(session, instance_id))
    if key in known:
        return known[key]
    recorded = _read(session, instance_id).get(key)
    if recorded is None:
        resolved = resolve(session, [reference], deployment_id)
        recorded = resolved.get(reference)
        if recorded:
            session.execute(RECORD, rows_for(instance_id, resolved))
    return recorded


def _read(session: Session, instance_id: UUID) -> dict[tuple[str, str], UUID]:
    rows: Sequence[Any] = session.connection().execute(OF_CASE, {"instance_id": instance_id}).all()
    return {(row.kind, row.reference): row.version_id for row in rows}


def _is_meant(row: Any, one: Reference, deployment_id: UUID | None) -> bool:
    if one.binding == "deployment":
        return bool(row.deployment_id == deployment_id)
    if one.binding == "version":
        return bool(str(row.version) == one.version)
    if one.binding == "versionTag":
        return bool(row.version_tag == one.version)
    return True
