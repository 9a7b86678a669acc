"""Are the links between cases those that the trails of either side speak of?"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from engine.hot import Hot
from engine.store.base import table_of
from engine.store.records import AuditEntry
from engine.store.running import Link
from engine.verifying.findings import Finding

OF_CASE = Hot(
    select(table_of(Link)).where(or_(Link.source_id == bindparam("of_case"), Link.target_id == bindparam("of_case")))
)
Tie = tuple[str, str, str]
"""Source, target and kind."""

VERBS = ("instance.linked", "instance.joined", "instance.started")


def against(session: Session, instance_id: UUID, told: Sequence[Any]) -> Iterator[Finding]:
    """
    What differs in the links of a case whose trail holds.

    Args:
        told: the entries of its trail that can still be read, each with its `entry` and `body`.
    """
    own = set(_ties(str(instance_id), ((one.entry.verb, one.entry.subject, one.body) for one in told)))
    there = OF_CASE.all(session, {"of_case": instance_id})
    rows = {(str(row.source_id), str(row.target_id), row.kind) for row in there}
    for source, target, kind in sorted(own - rows):
        yield _finding(instance_id, told, "missing", f"The link {kind} from {source} to {target} is missing.")
    strange = {tie for tie in rows - own if tie[0] == str(instance_id)}
    for source, target, kind in sorted(strange):
        if (source, target, kind) not in _told_by(session, target):
            yield _finding(instance_id, told, "inserted", f"Nobody made the link {kind} from {source} to {target}.")
    lifted = {
        (one.entry.subject, one.entry.actor, one.entry.recorded_at, one.body["reason"])
        for one in told
        if one.entry.verb == "instance.unblocked"
    }
    own_rows = [row for row in there if row.source_id == instance_id and row.lifted_at]
    said = {(str(row.target_id), row.lifted_by, row.lifted_at, row.reason) for row in own_rows}
    for target, *_ in sorted(lifted ^ said):
        why = f"Whether the link to {target} was lifted is not as the trail says."
        yield _finding(instance_id, told, "altered", why)


def _told_by(session: Session, chain: str) -> set[Tie]:
    query = select(AuditEntry.verb, AuditEntry.subject, AuditEntry.body).where(
        AuditEntry.chain == chain, AuditEntry.verb.in_(VERBS), AuditEntry.body.is_not(None)
    )
    found = session.execute(query).all()
    return set(_ties(chain, ((row.verb, row.subject, orjson.loads(row.body or b"{}")) for row in found)))


def _ties(chain: str, entries: Iterable[tuple[str, str, dict[str, Any]]]) -> Iterator[Tie]:
    for verb, subject, body in entries:
        if verb == "instance.linked":
            yield chain, subject, body["kind"]
        elif verb == "instance.joined":
            yield body["from"], chain, body["kind"]
        elif verb == "instance.started" and "raised_by" in body:
            yield body["raised_by"], chain, body["link"]


def _finding(instance_id: UUID, told: Sequence[Any], kind: str, why: str) -> Finding:
    return Finding(kind=kind, chain=str(instance_id), number=len(told), record="links", why=why)
