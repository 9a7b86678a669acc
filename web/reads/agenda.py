"""What is due, planned and done in a period: tasks, cycles and what has come round, as far as a person may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import access, cycles, timetable
from engine.cycles import definition as definitions
from engine.identity.person import Person
from engine.store.cycles import CycleRow, OccurrenceRow
from engine.store.running import LIVE_TASK, Instance, Task
from engine.subject import Subject
from web import model_words, words
from web.reads import entries

TASK = (Task.id, Task.name, Task.locals, Task.due_at, Task.holder, Task.accountable)
MOST = 500
"""As many tasks as one period shows."""

AHEAD = 60
"""Dates of one subject that are looked ahead."""


@dataclass(frozen=True)
class Item:
    """
    Something on a day.

    Args:
        kind: `due` a task, `planned` a cycle, `begun` what came round, `gap` what was not done in time.
        of: the case by its key and title, or the title of the row that a cycle comes round for.
        mine, late: whether the task is held by whoever looks, and its time is over.
    """

    on: date
    at: datetime
    kind: str
    title: str
    of: str
    address: str | None
    mine: bool = False
    late: bool = False


def items(
    session: Session, person: Person, since: datetime, until: datetime, *, zone: str, now: datetime
) -> list[Item]:
    """Everything between two moments, by time; days are those of `zone`."""
    place = ZoneInfo(zone)
    found = [
        *due(session, person, since, until, place, now),
        *planned(session, person, since, until, place, now),
        *came_round(session, person, since, until, place, now),
    ]
    return sorted(found, key=lambda one: (one.at, one.kind, one.title))


def due(
    session: Session, person: Person, since: datetime, until: datetime, place: ZoneInfo, now: datetime
) -> list[Item]:
    """Open tasks of the cases that `person` may see."""
    query = (
        select(*TASK, Instance.title, Instance.business_key)
        .join(Instance, Instance.id == Task.instance_id)
        .where(LIVE_TASK, Task.due_at >= since, Task.due_at < until)
        .where(access.visible_instances(person))
        .order_by(Task.due_at, Task.id)
        .limit(MOST)
    )
    return [
        Item(
            on=_day(one.due_at, place),
            at=one.due_at,
            kind="due",
            title=model_words.named_item(one),
            of=words.whole(one.title, one.business_key),
            address=f"/tasks/{one.id}",
            mine=one.holder == person.id,
            late=one.due_at <= now,
        )
        for one in session.execute(query)
    ]


def planned(
    session: Session, person: Person, since: datetime, until: datetime, place: ZoneInfo, now: datetime
) -> list[Item]:
    """When the active cycles are going to come round; of rows only those that `person` may look into."""
    active = select(CycleRow.key, CycleRow.definition).where(CycleRow.status == "active")
    calendar = timetable.calendar(session, timetable.in_use(session, by=person, now=now))
    coming: list[tuple[Any, cycles.Ahead]] = []
    for row in session.execute(active):
        made = definitions.read(row.key, row.definition)
        coming += [(row, one) for one in cycles.ahead(session, made, calendar, count=AHEAD, now=now)]
    titles = titled(session, person, [(row.definition, ahead.subject) for row, ahead in coming])
    return [
        Item(_day(one.at, place), one.at, "planned", row.definition["name"], title, f"/cycles/{row.key}")
        for (row, ahead), title in zip(coming, titles, strict=True)
        if title is not None
        for one in ahead.dates
        if since <= one.at < until
    ]


def came_round(
    session: Session, person: Person, since: datetime, until: datetime, place: ZoneInfo, now: datetime
) -> list[Item]:
    """What has come round, with its case where `person` may see it."""
    query = (
        select(
            OccurrenceRow,
            CycleRow.definition,
            cycles.is_gap(now).label("gap"),
            access.visible_instances(person).label("seen"),
        )
        .join(CycleRow, CycleRow.key == OccurrenceRow.cycle)
        .outerjoin(Instance, Instance.id == OccurrenceRow.instance_id)
        .where(OccurrenceRow.planned_at >= since, OccurrenceRow.planned_at < until, access.tellable(person))
        .order_by(OccurrenceRow.planned_at)
        .limit(MOST)
    )
    found, came = [], session.execute(query).all()
    titles = titled(session, person, [(definition, one.subject) for one, definition, _gap, _visible in came])
    for (one, definition, gap, visible), title in zip(came, titles, strict=True):
        if title is not None:
            address = f"/cases/{one.instance_id}" if visible else f"/cycles/{one.cycle}"
            kind = "gap" if gap else "begun"
            on = _day(one.planned_at, place)
            found.append(Item(on, one.planned_at, kind, definition["name"], title, address))
    return found


def titled(session: Session, person: Person, wanted: Sequence[tuple[Mapping[str, Any], str]]) -> list[str | None]:
    """
    What cycles come round for: nothing, or the title of a row; None where `person` may not look into it.

    Args:
        wanted: the definition of each cycle, and its subject.
    """
    about = [_about(definition, subject) for definition, subject in wanted]
    titles = entries.titles(session, person, {one for one in about if one})
    return [titles.get(one) if one else "" for one in about]


def _about(definition: Mapping[str, Any], subject: str) -> Subject | None:
    register = (definition.get("for_each") or {}).get("register")
    return Subject(register=register, row=subject) if subject and register else None


def _day(at: datetime, place: ZoneInfo) -> date:
    return at.astimezone(place).date()
