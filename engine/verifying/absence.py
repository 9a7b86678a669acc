"""Are absences, who is on call, and departures what the platform's trail says of them?"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import audit
from engine.store.absence import DepartureRow, OverrideRow, RotationRow, SubstitutionRow
from engine.store.records import AuditEntry
from engine.verifying.findings import Finding

TABLES: dict[str, Any] = {
    "substitution": SubstitutionRow,
    "rotation": RotationRow,
    "override": OverrideRow,
    "departure": DepartureRow,
}
"""By the first part of the verbs that speak of its rows; the subject of an entry is the id of a row."""

MADE = {
    "substitution.planned": ("made_by", "made_at"),
    "rotation.defined": ("by", "since"),
    "override.made": ("made_by", "made_at"),
    "departure.begun": ("begun_by", "begun_at"),
}
EMPTY = {"substitution.planned": ("stopped_at",), "rotation.defined": ("until",), "override.made": ("cancelled_at",)}
EMPTY["departure.begun"] = ("done_at",)


def against(session: Session, entries: Sequence[AuditEntry]) -> Iterator[Finding]:
    """What differs from what the chain `platform` says, which itself holds. What was erased is compared to nothing."""
    hidden = {entry.subject for entry in entries if entry.body is None}
    told: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in TABLES}
    last: dict[str, int] = {}
    for entry in entries:
        kind = entry.verb.partition(".")[0]
        if kind in TABLES and entry.body is not None:
            told[kind].setdefault(entry.subject, {}).update(_said(entry, orjson.loads(entry.body)))
            last[entry.subject] = entry.number
    for kind, table in TABLES.items():
        rows = {str(row.id): row for row in session.scalars(select(table))}
        for key in sorted((rows.keys() | told[kind].keys()) - hidden):
            number, name = last.get(key, len(entries)), f"The {kind} {key}"
            if key not in rows:
                yield _finding("missing", number, table, f"{name} is missing.")
            elif key not in told[kind]:
                yield _finding("inserted", number, table, f"The trail knows nothing of {name}.")
            else:
                for column, value in sorted(told[kind][key].items()):
                    if _plain(getattr(rows[key], column)) != value:
                        yield _finding("altered", number, table, f"The trail says otherwise of {name}: {column}.")


def _said(entry: AuditEntry, body: dict[str, Any]) -> dict[str, Any]:
    """What an entry says of the row's columns."""
    kind = entry.verb.partition(".")[0]
    columns = TABLES[kind].__table__.columns.keys()
    said = {name: value for name, value in body.items() if name in columns and not _is_change(value)}
    said |= {name: value["after"] for name, value in body.items() if name in columns and _is_change(value)}
    if entry.verb not in MADE:
        return {name: value for name, value in said.items() if name != "reason"} | _until(entry)
    by, at = MADE[entry.verb]
    return said | {by: entry.actor, at: _plain(entry.recorded_at)} | dict.fromkeys(EMPTY[entry.verb])


def _until(entry: AuditEntry) -> dict[str, Any]:
    """The moment that an entry itself puts into a column."""
    column = {"rotation.replaced": "until", "override.cancelled": "cancelled_at", "departure.done": "done_at"}
    return {column[entry.verb]: _plain(entry.recorded_at)} if entry.verb in column else {}


def _is_change(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"before", "after"}


def _plain(value: Any) -> Any:
    """A value as a body of the trail holds it."""
    if isinstance(value, datetime):
        return orjson.loads(orjson.dumps(value))
    return value.isoformat() if isinstance(value, date) else value


def _finding(kind: str, number: int, table: Any, why: str) -> Finding:
    return Finding(kind=kind, chain=audit.PLATFORM, number=number, record=table.__tablename__, why=why)
