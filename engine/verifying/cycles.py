"""Are cycles, their series and their occurrences what the platform's trail says of them?"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import timetable
from engine.core.chain import content_digest
from engine.cycles import definition as definitions
from engine.cycles import series as planned
from engine.store.base import table_of
from engine.store.cycles import CycleRow, OccurrenceRow, SeriesRow
from engine.store.records import AuditEntry
from engine.verifying.findings import Finding
from engine.verifying.told import Known, Things, compared, finding

STATUS = {"cycle.activated": "active", "cycle.paused": "inactive", "cycle.ended": "ended"}
FACTS = ("cycle", "subject", "outcome", "instance_id", "must_end", "note", "reason")
MOMENTS = ("planned_on", "planned_at", "starts_at", "limit_at")


def of_platform(session: Session, entries: Sequence[AuditEntry]) -> Iterator[Finding]:
    """
    What differs from what the chain `platform` says, which itself holds.

    Of whatever an erased entry spoke, nothing is compared.
    """
    known, hidden = Known(), {entry.subject for entry in entries if entry.body is None}
    for entry in entries:
        if entry.body is not None and entry.verb.partition(".")[0] in ("cycle", "series", "occurrence"):
            _tell(known, entry, orjson.loads(entry.body))
    stored = {"cycles": _cycles(session), "series": _series(session), "occurrences": _occurrences(session)}
    for table, rows in stored.items():
        yield from compared(table, rows, known, hidden, len(entries))
    yield from _next_dates(session, known, hidden, len(entries))


def _tell(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    kind = entry.verb
    if kind in ("cycle.defined", "cycle.changed"):
        fresh = {"status": "inactive"} if kind == "cycle.defined" else {}
        said = fresh | {"version": body["version"], "definition": content_digest(body["definition"]).hex()}
        known.put("cycles", entry.subject, said, entry.number)
    elif kind in STATUS:
        known.put("cycles", entry.subject, {"status": STATUS[kind]}, entry.number)
    elif kind == "series.planned":
        said = {"plan": _digest(body["plan"]), "since": _moment(body["since"])}
        known.put("series", _place(body["cycle"], body["subject"]), said, entry.number)
    elif kind == "occurrence.recorded":
        said = {name: body.get(name) for name in FACTS} | {name: _moment(body[name]) for name in MOMENTS}
        said |= dict.fromkeys(("explanation", "explained_by"))
        known.put("occurrences", entry.subject, said, entry.number)
    elif kind == "occurrence.explained":
        said = {"explanation": body["note"], "explained_by": entry.actor}
        known.put("occurrences", entry.subject, said, entry.number)
    elif kind == "occurrence.started":
        said = {"outcome": "started", "instance_id": body["instance_id"]}
        known.put("occurrences", entry.subject, said, entry.number)


def _cycles(session: Session) -> Things:
    return {
        row.key: {"status": row.status, "version": row.version, "definition": content_digest(row.definition).hex()}
        for row in session.scalars(select(CycleRow))
    }


def _series(session: Session) -> Things:
    return {
        _place(row.cycle, row.subject): {"plan": _digest(row.plan), "since": row.since.isoformat()}
        for row in session.scalars(select(SeriesRow))
    }


def _occurrences(session: Session) -> Things:
    found = {}
    for row in session.scalars(select(OccurrenceRow)):
        about = {name: getattr(row, name) for name in (*FACTS, "explanation", "explained_by")}
        about |= {name: getattr(row, name).isoformat() for name in MOMENTS}
        found[str(row.id)] = about | {"instance_id": str(row.instance_id) if row.instance_id else None}
    return found


def _next_dates(session: Session, known: Known, hidden: set[str], last: int) -> Iterator[Finding]:
    """A series goes on after its newest occurrence, and its next date is what its plan makes of that."""
    newest = select(OccurrenceRow.cycle, OccurrenceRow.subject, func.max(OccurrenceRow.planned_on))
    newest = newest.where(~OccurrenceRow.extra).group_by(OccurrenceRow.cycle, OccurrenceRow.subject)
    days = {_place(cycle, subject): day for cycle, subject, day in session.execute(newest)}
    cycles = {row.key: row for row in session.execute(select(table_of(CycleRow)))}
    for row in session.execute(select(table_of(SeriesRow))):
        place, cycle = _place(row.cycle, row.subject), cycles.get(row.cycle)
        if place in hidden or cycle is None:
            continue
        number = known.number.get(("series", place), last)
        if row.last_on != days.get(place):
            yield finding("altered", number, "series", f"The occurrences say otherwise of {place}: last_on.")
        elif row.fault is None and row.waits_for is None and cycle.calendar:
            values = planned.values_of(row)
            definition = definitions.read(cycle.key, cycle.definition)
            expected = planned.moved(values, definition, timetable.calendar(session, cycle.calendar))
            if expected["next_at"] != row.next_at or expected["planned_on"] != row.planned_on:
                yield finding("altered", number, "series", f"Its plan says otherwise of {place}: next_at.")


def _place(cycle: str, subject: str) -> str:
    return f"{cycle} {subject}".strip()


def _digest(plan: dict[str, Any] | None) -> str | None:
    return None if plan is None else content_digest(plan).hex()


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).isoformat() if "T" in text else text
