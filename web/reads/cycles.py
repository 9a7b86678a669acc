"""
Lists of cycles and of what has come round. Plans are known to everybody who can sign in.

What came of a plan is not, where it is a confidential case: for whoever may
not see that, it never came round.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from engine import access, audit
from engine.cycles import definition as definitions
from engine.cycles import planning
from engine.cycles.gaps import is_gap
from engine.errors import NotFound
from engine.identity.person import Person
from engine.store.base import table_of
from engine.store.cycles import CycleRow, OccurrenceRow, SeriesRow
from engine.store.records import AuditEntry
from engine.store.running import Instance
from web.paging import Key, Page, Query, page


def cycles(session: Session) -> dict[str, Any]:
    """All cycles by key."""
    coming = select(SeriesRow.cycle, func.min(SeriesRow.next_at)).group_by(SeriesRow.cycle)
    next_at = {row[0]: row[1] for row in session.execute(coming)}
    rows = session.scalars(select(CycleRow).order_by(CycleRow.key))
    return {"items": [_cycle(session, row, next_at.get(row.key)) for row in rows]}


def one_cycle(session: Session, person: Person, key: str) -> dict[str, Any]:
    """
    A cycle with its definition and its series; the case that one waits for only where `person` may see it.

    Raises:
        NotFound: there is no such cycle.
    """
    row = _row(session, key)
    seen = access.visible_instances(person)
    query = select(SeriesRow, seen.label("seen")).outerjoin(Instance, Instance.id == SeriesRow.waits_for)
    found = session.execute(query.where(SeriesRow.cycle == key).order_by(SeriesRow.subject)).all()
    series = [_series(one, waits_for=one.waits_for if visible else None) for one, visible in found]
    next_at = min((one["next_at"] for one in series if one["next_at"]), default=None)
    return _cycle(session, row, next_at) | {"definition": row.definition, "series": series}


def history(session: Session, key: str) -> dict[str, Any]:
    """
    What was done with a cycle, the newest first.

    Raises:
        NotFound: there is no such cycle.
    """
    _row(session, key)
    mine = (AuditEntry.chain == audit.PLATFORM) & (AuditEntry.subject == key) & AuditEntry.verb.startswith("cycle.")
    found = session.scalars(select(AuditEntry).where(mine).order_by(AuditEntry.number.desc()))
    return {
        "items": [
            {
                "at": one.recorded_at,
                "by": one.actor,
                "verb": one.verb,
                "said": orjson.loads(one.body) if one.body is not None else None,
            }
            for one in found
        ]
    }


def occurrences(session: Session, person: Person, filters: dict[str, Any], now: datetime) -> Page:
    """What has come round, the newest planned first; filters `cycle`, `subject` and `gap`."""
    query = _occurrences(person, now).where(access.tellable(person))
    for name in ("cycle", "subject"):
        if filters[name] is not None:
            query = query.where(getattr(OccurrenceRow, name) == filters[name])
    if filters["gap"] is not None:
        query = query.where(is_gap(now) if filters["gap"] else ~is_gap(now))
    keys = (Key(OccurrenceRow.planned_at.expression, descending=True), Key(OccurrenceRow.id.expression))
    return page(session, query, keys, limit=filters["limit"], cursor=filters["cursor"])


def one_occurrence(session: Session, person: Person, occurrence_id: UUID, now: datetime) -> Any:
    """
    One time that a cycle came round, which the caller has just acted on.

    Raises:
        NotFound: there is no such occurrence.
    """
    found = session.execute(_occurrences(person, now).where(OccurrenceRow.id == occurrence_id)).one_or_none()
    if found is None:
        raise NotFound("occurrence", str(occurrence_id))
    return found


def _occurrences(person: Person, now: datetime) -> Query:
    columns = [column for column in table_of(OccurrenceRow).columns if column.key != "instance_id"]
    case_id = case((access.visible_instances(person), OccurrenceRow.instance_id)).label("instance_id")
    found: Query = select(*columns, case_id, is_gap(now).label("gap"))
    return found.outerjoin(Instance, Instance.id == OccurrenceRow.instance_id)


def _series(row: SeriesRow, *, waits_for: UUID | None) -> dict[str, Any]:
    names = ("subject", "planned_on", "next_at", "fault")
    return {name: getattr(row, name) for name in names} | {"waits_for": waits_for}


def _cycle(session: Session, row: CycleRow, next_at: datetime | None) -> dict[str, Any]:
    lacks = planning.missing(session, definitions.read(row.key, row.definition)) if row.status != "ended" else None
    about = {name: getattr(row, name) for name in ("key", "status", "version", "activated_at", "note")}
    return about | {name: row.definition[name] for name in ("name", "process")} | {"next_at": next_at, "lacks": lacks}


def _row(session: Session, key: str) -> CycleRow:
    found = session.get(CycleRow, key)
    if found is None:
        raise NotFound("cycle", key)
    return found
