"""Deployments."""

import posixpath
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from engine import deployments as verbs
from engine import releases
from engine.errors import Invalid
from engine.identity.person import Person
from engine.models.deployed import Deployed, overview
from web.acts import act, is_dry_run, look
from web.operations import Theme
from web.reads import definitions as found
from web.schemas.base import page_of
from web.schemas.definitions import Deploy, DeploymentOut, DeploymentQuery, DeploymentWholeOut, Release
from web.services import services

theme = Theme("deployments", __name__, description="Files handed in together, and released by a second person.")
PAGE = page_of(DeploymentOut)
WHOLE = DeploymentWholeOut()


@theme.operation("GET", "/deployments", scope="read", query=DeploymentQuery, gives=PAGE)
def all_deployments(query: dict[str, Any]) -> Response:
    """Deployments, newest first."""
    return look(lambda session, _: found.deployments(session, query), PAGE)


@theme.operation("POST", "/deployments", scope="deploy", form=Deploy, gives=WHOLE, status=201, refused=(409,))
def deploy(form: dict[str, Any]) -> Response:
    """
    Deploy all files, or none: a refusal lists every problem of every file.

    Files that have not changed make no new version; `is_new` then says false, and no version is listed.
    """
    dry = form["dry_run"] or is_dry_run()
    names = [posixpath.basename(file.filename or "") for file in form["files"]]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Invalid(f"{twice[0]} is there twice.", {"files": twice})
    files = dict(zip(names, (file.stream.read() for file in form["files"]), strict=True))
    told = {"name": form["name"] or names[0], "source": form["source"], "dry_run": dry}

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        made = verbs.deploy(session, files, **told, at_once=services().release_at_once, by=by, now=now)
        return shown(made if made.is_new else replace(made, versions=()))

    return act(verb, WHOLE, status=201, at=_address, dry=dry)


@theme.operation("GET", "/deployments/<uuid:deployment_id>", scope="read", gives=WHOLE)
def one(deployment_id: UUID) -> Response:
    """One deployment, with its files, the versions it made, and what was warned of."""
    return look(lambda session, _: shown(overview(session, deployment_id)), WHOLE)


@theme.operation(
    "POST", "/deployments/<uuid:deployment_id>/release", scope="deploy", body=Release, gives=WHOLE, refused=(409,)
)
def release(body: dict[str, Any], deployment_id: UUID) -> Response:
    """
    Put a deployment in force. Never by who deployed it.

    Needs a person who owns its processes, and somebody for each role that the models leave open.
    """

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        groups = services().release_groups
        return shown(releases.release(session, deployment_id, **body, release_groups=groups, by=by, now=now))

    return act(verb, WHOLE)


def shown(deployed: Deployed) -> dict[str, Any]:
    """A deployment, its versions sorted by kind."""
    kinds = {"definitions": "process", "decisions": "decision", "forms": "form"}
    versions = [{**vars(one), "status": deployed.status} for one in deployed.versions]
    sorted_in = {name: [one for one in versions if one["kind"] == kind] for name, kind in kinds.items()}
    return {**vars(deployed), **sorted_in}


def _address(deployment: dict[str, Any]) -> str:
    return f"/api/v1/deployments/{deployment['id'] or ''}"
