"""Cases and their records, narrowed to what the caller may see."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from engine import access
from engine.audit import PLATFORM
from engine.errors import Forbidden, NotFound
from engine.identity.mandates import READS
from engine.identity.person import Person
from engine.models.definitions import parsed
from engine.store.definitions import DecisionRow, DefinitionRow
from engine.store.records import AuditEntry, Comment, FrozenDocument, Signature
from engine.store.running import LIVE_TASK, DecisionMade, Instance, Link, Passage, StuckStep, Task, Variable
from engine.subject import Subject
from web.paging import Key, Page, Query, page
from web.reads import chains
from web.reads.people import contains

CASES = select(
    Instance.id,
    DefinitionRow.key.label("process"),
    Instance.definition_id,
    DefinitionRow.version.label("process_version"),
    Instance.title,
    Instance.business_key,
    (Instance.subject_register + ":" + Instance.subject_row).label("subject"),
    Instance.status,
    Instance.started_at,
    Instance.started_by,
    Instance.ended_at,
    Instance.owner,
    Instance.caller_id,
    Instance.confidential,
).join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
SORTED = {
    "started": (Key(Instance.started_at.expression), Key(Instance.id.expression)),
    "-started": (Key(Instance.started_at.expression, True), Key(Instance.id.expression, True)),
    "title": (Key(Instance.title.expression), Key(Instance.id.expression)),
    "-title": (Key(Instance.title.expression, True), Key(Instance.id.expression, True)),
}


def cases(session: Session, person: Person, filters: dict[str, Any]) -> Page:
    """The cases that `person` may see, by the filters of `InstanceQuery`."""
    query = CASES.where(access.visible_instances(person), *_wanted(filters))
    return page(session, query, SORTED[filters["sort"]], limit=filters["limit"], cursor=filters["cursor"])


def one_case(session: Session, person: Person, instance_id: UUID) -> Any:
    """
    A case.

    Raises:
        NotFound: there is no such case that `person` may see.
    """
    return _one(session, instance_id, access.visible_instances(person))


def after_verb(session: Session, instance_id: UUID) -> Any:
    """A case that the caller has just started or acted on, which proved his right."""
    return _one(session, instance_id)


def _one(session: Session, instance_id: UUID, *narrowed: ColumnElement[bool]) -> Any:
    row = session.execute(CASES.where(Instance.id == instance_id, *narrowed)).one_or_none()
    if row is None:
        raise NotFound("case", str(instance_id))
    return row


def variables(session: Session, person: Person, instance_id: UUID) -> dict[str, Any]:
    """The data of a case, by name."""
    one_case(session, person, instance_id)
    return {"variables": data(session, instance_id)}


def data(session: Session, instance_id: UUID) -> dict[str, Any]:
    """The data, by name, of a case that the reader may see."""
    query = select(Variable.name, Variable.value).where(Variable.instance_id == instance_id).order_by(Variable.name)
    return {name: orjson.loads(value) for name, value in session.execute(query)}


def trail(session: Session, person: Person, instance_id: UUID, filters: dict[str, Any]) -> Page:
    """The audit trail of a case, in its order."""
    one_case(session, person, instance_id)
    return _chain(session, person, str(instance_id), filters)


def platform_trail(session: Session, person: Person, filters: dict[str, Any]) -> Page:
    """
    The trail of what is no case: deployments, releases, bindings, people, groups, tokens, settings.

    Raises:
        Forbidden: `person` is neither an auditor nor an administrator of the platform.
    """
    must_read_platform(person)
    return _chain(session, person, PLATFORM, filters)


def may_read_platform(person: Person) -> bool:
    """Whether somebody may read the trail of what is no case: it speaks of everything and everybody."""
    if person.auditor:
        return person.mandate is not None and not person.mandate.processes
    return person.platform_admin or person.kind == "operator"


def must_read_platform(person: Person) -> None:
    """
    Refuse whoever may not read the trail of what is no case.

    Raises:
        Forbidden: `person` neither looks after the platform nor has a mandate for all processes.
    """
    if not may_read_platform(person):
        raise Forbidden(f"{person.name} may not read the trail of the platform.", "Ask an auditor or an administrator.")


def reads_of(session: Session, person: Person, person_id: str, filters: dict[str, Any]) -> Page:
    """What an auditor read, oldest first."""
    return _chain(session, person, READS + person_id, filters)


def _chain(session: Session, person: Person, chain: str, filters: dict[str, Any]) -> Page:
    query = select(*AuditEntry.__table__.columns).where(AuditEntry.chain == chain, *chains.bounds(person, chain))
    keys = (Key(AuditEntry.number.expression),)
    found = page(session, query, keys, limit=filters["limit"], cursor=filters["cursor"])
    shown = chains.allowed(session, person, found.items)
    items = [{**row._mapping, "hash": row.hash.hex(), "body": _told(row.body)} for row in shown]
    return Page(items, found.next)


def passages(session: Session, person: Person, instance_id: UUID, filters: dict[str, Any]) -> Page:
    """The flow nodes left and the flows taken, oldest first."""
    query = select(*Passage.__table__.columns).where(Passage.instance_id == instance_id)
    return _records(session, person, instance_id, query, Passage, filters)


def decisions(session: Session, person: Person, instance_id: UUID, filters: dict[str, Any]) -> Page:
    """What decision tables answered in a case, oldest first."""
    columns = [*DecisionMade.__table__.columns, DecisionRow.key.label("decision"), DecisionRow.version]
    query = select(*columns).join(DecisionRow, DecisionRow.id == DecisionMade.decision_id)
    query = query.where(DecisionMade.instance_id == instance_id)
    return _records(session, person, instance_id, query, DecisionMade, filters)


def documents(session: Session, person: Person, instance_id: UUID, filters: dict[str, Any]) -> Page:
    """What a case has frozen, oldest first; without the content."""
    columns = (FrozenDocument.id, FrozenDocument.element, FrozenDocument.name, FrozenDocument.digest, FrozenDocument.at)
    query = select(*columns, func.length(FrozenDocument.content).label("bytes")).where(
        FrozenDocument.instance_id == instance_id
    )
    return _records(session, person, instance_id, query, FrozenDocument, filters)


def one_document(session: Session, person: Person, instance_id: UUID, document_id: UUID) -> dict[str, Any]:
    """
    A document with its content.

    Raises:
        NotFound: there is none in this case, or `person` may not know of it.
    """
    one_case(session, person, instance_id)
    row = session.get(FrozenDocument, document_id)
    if row is None or row.instance_id != instance_id:
        raise NotFound("document", str(document_id))
    names = ("id", "element", "name", "digest", "at")
    said = {name: getattr(row, name) for name in names}
    return said | {"bytes": len(row.content), "content": orjson.loads(row.content)}


def comments(session: Session, person: Person, instance_id: UUID, filters: dict[str, Any]) -> Page:
    """What was said about a case, oldest first."""
    query = select(*Comment.__table__.columns).where(Comment.instance_id == instance_id)
    return _records(session, person, instance_id, query, Comment, filters)


def signatures(session: Session, person: Person, instance_id: UUID, filters: dict[str, Any]) -> Page:
    """Who signed what in a case, oldest first."""
    query = select(*Signature.__table__.columns).where(Signature.instance_id == instance_id)
    return _records(session, person, instance_id, query, Signature, filters)


def links(session: Session, person: Person, instance_id: UUID) -> dict[str, Any]:
    """The links of a case to others that `person` may see."""
    one_case(session, person, instance_id)
    return {"items": ties(session, person, instance_id)}


def ties(session: Session, person: Person, instance_id: UUID) -> Sequence[Link]:
    """The links to others that `person` may see, of a case that he may see."""
    seen = select(Instance.id).where(access.visible_instances(person))
    mine = or_(Link.source_id == instance_id, Link.target_id == instance_id)
    query = select(Link).where(mine, Link.source_id.in_(seen), Link.target_id.in_(seen)).order_by(Link.at)
    return session.scalars(query).all()


def stuck(session: Session, person: Person, filters: dict[str, Any]) -> Page:
    """The steps that cannot go on, newest first, of the cases that `person` may see."""
    query = _stuck(person, *StuckStep.__table__.columns)
    if filters["instance"]:
        query = query.where(StuckStep.instance_id == filters["instance"])
    if filters["text"]:
        query = query.where(contains(StuckStep.error, filters["text"].lower()))
    keys = (Key(StuckStep.id.expression, descending=True),)
    return page(session, query, keys, limit=filters["limit"], cursor=filters["cursor"])


def count_stuck(session: Session, person: Person) -> int:
    """How many steps cannot go on, of the cases that `person` may see."""
    return session.scalar(_stuck(person, func.count())) or 0


def _stuck(person: Person, *columns: Any) -> Any:
    query = select(*columns).select_from(StuckStep).join(Instance, Instance.id == StuckStep.instance_id)
    return query.where(StuckStep.resolved_at.is_(None), access.visible_instances(person))


def where_stuck(session: Session, steps: Sequence[Any]) -> dict[UUID, dict[str, str]]:
    """For each of these stuck steps its case and how its model calls the element: `case`, `element`."""
    if not steps:
        return {}
    query = select(Instance.id, Instance.title, Instance.definition_id)
    rows = session.execute(query.where(Instance.id.in_({one.instance_id for one in steps})))
    cases = {row.id: row for row in rows}
    found = {}
    for one in steps:
        case = cases[one.instance_id]
        node = parsed(session, case.definition_id).model.nodes.get(one.element)
        found[one.id] = {"case": case.title, "element": (node.name if node else None) or one.element}
    return found


def one_stuck(session: Session, person: Person, stuck_id: UUID) -> Any:
    """
    A stuck step, also one that goes on by now.

    Raises:
        NotFound: there is none in a case that `person` may see.
    """
    query = select(*StuckStep.__table__.columns).join(Instance, Instance.id == StuckStep.instance_id)
    row = session.execute(query.where(StuckStep.id == stuck_id, access.visible_instances(person))).one_or_none()
    if row is None:
        raise NotFound("stuck step", str(stuck_id))
    return row


def stuck_after_verb(session: Session, stuck_id: UUID) -> Any:
    """A stuck step that the caller has just acted on."""
    return session.execute(select(*StuckStep.__table__.columns).where(StuckStep.id == stuck_id)).one()


def _wanted(filters: dict[str, Any]) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filters["process"]:
        wanted.append(DefinitionRow.key == filters["process"])
    if filters["status"]:
        wanted.append(Instance.status == filters["status"])
    if filters["text"]:
        part = filters["text"].lower()
        wanted.append(or_(contains(Instance.title, part), contains(Instance.business_key, part)))
    if about := Subject.of(filters["subject"] or ""):
        wanted += [Instance.subject_register == about.register, Instance.subject_row == about.row]
    if filters["started_after"]:
        wanted.append(Instance.started_at > filters["started_after"])
    if filters["started_before"]:
        wanted.append(Instance.started_at < filters["started_before"])
    if who := filters["person"]:
        mine = select(Task.instance_id).where(LIVE_TASK, or_(Task.holder == who, Task.accountable == who))
        wanted.append(Instance.id.in_(mine))
    return wanted


def _records(
    session: Session, person: Person, instance_id: UUID, query: Query, of: Any, filters: dict[str, Any]
) -> Page:
    one_case(session, person, instance_id)
    return page(session, query, (Key(of.id.expression),), limit=filters["limit"], cursor=filters["cursor"])


def _told(body: bytes | None) -> Any:
    return None if body is None else orjson.loads(body)
