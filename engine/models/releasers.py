"""Who may put a deployment into force: a second person, and why anybody else may not."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Forbidden
from engine.identity import groups, leaving
from engine.identity.person import Person
from engine.models.deployed import TABLES
from engine.store.definitions import Deployment


def why_not(
    session: Session, row: Any, *, owner: str | None, release_groups: Collection[str], by: Person
) -> Forbidden | None:
    """
    Why this person may not release this deployment; None where he may.

    Args:
        row: the deployment, at least its `id` and `deployed_by`.
        owner: who is to own its processes; where they are new and no group releases, that person may.
        release_groups: members of these may release, beside the owner of the version before.
    """
    if by.id == row.deployed_by:
        why = f"{by.name} deployed this, and nobody releases what he deployed."
        return Forbidden(why, "Ask a second person to look at it and to release it.")
    owners = owners_before(session, row.id)
    first = not owners and by.id == owner
    may = by.id in owners or by.groups & set(release_groups) or (not release_groups and (by.platform_admin or first))
    if may and not by.auditor:
        return None
    whom = [*sorted(owners), *(f"a member of {key}" for key in sorted(release_groups))]
    ask = f"Ask {' or '.join(whom)}." if whom else "Ask an administrator of the platform, or who is to own it."
    return Forbidden(f"{by.name} may not release this deployment.", ask)


def releasers(session: Session, row: Any, release_groups: Collection[str]) -> frozenset[str]:
    """The ids of those who may release this deployment, whoever is to own it; never of who deployed it."""
    found = set(owners_before(session, row.id))
    if release_groups:
        found |= groups.people_of(session, [f"group:{key}" for key in release_groups])
    else:
        found |= set(session.execute(leaving.administrators()).scalars())
    return frozenset(found - {row.deployed_by})


def owners_before(session: Session, deployment_id: UUID) -> set[str]:
    """Who owns the versions in force of what a deployment brings: processes, decisions and forms."""
    owners: set[str | None] = set()
    for table in TABLES.values():
        keys = select(table.key).where(table.deployment_id == deployment_id)
        query = (
            select(table.key, Deployment.owner)
            .join(Deployment, Deployment.id == table.deployment_id)
            .where(table.key.in_(keys), Deployment.status == "released")
            .order_by(table.version)
        )
        owners |= set(dict(session.execute(query).all()).values())
    return {owner for owner in owners if owner}
