"""Are ladders, and what was climbed of them, what the trail says?"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import audit
from engine.core.ladder_text import digest_of
from engine.store.ladders import LadderRow, LadderStep, LadderTold
from engine.store.records import AuditEntry
from engine.verifying.case import Told
from engine.verifying.findings import Finding
from engine.verifying.rows import rows

Key = tuple[str, int, int]


def of_platform(session: Session, entries: Sequence[AuditEntry]) -> Iterator[Finding]:
    """What differs from what the chain `platform` says of the versions of ladders."""
    changes = [entry for entry in entries if entry.verb == "ladder.changed"]
    hidden = {entry.subject for entry in changes if entry.body is None}
    told = {
        (one.subject, body["number"]): (one, body) for one in changes if one.body for body in [orjson.loads(one.body)]
    }
    versions = {(row.key, row.number): row for row in session.scalars(select(LadderRow))}
    for key in sorted(told.keys() | versions.keys()):
        name = f"version {key[1]} of the ladder {key[0]}"
        row, (entry, body) = versions.get(key), told.get(key, (None, {}))
        number = entry.number if entry else len(entries)
        if row is None:
            yield _finding("missing", audit.PLATFORM, number, "ladders", f"The {name} is missing.")
        elif entry is None:
            if key[0] not in hidden:
                yield _finding("inserted", audit.PLATFORM, number, "ladders", f"The trail knows no {name}.")
        elif not _as_told(row, entry, body):
            yield _finding("altered", audit.PLATFORM, number, "ladders", f"The {name} was altered.")


def _as_told(row: LadderRow, entry: AuditEntry, body: dict[str, Any]) -> bool:
    whole = (str(row.id), row.digest, row.since, row.by)
    told = (body["id"], body["digest"], entry.recorded_at, entry.actor)
    return whole == told and digest_of(row.key, row.content) == row.digest


def of_case(session: Session, instance_id: UUID, told: Sequence[Told], hidden: frozenset[str]) -> Iterator[Finding]:
    """
    What differs in the steps of a case whose trail holds.

    Args:
        hidden: the subjects of entries that were erased; of these, nothing is compared to the trail.
    """
    said = {_key(one): one for one in told if one.entry.verb.startswith("ladder.") and "rung" in one.body}
    steps = {_step(row): row for row in rows(session, LadderStep, instance_id=instance_id)}
    people: dict[Key, set[str]] = {}
    for one in rows(session, LadderTold, instance_id=instance_id):
        people.setdefault(_step(one), set()).add(one.person_id)
    for key in sorted(said.keys() | steps.keys() | people.keys()):
        found, spoken = steps.get(key), said.get(key)
        if key[0] in hidden:
            continue
        chain, name = str(instance_id), f"rung {key[2]} of task {key[0]}"
        number = spoken.entry.number if spoken else len(told)
        if spoken is None:
            yield _finding("inserted", chain, number, "ladder_steps", f"The trail knows nothing of {name}.")
        elif found is None:
            yield _finding("missing", chain, number, "ladder_steps", f"The step on {name} is missing.")
        elif _said(spoken) != (found.outcome, found.planned_at, found.at, found.because, found.kept_for):
            yield _finding("altered", chain, number, "ladder_steps", f"The trail says otherwise of {name}.")
        elif set(spoken.body["told"]) != people.get(key, set()):
            why = f"The trail says otherwise of who was told on {name}."
            yield _finding("altered", chain, number, "ladder_told", why)


def _step(row: Any) -> Key:
    return str(row.task_id), row.episode, row.rung


def _key(one: Told) -> Key:
    return one.entry.subject, one.body["episode"], one.body["rung"]


def _said(one: Told) -> tuple[Any, ...]:
    body = one.body
    planned = datetime.fromisoformat(body["planned_at"])
    return body["outcome"], planned, one.entry.recorded_at, body["because"], body["kept_for"]


def _finding(kind: str, chain: str, number: int, table: str, why: str) -> Finding:
    return Finding(kind=kind, chain=chain, number=number, record=table, why=why)
