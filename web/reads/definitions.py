"""Deployments, definitions and bindings. Models are no secret within the organisation; cases may be."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from engine.errors import NotFound
from engine.store.definitions import Binding, DefinitionRow, Deployment, FormRow, Resource
from web.paging import Key, Page, Query, page
from web.reads.people import contains

DEFINITIONS = select(
    DefinitionRow.id,
    DefinitionRow.key,
    DefinitionRow.version,
    DefinitionRow.name,
    DefinitionRow.version_tag,
    DefinitionRow.deployment_id,
    DefinitionRow.suspended_at,
    Deployment.status,
    Deployment.owner,
).join(Deployment, Deployment.id == DefinitionRow.deployment_id)

UTF_16 = (BOM_UTF16_LE, BOM_UTF16_BE)
ENCODING = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.-]+)["']""")


def definitions(session: Session, filters: dict[str, Any]) -> Page:
    """Definitions by key, newest version first; filters `key`, `status` and `latest`."""
    query: Query = DEFINITIONS
    if filters["key"]:
        query = query.where(DefinitionRow.key == filters["key"])
    if filters["status"]:
        query = query.where(Deployment.status == filters["status"])
    if filters["latest"]:
        query = _only_latest(query, filters["status"])
    keys = (Key(DefinitionRow.key.expression), Key(DefinitionRow.version.expression, descending=True))
    return page(session, query, keys, limit=filters["limit"], cursor=filters["cursor"])


def one_definition(session: Session, definition_id: UUID) -> Any:
    """
    One version of one process.

    Raises:
        NotFound: there is none with this id.
    """
    return _one(session, DEFINITIONS.where(DefinitionRow.id == definition_id), "definition", definition_id)


def file_of(session: Session, definition_id: UUID) -> Any:
    """
    The author's file of a definition: `name` and `data`, byte for byte.

    Raises:
        NotFound: there is no such definition.
    """
    query = select(Resource.name, Resource.data).join(DefinitionRow, DefinitionRow.resource_id == Resource.id)
    return _one(session, query.where(DefinitionRow.id == definition_id), "definition", definition_id)


def as_text(data: bytes) -> str:
    """A file of XML as text, by its byte order mark or what it says of itself (XML 1.0, appendix F); else UTF-8."""
    if data.startswith(UTF_16):
        return data.decode("utf-16", errors="replace")
    said = ENCODING.match(data)
    try:
        return data.decode(said[1].decode() if said else "utf-8", errors="replace")
    except LookupError:
        return data.decode(errors="replace")


def form_file(session: Session, form_id: UUID) -> bytes:
    """
    The author's file of a version of a form, byte for byte.

    Raises:
        NotFound: there is none with this id.
    """
    query = select(Resource.data).join(FormRow, FormRow.resource_id == Resource.id).where(FormRow.id == form_id)
    data: bytes = _one(session, query, "form", form_id).data
    return data


def bindings(session: Session, definition_id: UUID) -> dict[str, Any]:
    """
    Who stands for the roles of a definition.

    Raises:
        NotFound: there is no such definition.
    """
    one_definition(session, definition_id)
    query = select(Binding).where(Binding.definition_id == definition_id).order_by(Binding.role)
    return {"items": session.scalars(query).all()}


def deployments(session: Session, filters: dict[str, Any]) -> Page:
    """Deployments, newest first; filters `status` and `text`."""
    query = select(*Deployment.__table__.columns)
    if filters["status"]:
        query = query.where(Deployment.status == filters["status"])
    if filters["text"]:
        query = query.where(contains(Deployment.name, filters["text"].lower()))
    keys = (Key(Deployment.id.expression, descending=True),)
    return page(session, query, keys, limit=filters["limit"], cursor=filters["cursor"])


def _one(session: Session, query: Query, kind: str, wanted: UUID) -> Any:
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound(kind, str(wanted))
    return row


def _only_latest(query: Query, status: str | None) -> Query:
    later, of = aliased(DefinitionRow), aliased(Deployment)
    newer = select(later.id).join(of, of.id == later.deployment_id)
    newer = newer.where(later.key == DefinitionRow.key, later.version > DefinitionRow.version)
    return query.where(~(newer.where(of.status == status) if status else newer).exists())
