"""Series: what a cycle plans for each subject, kept in step with definition, register and calendar."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from engine import audit
from engine.core.calendar import Calendar, TimeError
from engine.core.chain import Chain
from engine.core.recurrence import Plan, Planned, planned
from engine.cycles import rows
from engine.cycles.definition import Definition
from engine.cycles.subjects import Wanted, as_document, wanted, zone_of
from engine.identity.person import Person
from engine.ids import new_id
from engine.store.base import table_of
from engine.store.cycles import CycleRow, OccurrenceRow, SeriesRow

CYCLES, SERIES = table_of(CycleRow), table_of(SeriesRow)
OF_CYCLE = select(SERIES).where(SERIES.c.cycle == bindparam("of")).order_by(SERIES.c.subject).with_for_update()
NEW = insert(SERIES)
SET = (
    update(SERIES)
    .where(SERIES.c.id == bindparam("series"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in ("plan", "since", "planned_on", "next_at", "waits_for", "fault", "last_on", "recorded")
        }
        | {"counted_from": bindparam("new_counted_from")}
    )
)
SEEN = (
    update(CYCLES)
    .where(CYCLES.c.key == bindparam("of"))
    .values(calendar=bindparam("digest"), register_head=bindparam("head"))
)
RECORDED = (
    select(OccurrenceRow.subject, func.count(), func.max(OccurrenceRow.planned_on))
    .where(OccurrenceRow.cycle == bindparam("of"), ~OccurrenceRow.extra)
    .group_by(OccurrenceRow.subject)
)


def refresh(
    session: Session,
    definition: Definition,
    *,
    calendar: Calendar,
    activated_at: datetime | None,
    begins: bool = False,
    by: Person,
    now: datetime,
) -> None:
    """
    Bring the series of a cycle in step: new subjects get one, subjects that are gone lose their dates, and where a
    plan has changed the dates are counted anew from its anchor, those after `now` alone.

    Args:
        activated_at: None for a cycle that is not active: nothing is planned.
        begins: plans hold from `now`, also those that have not changed.
    """
    head = rows.head(session, definition.register) if definition.register else None
    there = {row.subject: row for row in session.execute(OF_CYCLE, {"of": definition.key})}
    found: dict[str, Wanted] = {}
    if activated_at:
        found = wanted(session, definition, calendar=calendar, since=activated_at, now=now)
    known = {subject: (count, last) for subject, count, last in session.execute(RECORDED, {"of": definition.key})}
    chain = audit.extend(session, audit.PLATFORM)
    for subject in sorted(there.keys() | found.keys()):
        want = found.get(subject) or Wanted(subject, None)
        before = there.get(subject)
        recorded, last_on = known.get(subject, (0, None))
        values = _first(recorded, last_on, now) if before is None else _values(before)
        values = _planned_anew(values, want, definition, calendar, begins=begins, now=now)
        if before is None:
            session.execute(NEW, values | {"id": new_id(), "cycle": definition.key, "subject": subject})
        elif values != _values(before):
            put(session, before.id, values)
        _tell(chain, definition.key, subject, before, values, by=by, now=now)
    audit.save(session, chain)
    session.execute(SEEN, {"of": definition.key, "digest": calendar.digest, "head": head})


def dates(series: Any, definition: Definition, calendar: Calendar) -> Iterator[Planned]:
    """
    The dates of a series after its last occurrence, none where it has come to its end.

    Raises:
        TimeError: the plan leads out of the calendar.
    """
    if series["plan"] is None:
        return iter(())
    plan = Plan(**series["plan"])
    left = definition.count - series["recorded"] if definition.count else None
    if series["counted_from"]:
        plan = replace(plan, anchor=series["counted_from"].isoformat())
    found = planned(plan, calendar, zone_of(plan, calendar), since=series["since"], after=series["last_on"])
    return found if left is None else (one for one, _ in zip(found, range(left), strict=False))


def moved(values: dict[str, Any], definition: Definition, calendar: Calendar) -> dict[str, Any]:
    """The same series with its next date, or with the fault that keeps it from having one."""
    try:
        coming = next(dates(values, definition, calendar), None)
    except TimeError as error:
        return values | {"planned_on": None, "next_at": None, "fault": str(error)}
    return values | {"planned_on": coming.on if coming else None, "next_at": coming.starts_at if coming else None}


def put(session: Session, series_id: Any, values: dict[str, Any]) -> None:
    """Write what a series has become."""
    session.execute(SET, {"series": series_id} | {f"new_{name}": value for name, value in values.items()})


def values_of(series: Row[Any]) -> dict[str, Any]:
    """What can change of a series."""
    return _values(series)


def _planned_anew(
    values: dict[str, Any], want: Wanted, definition: Definition, calendar: Calendar, *, begins: bool, now: datetime
) -> dict[str, Any]:
    plan = as_document(want.plan) if want.plan else None
    changed = plan != values["plan"] or begins
    values = values | {"plan": plan, "fault": want.fault}
    if changed:
        values |= {"since": now}
    if plan is None:
        return values | {"planned_on": None, "next_at": None, "waits_for": None}
    return values if values["waits_for"] else moved(values, definition, calendar)


def _first(recorded: int, last_on: Any, now: datetime) -> dict[str, Any]:
    empty = dict.fromkeys(("plan", "planned_on", "next_at", "waits_for", "fault", "counted_from"))
    return empty | {"since": now, "recorded": recorded, "last_on": last_on}


def _values(series: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in series._mapping.items() if name not in ("id", "cycle", "subject")}


def _tell(
    chain: Chain,
    cycle: str,
    subject: str,
    before: Row[Any] | None,
    after: dict[str, Any],
    *,
    by: Person,
    now: datetime,
) -> None:
    """The trail says from when which plan holds for whom, whenever that changes."""
    if before is None or (before.plan, before.since) != (after["plan"], after["since"]):
        said = {"cycle": cycle, "subject": subject, "plan": after["plan"], "since": after["since"].isoformat()}
        chain.add("series.planned", f"{cycle} {subject}".strip(), said, by=by.id, now=now)
