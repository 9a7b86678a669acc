"""
What somebody without an account tells, and how he goes on under his code.

He is nobody in the trail: the case begins in the name of the program, and no
address is kept. A code that nobody has is answered like one that has nothing
to read, by the same statements, so that nothing tells whether a case exists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Uuid, bindparam, cast, insert, literal, select
from sqlalchemy.orm import Session

from engine import accepted, filling, instances
from engine.core.forms import Form
from engine.errors import Conflict, Invalid, NotFound
from engine.identity import groups
from engine.identity.person import Person
from engine.ids import new_id, new_secret
from engine.models import versions
from engine.models.definitions import parsed
from engine.public import book
from engine.public.codes import code_of, digest_of
from engine.public.content import Way
from engine.running.rows import Context, message_row
from engine.store.base import table_of
from engine.store.definitions import FormRow, Resource
from engine.store.people import PersonRow
from engine.store.public import PublicFile, PublicLetter, PublicThread
from engine.store.running import Message
from engine.vault import Store

THREAD, LETTER, FILE, MESSAGE = (table_of(one) for one in (PublicThread, PublicLetter, PublicFile, Message))
UNDER = THREAD.c.code_digest == bindparam("code")
LETTERS = (
    select(LETTER.c.number, LETTER.c.at, LETTER.c.text)
    .join(THREAD, THREAD.c.instance_id == LETTER.c.instance_id)
    .where(UNDER)
    .order_by(LETTER.c.number)
)
LONGEST = 10_000
"""Signs of what somebody writes again."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A file as it was sent: its name, what it says it is, and its bytes."""

    name: str
    media_type: str
    data: bytes


def asked(session: Session, key: str) -> dict[str, Any]:
    """
    What a way in asks for: `key`, `name`, `text`, `files`, the `form`, and the `people` it may offer by group.

    Raises:
        NotFound: there is no such way, or its process is not in force.
        Conflict: its form offers people whom the way does not show.
    """
    way = book.find(session, key)
    form_id, form = _form(session, key, way)
    people = {group: _named(session, group) for group in sorted(_groups(form))} if form else {}
    said = {"key": key, "name": way.name, "text": way.text, "files": way.files, "people": people}
    return said | {"form": _schema(session, form_id)}


def report(
    session: Session,
    key: str,
    answers: Mapping[str, Any],
    files: Sequence[Sent] = (),
    *,
    store: Store,
    by: Person,
    now: datetime,
) -> str:
    """
    Begin what the way in begins; returns the code, which is told this once.

    Raises:
        NotFound: there is no such way, or its process is not in force.
        Conflict: its form offers people whom the way does not show.
        Invalid: the form refuses the answers, or a file is not taken.
    """
    way = book.find(session, key)
    _form(session, key, way)
    if len(files) > way.files:
        raise Invalid(f"At most {way.files} files are taken.", {"files": [f"At most {way.files}."]})
    kept = [_kept(store, one) for one in files]
    code = code_of(bytes.fromhex(new_secret(15)))
    digest = digest_of(code)
    said = {"way": key, "code": digest, "files": [[one["name"], one["sha256"]] for one in kept]}
    case = instances.start(
        session, way.process, variables=dict(answers), start=way.start, because={"public": said}, by=by, now=now
    )
    row = {"instance_id": case, "way": key, "code_digest": digest, "told": way.told or None, "opened_at": now}
    session.execute(insert(THREAD), [row])
    if kept:
        session.execute(
            insert(FILE), [{"id": new_id(), "instance_id": case, "received_at": now, **one} for one in kept]
        )
    return code


def read(session: Session, code: str) -> list[dict[str, Any]]:
    """
    What was answered under a code, oldest first; nothing for a code that nobody has.

    Raises:
        Invalid: it is misspelt.
    """
    return [dict(row._mapping) for row in session.execute(LETTERS, {"code": digest_of(code)})]


def write(session: Session, code: str, text: str, *, by: Person, now: datetime) -> None:
    """
    Let the case behind a code hear this. A code that nobody has is no error, and does the same work.

    Raises:
        Invalid: the code is misspelt; or the text is empty or too long.
    """
    digest = digest_of(code)
    if not 0 < len(text.strip()) <= LONGEST or "\0" in text:
        raise Invalid("What you write has 1 to 10,000 signs.", {"text": ["1 to 10,000 signs."]})
    context = Context(by=by.id, now=now, new_id=new_id)
    row = message_row("message", "", {"reporter_message": text.strip()}, context)
    fixed = {name: value for name, value in row.items() if name not in ("name", "target_id")}
    columns = [literal(value, MESSAGE.c[name].type).label(name) for name, value in fixed.items()]
    found = select(*columns, THREAD.c.told, cast(THREAD.c.instance_id, Uuid)).where(UNDER, THREAD.c.told.is_not(None))
    session.execute(insert(MESSAGE).from_select([*fixed, "name", "target_id"], found), {"code": digest})


def _form(session: Session, key: str, way: Way) -> tuple[UUID | None, Form | None]:
    definition_id = versions.latest(session, "process", way.process)
    definition = parsed(session, definition_id) if definition_id else None
    if definition is None or not any(start.element == way.start for start in definition.model.starts):
        raise NotFound("way in", key)
    form_id = filling.start_form(session, definition, way.start)
    form = filling.form(session, form_id) if form_id else None
    if form and (hidden := _groups(form) - set(way.shows)):
        raise Conflict(
            f"The form of this way in offers the people of {', '.join(sorted(hidden))}, whom it does not show."
        )
    return form_id, form


def _schema(session: Session, form_id: UUID | None) -> Any:
    """The form-js schema as its author wrote it; None where nothing is asked."""
    query = select(Resource.data).join(FormRow, FormRow.resource_id == Resource.id).where(FormRow.id == form_id)
    data = session.scalar(query) if form_id else None
    return orjson.loads(data) if data else None


def _groups(form: Form) -> set[str]:
    """The groups whose people a form offers."""
    listed = [inner for one in form.fields for inner in (one, *one.fields)]
    return {one.group for one in listed if one.group}


def _named(session: Session, group: str) -> list[dict[str, str]]:
    people = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(groups.members(session, group)))
    return [dict(row._mapping) for row in session.execute(people.order_by(PersonRow.name))]


def _kept(store: Store, sent: Sent) -> dict[str, Any]:
    """
    A file in the folder of evidence.

    Raises:
        Invalid: it is empty, too large, or of a kind that is not taken.
    """
    name, kind = accepted.file_name(sent.name), sent.media_type.partition(";")[0].strip().lower()
    if why := accepted.problem_of_file(name, kind):
        raise Invalid(why, {"files": [why]})
    kept = store.put(sent.data)
    if why := accepted.problem_of_content(kept.head):
        raise Invalid(why, {"files": [why]})
    return {"name": name, "media_type": kind, "size": kept.size, "sha256": kept.sha256}


__all__ = ["LONGEST", "Sent", "asked", "read", "report", "write"]
