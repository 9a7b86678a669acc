"""
Release: a second person puts a deployment into force, names its owner, and says who stands for its roles.

From then on new cases run its versions; running ones keep theirs. Who has a role in them is asked to read them.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import audit, readers
from engine.bindings import check as check_bindings
from engine.bindings import of as bindings_of
from engine.bindings import put as put_bindings
from engine.bindings import shown as shown_bindings
from engine.bindings import unknown
from engine.core.problem import Problem
from engine.core.vocabulary import Node
from engine.errors import Conflict, Invalid, NotFound, Refused
from engine.identity import people
from engine.identity.person import Person
from engine.models import roles
from engine.models.definitions import Parsed, parsed
from engine.models.deployed import Deployed, overview
from engine.models.releasers import why_not
from engine.running import start_timers
from engine.store.base import table_of
from engine.store.definitions import DefinitionRow, Deployment, Resource


def release(
    session: Session,
    deployment_id: UUID,
    *,
    owner: str,
    bindings: Mapping[str, str] | None = None,
    release_groups: Collection[str] = (),
    at_once: bool = False,
    by: Person,
    now: datetime,
) -> Deployed:
    """
    Put a whole deployment into force: diagrams, tables and forms.

    Args:
        owner: the person who answers for its processes, and for each task that nobody else answers for.
        bindings: role (`lane:ID`, `group:KEY`, `task:ID`) to who (`person:ID`, `group:KEY`); before the role the
            key of a process and a slash where several have such a role. Added to what is proposed.
        release_groups: members of these may release, beside the owner of the version before.
        at_once: whether the deployer himself may (a setting of the installation); the trail says so.

    Raises:
        NotFound: there is no such deployment.
        Conflict: it was released already.
        Forbidden: `by` is the deployer, or may not release.
        Invalid: the owner or a binding cannot be.
        Refused: tasks that nobody would answer for, each named; nothing was released.
    """
    audit.extend(session, audit.PLATFORM)  # One release at a time.
    row = _locked(session, deployment_id)
    ids = session.execute(select(DefinitionRow.id).where(DefinitionRow.deployment_id == deployment_id))
    made = [parsed(session, one) for one in ids.scalars()]
    refused = None if at_once else why_not(session, row, owner=owner, release_groups=release_groups, by=by)
    if refused:
        raise refused
    _check_owner(session, owner)
    _bind(session, made, bindings or {}, now)
    _check_everybody_is_known(session, deployment_id, made)
    released = {"status": "released", "released_at": now, "released_by": by.id, "owner": owner, "at_once": at_once}
    session.execute(update(table_of(Deployment)).where(Deployment.id == deployment_id).values(released))
    starts = start_timers.hand_over(session, made, by=by, now=now)
    said = {"name": row.name, "owner": owner, "at_once": at_once, "deployed_by": row.deployed_by}
    audit.append(
        session,
        audit.PLATFORM,
        "deployment.released",
        deployment_id,
        said | {"bindings": {one.key: bindings_of(session, one.id) for one in made}, "starts": starts},
        by=by,
        now=now,
    )
    readers.ask(session, made, but=(by.id, row.deployed_by), by=by, now=now)
    return overview(session, deployment_id)


def _locked(session: Session, deployment_id: UUID) -> Any:
    query = select(table_of(Deployment)).where(Deployment.id == deployment_id).with_for_update()
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("deployment", str(deployment_id))
    if row.status == "released":
        raise Conflict(f"This deployment was released by {row.released_by} already.")
    return row


def _check_owner(session: Session, owner: str) -> None:
    found = people.find(session, owner) if owner else None
    if found is None or found.kind != "person" or found.auditor:
        why = f"{owner or 'Nobody'} cannot own processes. Name a person who works here; no owner, no release."
        raise Invalid(why, {"owner": why})


def _bind(session: Session, made: list[Parsed], wanted: Mapping[str, str], now: datetime) -> None:
    """Write the bindings to each process that has their role, and confirm what was only proposed."""
    left = dict(wanted)
    for one in made:
        mine = {role: who for text, who in wanted.items() if (role := _role(text, one))}
        left = {text: who for text, who in left.items() if not _role(text, one)}
        check_bindings(session, one.model, mine)
        put_bindings(session, one.id, {role: (who, False) for role, who in mine.items()}, now)
        proposed = [row["role"] for row in shown_bindings(session, one.id) if row["proposed"]]
        held = bindings_of(session, one.id)
        put_bindings(session, one.id, {role: (held[role], False) for role in proposed}, now)
    if left:
        names = ", ".join(sorted(left))
        raise Invalid(
            f"No process of this deployment has a role {names}.", dict.fromkeys(left, "There is no such role.")
        )


def _role(text: str, definition: Parsed) -> str | None:
    """The role of this process that a binding speaks of, if it does."""
    key, slash, role = text.rpartition("/")
    if slash:
        return role if key == definition.key else None
    return role if role in roles.all_roles(definition.model) else None


def _check_everybody_is_known(session: Session, deployment_id: UUID, made: list[Parsed]) -> None:
    """
    Each task must end with somebody: named by the model or bound, and there.

    Raises:
        Refused: with a problem for each task, and for each name that nobody has any more.
    """
    files = _files(session, deployment_id)
    problems: list[Problem] = []
    for one in made:
        held = bindings_of(session, one.id)
        waiting = roles.open_roles(one.model, held)
        problems += [_nobody(files[one.id], role, node) for role, nodes in waiting.items() for node in nodes]
        strangers = unknown(session, {*held.values(), *roles.named(one.model)})
        problems += [_stranger(files[one.id], one, sentence) for sentence in strangers.values()]
    if problems:
        why = f"{len(problems)} problem{'s' if len(problems) > 1 else ''} must be solved first; nothing was released."
        raise Refused(why, {"problems": [asdict(problem) for problem in problems]})


def _files(session: Session, deployment_id: UUID) -> dict[UUID, str]:
    query = (
        select(DefinitionRow.id, Resource.name)
        .join(Resource, Resource.id == DefinitionRow.resource_id)
        .where(DefinitionRow.deployment_id == deployment_id)
    )
    return dict(session.execute(query).all())


def _nobody(file: str, role: str, node: Node) -> Problem:
    return Problem(
        code="nobody-bound",
        severity="error",
        file=file,
        message=f"The task {node.name or node.id!r} names nobody, and nobody stands for {role}.",
        remedy=f"Say who stands for {role} (person:ID or group:KEY), or name somebody in the diagram.",
        element=node.id,
        name=node.name,
    )


def _stranger(file: str, definition: Parsed, sentence: str) -> Problem:
    return Problem(
        code="unknown-party",
        severity="error",
        file=file,
        message=f"{definition.name}: {sentence}",
        remedy="Add whom the diagram or a binding names, or bind the role to somebody else.",
        element=definition.key,
        name=definition.name,
    )
