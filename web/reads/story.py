"""What a case's story is told from: entries of its trail, and the names of whom and what they speak of."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from engine import access, mentions
from engine.identity.person import Person
from engine.models.definitions import parsed
from engine.store.people import PersonRow
from engine.store.records import AuditEntry, Comment, Signature
from engine.store.running import Instance
from web import story
from web.reads import chains
from web.story_words import ASIDE

PEOPLE = ("to", "from", "holder", "accountable", "person", "signed_by", "recipient", "acknowledged_by")
SHORT = 8
"""The length of a short story."""
OTHERS = frozenset(
    ("instance.linked", "instance.unblocked", "instance.called", "instance.joined", "call.finished", "call.failed")
)
"""Entries that are about another case: its subject, or where it is `from`."""


PARTS = ("", "all", "signed", "refused", "told")
"""Of a story: what its reader would miss, everything, signatures, refusals, and messages to people."""


def newest(
    session: Session, person: Person, case: Any, *, most: int, before: int | None = None, only: str = "all"
) -> list[story.Line]:
    """
    The newest `most` lines of a case's story, the newest first; those older than entry `before`.

    Args:
        case: one that `person` may see, as `web.reads.cases.one_case` finds it.
        only: which part of it, one of `PARTS`.
    """
    query = select(*AuditEntry.__table__.columns).where(AuditEntry.chain == str(case.id))
    if only != "all":
        query = query.where(_part(session, case.id, only))
    if before is not None:
        query = query.where(AuditEntry.number < before)
    rows = session.execute(query.order_by(AuditEntry.number.desc()).limit(most)).all()
    shown = chains.allowed(session, person, rows)
    entries = [{**one._mapping, "body": None if one.body is None else orjson.loads(one.body)} for one in shown]
    return story.told(entries, known(session, person, case, entries))


def _part(session: Session, instance_id: UUID, only: str) -> ColumnElement[bool]:
    verb = AuditEntry.verb
    if only == "signed":
        tasks = session.scalars(select(Signature.task_id).where(Signature.instance_id == instance_id))
        finished = and_(verb == "task.completed", AuditEntry.subject.in_([str(one) for one in tasks]))
        return or_(finished, verb == "signature.outdated")
    if only == "refused":
        return verb.startswith("refusal.")
    if only == "told":
        return or_(verb.startswith("delivery."), verb.startswith("ladder."))
    return verb.not_in(sorted(ASIDE))


def short(session: Session, person: Person, case: Any) -> list[story.Line]:
    """The newest of the story of a case that `person` may see, without what nobody would miss."""
    return newest(session, person, case, most=SHORT, only="")


def known(session: Session, person: Person, case: Any, entries: Iterable[Mapping[str, Any]]) -> story.Known:
    """The names that these entries need; of other cases only those that `person` may see."""
    entries = list(entries)
    nodes = parsed(session, case.definition_id).model.nodes
    said = _comments(session, {entry["body"]["comment"]["id"] for entry in entries if _is_comment(entry)})
    mentioned = {one for text in said.values() for one in mentions.named(text)}
    return story.Known(
        people=names(session, mentioned.union(*map(_people, entries))),
        steps={node.id: node.name for node in nodes.values() if node.name},
        cases=_cases(session, person, {one for entry in entries for one in _cases_of(entry)}),
        comments=said,
    )


def names(session: Session, people: Iterable[str | None]) -> dict[str, str]:
    """The names of people by their ids."""
    ids = sorted({one for one in people if one})
    if not ids:
        return {}
    return {
        row.id: row.name for row in session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(ids)))
    }


def _people(entry: Mapping[str, Any]) -> Iterable[str]:
    yield entry["actor"]
    body = entry["body"] or {}
    found = [entry["acting_for"], *(body.get(name) for name in PEOPLE), *(body.get("told") or ())]
    yield from (one for one in found if isinstance(one, str))


def _cases_of(entry: Mapping[str, Any]) -> Iterable[UUID]:
    if entry["verb"] in OTHERS:
        for one in (entry["subject"], (entry["body"] or {}).get("from")):
            try:
                yield UUID(str(one))
            except ValueError:
                continue


def _cases(session: Session, person: Person, ids: set[UUID]) -> dict[str, str]:
    if not ids:
        return {}
    query = select(Instance.id, Instance.title, Instance.business_key).where(
        Instance.id.in_(ids), access.visible_instances(person)
    )
    return {str(row.id): row.business_key or row.title for row in session.execute(query)}


def _is_comment(entry: Mapping[str, Any]) -> bool:
    comment = (entry["body"] or {}).get("comment")
    return isinstance(comment, dict) and "id" in comment


def _comments(session: Session, ids: set[str]) -> dict[str, str]:
    if not ids:
        return {}
    query = select(Comment.id, Comment.text).where(Comment.id.in_({UUID(one) for one in ids}))
    return {str(row.id): row.text for row in session.execute(query)}
