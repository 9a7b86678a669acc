"""The records of a case."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema
from sqlalchemy.orm import Session

from engine import links as ties
from engine import records
from engine.identity.person import Person
from web import known
from web.acts import act, look
from web.operations import Theme
from web.paper import paper
from web.reads import cases, evidence, tasks, waits
from web.schemas.base import PageQuery, list_of, page_of
from web.schemas.instances import (
    CommentOut,
    DecisionMadeOut,
    DocumentOut,
    DocumentWithContentOut,
    EntryOut,
    LinkOut,
    PassageOut,
    Say,
    SignatureOut,
    TieCases,
    WaitOut,
    WithReason,
)
from web.schemas.tasks import EvidenceOut, TaskOut

theme = Theme(
    "records", __name__, description="What a case leaves behind: trail, path, decisions, evidence, signatures."
)
COMMENT = CommentOut()
TRAIL, PASSAGES, DECISIONS = page_of(EntryOut), page_of(PassageOut), page_of(DecisionMadeOut)
EVIDENCE, SIGNATURES, COMMENTS, TASKS = (
    page_of(EvidenceOut),
    page_of(SignatureOut),
    page_of(CommentOut),
    page_of(TaskOut),
)
LINKS, WAITS = list_of(LinkOut), list_of(WaitOut)
DOCUMENTS, DOCUMENT = page_of(DocumentOut), DocumentWithContentOut()
PDF = {"type": "string", "format": "binary"}
CASE = "/instances/<uuid:instance_id>"


@theme.operation("GET", f"{CASE}/trail", scope="read", query=PageQuery, gives=TRAIL)
def trail(query: dict[str, Any], instance_id: UUID) -> Response:
    """The audit trail, in its order."""
    return _read(cases.trail, instance_id, query, TRAIL)


@theme.operation("GET", "/platform/trail", scope="read", query=PageQuery, gives=TRAIL)
def platform_trail(query: dict[str, Any]) -> Response:
    """What was deployed, released, bound, and changed about people; for auditors and administrators."""
    return look(lambda session, person: cases.platform_trail(session, person, query), TRAIL)


@theme.operation("GET", f"{CASE}/passages", scope="read", query=PageQuery, gives=PASSAGES)
def passages(query: dict[str, Any], instance_id: UUID) -> Response:
    """The path taken: flow nodes left, and flows."""
    return _read(cases.passages, instance_id, query, PASSAGES)


@theme.operation("GET", f"{CASE}/tasks", scope="read", query=PageQuery, gives=TASKS)
def tasks_of(query: dict[str, Any], instance_id: UUID) -> Response:
    """All tasks, also those done or withdrawn, oldest first."""
    return _read(tasks.of_case, instance_id, query, TASKS)


@theme.operation("GET", f"{CASE}/decisions", scope="read", query=PageQuery, gives=DECISIONS)
def decisions(query: dict[str, Any], instance_id: UUID) -> Response:
    """What decision tables answered, and which rows matched."""
    return _read(cases.decisions, instance_id, query, DECISIONS)


@theme.operation("GET", f"{CASE}/evidence", scope="read", query=PageQuery, gives=EVIDENCE)
def evidence_of(query: dict[str, Any], instance_id: UUID) -> Response:
    """All evidence, older versions included."""
    return _read(evidence.of_case, instance_id, query, EVIDENCE)


@theme.operation("GET", f"{CASE}/documents", scope="read", query=PageQuery, gives=DOCUMENTS)
def documents(query: dict[str, Any], instance_id: UUID) -> Response:
    """What the case has frozen, without the content."""
    return _read(cases.documents, instance_id, query, DOCUMENTS)


@theme.operation("GET", f"{CASE}/documents/<uuid:document_id>", scope="read", gives=DOCUMENT)
def document(instance_id: UUID, document_id: UUID) -> Response:
    """One document with its content."""
    return look(lambda session, person: cases.one_document(session, person, instance_id, document_id), DOCUMENT)


@theme.operation(
    "GET",
    "/documents/<uuid:document_id>.pdf",
    scope="read",
    gives=PDF,
    content_type="application/pdf",
    refused=(409, 503),
)
def document_on_paper(document_id: UUID) -> Response:
    """A document as PDF/A, by the template that its process brings along; 404 where it brings none."""
    return paper(document_id)


@theme.operation("GET", f"{CASE}/signatures", scope="read", query=PageQuery, gives=SIGNATURES)
def signatures(query: dict[str, Any], instance_id: UUID) -> Response:
    """Who signed what; also what is for an earlier version by now."""
    return _read(cases.signatures, instance_id, query, SIGNATURES)


@theme.operation("GET", f"{CASE}/links", scope="read", gives=LINKS)
def links(instance_id: UUID) -> Response:
    """Links to other cases that the caller may see."""
    return look(lambda session, person: cases.links(session, person, instance_id), LINKS)


@theme.operation("GET", f"{CASE}/waits", scope="read", gives=WAITS)
def waits_of(instance_id: UUID) -> Response:
    """The other cases that this one waits for: whom it waits for there, and since when."""
    return look(lambda session, person: waits.of_case(session, person, instance_id), WAITS)


@theme.operation("POST", f"{CASE}/links", scope="work", body=TieCases, gives=LINKS, status=201)
def tie(body: dict[str, Any], instance_id: UUID) -> Response:
    """Tie a case to another one that the caller may see. The same link twice is one."""

    def verb(session: Session, by: Person, now: datetime) -> Any:
        ties.tie(session, instance_id, body["target_id"], body["kind"], by=by, now=now)
        return cases.links(session, by, instance_id)

    return act(known.case(instance_id, verb), LINKS, status=201)


@theme.operation(
    "POST", f"{CASE}/links/<uuid:target_id>/lift", scope="work", body=WithReason, gives=LINKS, refused=(409,)
)
def lift(body: dict[str, Any], instance_id: UUID, target_id: UUID) -> Response:
    """Let a case no longer block another one, with a reason."""

    def verb(session: Session, by: Person, now: datetime) -> Any:
        ties.lift(session, instance_id, target_id, reason=body["reason"], by=by, now=now)
        return cases.links(session, by, instance_id)

    return act(known.case(instance_id, verb), LINKS)


@theme.operation("GET", f"{CASE}/comments", scope="read", query=PageQuery, gives=COMMENTS)
def comments(query: dict[str, Any], instance_id: UUID) -> Response:
    """What was said."""
    return _read(cases.comments, instance_id, query, COMMENTS)


@theme.operation("POST", f"{CASE}/comments", scope="work", body=Say, gives=COMMENT, status=201)
def comment(body: dict[str, Any], instance_id: UUID) -> Response:
    """Say something about a case, or about one of its tasks."""

    def verb(session: Session, by: Person, now: datetime) -> Any:
        return records.comment(session, instance_id, body["text"], task_id=body["task_id"], by=by, now=now)

    return act(known.case(instance_id, verb), COMMENT, status=201)


def _read(read: Callable[..., Any], instance_id: UUID, query: dict[str, Any], out: Schema) -> Response:
    return look(lambda session, person: read(session, person, instance_id, query), out)
