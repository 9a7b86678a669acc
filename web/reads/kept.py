"""What a case has written into registers, as far as the reader may look into them; and cases that entries name."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import access, registers
from engine.errors import NotFound
from engine.identity.person import Person
from engine.store.records import AuditEntry
from engine.store.running import Instance
from engine.subject import Subject
from web.reads import entries

TOPIC = "steward.register"
MOST = 200


@dataclass(frozen=True)
class Kept:
    """An entry of a register: its address, the register's name, and what it is called."""

    register: str
    row: str
    place: str
    title: str


def by_case(session: Session, person: Person, instance_id: UUID) -> list[Kept]:
    """The entries that a case has added or changed, the newest first, each once."""
    query = select(AuditEntry.body).where(AuditEntry.chain == str(instance_id), AuditEntry.verb == "service.completed")
    found = session.scalars(query.order_by(AuditEntry.number.desc()).limit(MOST))
    bodies = [orjson.loads(body) for body in found if body is not None]
    named = dict.fromkeys(one["result"]["subject"] for one in bodies if one.get("topic") == TOPIC and "result" in one)
    return [kept for subject in named if (kept := _kept(session, person, Subject.of(subject)))]


def cases_named(session: Session, person: Person, values: Iterable[Any]) -> dict[str, str]:
    """What the cases are called whose ids stand among these values, by id; those that `person` may see."""
    ids = {found for value in values if isinstance(value, str) and (found := _id(value))}
    if not ids:
        return {}
    query = select(Instance.id, Instance.title, Instance.business_key)
    rows = session.execute(query.where(Instance.id.in_(ids), access.visible_instances(person)))
    return {str(row.id): f"{row.business_key or ''} {row.title}".strip() for row in rows}


def _kept(session: Session, person: Person, subject: Subject | None) -> Kept | None:
    if subject is None:
        return None
    try:
        place = entries.register(session, person, subject.register).definition.name
    except NotFound:
        return None
    row = registers.row(session, subject.register, subject.row)
    return Kept(subject.register, subject.row, place, row.title) if row else None


def _id(said: str) -> UUID | None:
    try:
        return UUID(said) if len(said) == len(str(UUID(int=0))) else None
    except ValueError:
        return None
