"""Are evidence, signatures and comments what the trail says of them, and are the files what was handed in?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine import signatures
from engine.core.chain import content_digest
from engine.store.records import Comment, Evidence, Signature
from engine.verifying.case import Told
from engine.verifying.files import Files
from engine.verifying.findings import Finding
from engine.verifying.rows import rows

SAID_OF_EVIDENCE = ("slot", "kind", "name", "media_type", "size", "sha256", "url", "effective_on")


@dataclass(frozen=True)
class _Case:
    session: Session
    instance_id: UUID
    told: Sequence[Told]
    whole: bool

    def finding(self, kind: str, table: str, why: str, of: Told | None = None) -> Finding:
        number = of.entry.number if of else len(self.told)
        return Finding(kind=kind, chain=str(self.instance_id), number=number, record=table, why=why)

    def rows(self, table: Any) -> dict[str, Any]:
        return {str(row.id): row for row in rows(self.session, table, instance_id=self.instance_id)}

    def strangers(self, table: str, left: dict[str, Any]) -> Iterator[Finding]:
        """Rows that no entry speaks of; where entries were erased nobody can tell."""
        for row_id in sorted(left) if self.whole else ():
            yield self.finding("inserted", table, f"The trail knows nothing of {row_id}.")


def against(
    session: Session, instance_id: UUID, told: Sequence[Told], *, whole: bool, files: Files
) -> Iterator[Finding]:
    """
    What differs from what the trail of a case says.

    Args:
        whole: whether nothing of the trail was erased.
    """
    case = _Case(session, instance_id, told, whole)
    yield from _evidence(case, files)
    yield from _signatures(case)
    yield from _comments(case)


def _evidence(case: _Case, files: Files) -> Iterator[Finding]:
    rows = case.rows(Evidence)
    for one in case.told:
        if one.entry.verb not in ("evidence.added", "evidence.replaced"):
            continue
        row = rows.pop(one.entry.subject, None)
        if row is None:
            yield case.finding("missing", "evidence", f"The evidence {one.body['name']!r} is missing.", one)
        elif not _as_told(row, one) or (row.by, row.received_at) != (one.entry.actor, one.entry.recorded_at):
            yield case.finding("altered", "evidence", f"The evidence {one.body['name']!r} was altered.", one)
        elif fault := files.fault(row.sha256):
            kind, why = fault
            yield case.finding(kind, "evidence", why, one)
    yield from case.strangers("evidence", rows)


def _as_told(row: Any, one: Told) -> bool:
    replaced = str(row.replaces_id) if row.replaces_id else None
    said = all(_spelled(getattr(row, name)) == one.body[name] for name in SAID_OF_EVIDENCE)
    said = said and row.version == one.body.get("version")
    return said and replaced == one.body["replaces"] and str(row.task_id) == one.body["task"]


def _signatures(case: _Case) -> Iterator[Finding]:
    rows = case.rows(Signature)
    outdated = {one.entry.subject: one.entry.recorded_at for one in case.told if one.entry.verb == "signature.outdated"}
    for one in case.told:
        said = one.body.get("signature")
        if not said:
            continue
        row = rows.pop(said["id"], None)
        if row is None:
            yield case.finding("missing", "signatures", f"The signature {said['id']} is missing.", one)
        elif not signatures.digest_of(row._asdict()) == row.digest == said["digest"]:
            yield case.finding("altered", "signatures", f"The signature of {row.by} was altered.", one)
        elif row.outdated_at != outdated.get(said["id"]) and case.whole:
            why = f"The trail says otherwise of whether the signature of {row.by} stands."
            yield case.finding("altered", "signatures", why, one)
    yield from case.strangers("signatures", rows)


def _comments(case: _Case) -> Iterator[Finding]:
    rows = case.rows(Comment)
    for one in case.told:
        said = one.body.get("comment")
        if not said:
            continue
        row, when = rows.pop(said["id"], None), one.entry.recorded_at
        if row is None:
            yield case.finding("missing", "comments", f"The comment {said['id']} is missing.", one)
        elif (content_digest(row.text).hex(), row.by, row.at) != (said["digest"], one.entry.actor, when):
            yield case.finding("altered", "comments", f"The comment of {row.by} was altered.", one)
        elif row.task_id and str(row.task_id) not in (one.entry.subject, one.body.get("task")):
            yield case.finding("altered", "comments", f"The comment of {row.by} is said to be on another task.", one)
    yield from case.strangers("comments", rows)


def _spelled(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
