"""Deployments: handed in, listed, and their files given back."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import func, select

from engine import deployments as verbs
from engine.errors import NotFound
from engine.store.definitions import Deployment, Resource
from web.attached import attached
from web.engine_rest import shapes
from web.engine_rest.answers import answer
from web.engine_rest.blueprint import view
from web.engine_rest.listing import listed
from web.engine_rest.upload import upload
from web.perform import perform
from web.services import services

DEPLOYMENTS = select(Deployment.id, Deployment.name, Deployment.source, Deployment.deployed_at)
ORDER = {"id": Deployment.id, "name": Deployment.name, "deploymentTime": Deployment.deployed_at}


@view("GET", "/deployment")
def all_deployments() -> Response:
    """Deployments, by `id`, `name`, `nameLike` and `source`; a modeler asks for none of them, to try its login."""
    wanted = {"id": Deployment.id, "name": Deployment.name, "source": Deployment.source}
    rows = listed(DEPLOYMENTS, wanted, ORDER, like={"nameLike": Deployment.name}, usual=Deployment.deployed_at)
    return answer([shapes.deployment(row) for row in rows])


@view("GET", "/deployment/count")
def count() -> Response:
    """How many deployments there are."""
    with services().database.reading() as session:
        return answer({"count": session.scalar(select(func.count()).select_from(Deployment))})


@view("POST", "/deployment/create", scope="deploy")
def create() -> Response:
    """
    Deploy all files, or none; a refusal names every problem of every file.

    Files that have not changed make no new version. Whoever asked for that to
    be told (`enable-duplicate-filtering`) finds null in place of what is there
    already; the others find it.
    """
    sent = upload()
    told: dict[str, Any] = {"name": sent.name, "source": sent.source, "at_once": services().release_at_once}
    made = perform(lambda session, by, now: verbs.deploy(session, sent.files, **told, by=by, now=now))
    if not made.is_new and sent.filtered:
        made = replace(made, versions=())
    with services().database.reading() as session:
        return answer(shapes.deployed(session, made, first=next(iter(sent.files))))


@view("GET", "/deployment/<uuid:deployment_id>")
def one(deployment_id: UUID) -> Response:
    """One deployment."""
    with services().database.reading() as session:
        row = session.execute(DEPLOYMENTS.where(Deployment.id == deployment_id)).one_or_none()
        if row is None:
            raise NotFound("deployment", str(deployment_id))
        return answer(shapes.deployment(row))


@view("GET", "/deployment/<uuid:deployment_id>/resources")
def resources(deployment_id: UUID) -> Response:
    """The files of a deployment."""
    with services().database.reading() as session:
        query = select(Resource.id, Resource.name).where(Resource.deployment_id == deployment_id)
        found = session.execute(query.order_by(Resource.id)).all()
    if not found:
        raise NotFound("deployment", str(deployment_id))
    return answer([{"id": str(row.id), "name": row.name, "deploymentId": str(deployment_id)} for row in found])


@view("GET", "/deployment/<uuid:deployment_id>/resources/<uuid:resource_id>/data")
def data(deployment_id: UUID, resource_id: UUID) -> Response:
    """A file of a deployment, byte for byte."""
    with services().database.reading() as session:
        here = (Resource.deployment_id == deployment_id, Resource.id == resource_id)
        found = session.execute(select(Resource.name, Resource.data).where(*here)).one_or_none()
    if found is None:
        raise NotFound("file", str(resource_id))
    given = Response(found.data, mimetype="application/octet-stream")
    return attached(given, found.name)
