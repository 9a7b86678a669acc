"""Do processes start by themselves when the trail says that they do? Finds a start that was put off, or taken away."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.hot import Hot
from engine.store.base import table_of
from engine.store.definitions import DefinitionRow
from engine.store.records import AuditEntry
from engine.store.running import Instance, StartTimer
from engine.verifying.findings import Finding
from engine.verifying.rows import rows
from engine.verifying.told import finding

STARTS = Hot(
    select(table_of(StartTimer), DefinitionRow.deployment_id).join(
        DefinitionRow, DefinitionRow.id == StartTimer.definition_id
    )
)
CASES = Hot(select(Instance.id).where(Instance.definition_id == bindparam("of_definition")))
TABLE = StartTimer.__tablename__
Key = tuple[str, str]
"""Process and element."""


def of_platform(session: Session, entries: Sequence[AuditEntry]) -> Iterator[Finding]:
    """What differs from what the chain `platform`, and the beginnings of cases, say of the next starts."""
    released, failed = _told(entries)
    stored = {(row.process, row.element): row for row in STARTS.all(session, {})}
    for key in sorted(released.keys() | stored.keys()):
        row, (number, said) = stored.get(key), released.get(key, (len(entries), None))
        if said is None and (row is None or key[0] not in {process for process, _ in released}):
            continue  # Released by a version that told nothing of it, or by an entry that was erased.
        if row is None:
            yield finding("missing", number, TABLE, f"The start {key[1]} of {key[0]} is missing.")
        elif said is None:
            yield finding("inserted", number, TABLE, f"The trail knows no start {key[1]} of {key[0]}.")
        else:
            fired = [*failed.get(key, ()), *_fired(session, row)]
            if None not in fired and not _as_told(row, said, [one for one in fired if one]):
                why = f"The trail says otherwise of when {key[1]} of {key[0]} comes next."
                yield finding("altered", number, TABLE, why)


def _told(entries: Sequence[AuditEntry]) -> tuple[dict[Key, Any], dict[Key, list[dict[str, Any] | None]]]:
    """By start: what the newest release said, with its number, and what of its tries since then failed."""
    released, failed = dict[Key, Any](), dict[Key, list[dict[str, Any] | None]]()
    for entry in entries:
        if entry.verb not in ("deployment.released", "start.failed") or entry.body is None:
            continue
        body = orjson.loads(entry.body)
        if entry.verb == "start.failed":
            failed.setdefault((body["process"], body["timer"]), []).append(body if "next_at" in body else None)
            continue
        processes = set(body["bindings"])
        for known in (released, failed):
            for key in [key for key in known if key[0] in processes]:
                known.pop(key)
        released |= {(one["process"], one["element"]): (entry.number, one) for one in body.get("starts", ())}
    return released, failed


def _fired(session: Session, row: Any) -> Iterator[dict[str, Any] | None]:
    """What the cases say that it has started; None where that was erased, or was written before it was told."""
    for (case,) in CASES.all(session, {"of_definition": row.definition_id}):
        for entry in rows(session, AuditEntry, chain=str(case), number=1):
            body = orjson.loads(entry.body) if entry.body else None
            if body is None or body.get("timer") == row.element:
                yield body if body and "next_at" in body else None


def _as_told(row: Any, said: dict[str, Any], fired: list[dict[str, Any]]) -> bool:
    last = max(fired, key=lambda one: datetime.fromisoformat(one["due_at"]), default=said)
    following = datetime.fromisoformat(last["next_at"]) if last["next_at"] else None
    told = (said["definition"], said["text"], datetime.fromisoformat(said["began_at"]), following, len(fired))
    return told == (str(row.definition_id), row.text, row.began_at, row.next_at, row.fired)
