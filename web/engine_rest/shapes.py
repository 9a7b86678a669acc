"""Deployments and versions as these clients read them: every field is there, null where it says nothing."""

import re
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.models.definitions import parsed
from engine.models.deployed import Deployed, Version
from engine.store.definitions import DefinitionRow, Resource
from web.engine_rest.addresses import PREFIX
from web.engine_rest.answers import moment

PROCESSES = select(
    DefinitionRow.id,
    DefinitionRow.key,
    DefinitionRow.version,
    DefinitionRow.name,
    DefinitionRow.version_tag,
    DefinitionRow.deployment_id,
    DefinitionRow.suspended_at,
    Resource.name.label("file"),
).join(Resource, Resource.id == DefinitionRow.resource_id)
DAYS = re.compile(r"P?(\d{1,6})D?", re.IGNORECASE)


def version_id(key: str, number: int, definition_id: UUID) -> str:
    """`key:version:uuid`, as clients keep and show it."""
    return f"{key}:{number}:{definition_id}"


def uuid_of(said: str) -> UUID:
    """
    The id of our own in one that we gave to a client.

    Raises:
        NotFound: it is none.
    """
    try:
        return UUID(said.rpartition(":")[2])
    except ValueError:
        raise NotFound("definition", said) from None


def deployment(row: Any) -> dict[str, Any]:
    """A deployment of a list."""
    return {
        "id": str(row.id),
        "name": row.name,
        "source": row.source or None,
        "deploymentTime": moment(row.deployed_at),
        "tenantId": None,
        "links": [_self(f"deployment/{row.id}")],
    }


def deployed(session: Session, made: Deployed, *, first: str) -> dict[str, Any]:
    """
    A deployment with the versions that it made.

    Args:
        first: the file that the client has open; clients take the first process of the answer for its own.
    """
    rows = session.execute(PROCESSES.where(DefinitionRow.deployment_id == made.id)).all() if made.versions else []
    found = (process(session, row) for row in sorted(rows, key=lambda row: (row.file != first, row.id)))
    processes = {one["id"]: one for one in found}
    decisions = {_id(one): _decision(one, made.id) for one in made.versions if one.kind == "decision"}
    return deployment(made) | {
        "deployedProcessDefinitions": processes or None,
        "deployedDecisionDefinitions": decisions or None,
        "deployedDecisionRequirementsDefinitions": None,
        "deployedCaseDefinitions": None,
    }


def process(session: Session, row: Any) -> dict[str, Any]:
    """One version of one process, as `PROCESSES` finds it."""
    return {
        "id": version_id(row.key, row.version, row.id),
        "key": row.key,
        "category": None,
        "description": None,
        "name": row.name,
        "version": row.version,
        "resource": row.file,
        "deploymentId": str(row.deployment_id),
        "diagram": None,
        "suspended": row.suspended_at is not None,
        "tenantId": None,
        "versionTag": row.version_tag,
        "historyTimeToLive": _days(parsed(session, row.id).model.history_time_to_live),
        "startableInTasklist": True,
    }


def _decision(one: Version, deployment_id: UUID | None) -> dict[str, Any]:
    """One version of one decision."""
    return {
        "id": _id(one),
        "key": one.key,
        "category": None,
        "name": one.name,
        "version": one.version,
        "resource": one.file,
        "deploymentId": str(deployment_id),
        "tenantId": None,
        "decisionRequirementsDefinitionId": None,
        "decisionRequirementsDefinitionKey": None,
        "historyTimeToLive": None,
        "versionTag": one.version_tag,
    }


def instance(row: Any, definition_id: str) -> dict[str, Any]:
    """A case."""
    return {
        "links": [_self(f"process-instance/{row.id}")],
        "id": str(row.id),
        "definitionId": definition_id,
        "businessKey": row.business_key,
        "caseInstanceId": None,
        "ended": row.ended_at is not None,
        "suspended": row.status == "suspended",
        "tenantId": None,
    }


def _id(one: Version) -> str:
    assert one.id is not None
    return version_id(one.key, one.version, one.id)


def _self(path: str) -> dict[str, str]:
    return {"method": "GET", "href": f"{request.host_url.rstrip('/')}{PREFIX}/{path}", "rel": "self"}


def _days(said: str | None) -> int | None:
    """`180` and `P180D` are days; other spans are kept in the model alone."""
    found = DAYS.fullmatch((said or "").strip())
    return int(found[1]) if found else None
