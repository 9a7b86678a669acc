"""
A frozen document on paper: PDF/A, set by the template that its process brings along.

The template is a Typst file of the deployment, called as the document is:
`pack.typ` prints what was frozen as `pack`. It reads the content as data
(`json("document.json")`), so that no word of it can act as markup, and finds
in `about.json` what is known of it, the names of the people in it among that. The
same document gives the same bytes, as long as nobody is renamed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine import access
from engine.errors import NotFound
from engine.identity.person import Person
from engine.models.contents import TEMPLATES
from engine.printing.press import Page, press
from engine.store.definitions import DefinitionRow, Resource
from engine.store.people import PersonRow
from engine.store.records import FrozenDocument
from engine.store.running import Instance

CONTENT, ABOUT = "document.json", "about.json"
FOUND = (
    select(
        *(FrozenDocument.id, FrozenDocument.name, FrozenDocument.digest, FrozenDocument.at, FrozenDocument.content),
        *(FrozenDocument.instance_id, Instance.title, Instance.business_key),
        *(DefinitionRow.key, DefinitionRow.version, DefinitionRow.deployment_id),
    )
    .join(Instance, Instance.id == FrozenDocument.instance_id)
    .join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
    .where(FrozenDocument.id == bindparam("document"))
)
CALLED = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(bindparam("ids", expanding=True)))
BROUGHT = (
    select(FrozenDocument.id, FrozenDocument.name, Resource.name.label("file"))
    .join(Instance, Instance.id == FrozenDocument.instance_id)
    .join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
    .join(Resource, Resource.deployment_id == DefinitionRow.deployment_id)
    .where(FrozenDocument.instance_id == bindparam("case"), Resource.name.like("%.typ"))
)
LONGEST_ID = 100
BESIDE = select(Resource.name, Resource.data).where(Resource.deployment_id == bindparam("deployment"))


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What is printed: the name of the document and of its template, all files of the job, and when it was frozen."""

    name: str
    template: str
    files: Mapping[str, bytes]
    at: datetime

    def printed(self) -> bytes:
        """
        The PDF.

        Raises:
            Conflict: the template does not work with this content, or takes too long or too much.
        """
        return press(Page(main=self.template, files=self.files, at=self.at))


def sheet(session: Session, document_id: UUID, *, by: Person) -> Sheet:
    """
    A document and what it is printed with: the templates of the version that its case runs on.

    Raises:
        NotFound: `by` may not know of the document, or its process brings no template for it.
    """
    found = session.execute(FOUND.where(access.visible_instances(by)), {"document": document_id}).one_or_none()
    if found is None:
        raise NotFound("document", str(document_id))
    beside = session.execute(BESIDE, {"deployment": found.deployment_id})
    templates = {_plain(row.name): row.data for row in beside if row.name.endswith(TEMPLATES)}
    template = f"{found.name}.typ"
    if template not in templates:
        raise NotFound("template", template)
    about = orjson.dumps(_about(session, found), option=orjson.OPT_SORT_KEYS)
    files = templates | {CONTENT: found.content, ABOUT: about}
    return Sheet(name=found.name, template=template, files=files, at=found.at)


def printable(session: Session, instance_id: UUID) -> frozenset[UUID]:
    """Which documents of a case have a template in the version that it runs on."""
    brought = session.execute(BROUGHT, {"case": instance_id}).all()
    return frozenset(row.id for row in brought if _plain(row.file) == f"{row.name}.typ")


def _about(session: Session, found: Any) -> dict[str, Any]:
    words = sorted(_words(orjson.loads(found.content)))
    return {
        "id": found.id,
        "name": found.name,
        "digest": found.digest,
        "at": found.at,
        "case": {"id": found.instance_id, "title": found.title, "business_key": found.business_key},
        "process": {"key": found.key, "version": found.version},
        "people": {row.id: row.name for row in session.execute(CALLED, {"ids": words})},
    }


def _words(content: Any) -> set[str]:
    """Every text in the content that may be the id of a person."""
    if isinstance(content, str):
        return {content} if len(content) <= LONGEST_ID else set()
    inner = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    return {word for one in inner for word in _words(one)}


def _plain(name: str) -> str:
    """The name of a file without its folders: templates lie beside each other."""
    return name.replace("\\", "/").rpartition("/")[2]


__all__ = ["Sheet", "printable", "sheet"]
