"""What the first look at the whole shows: counted at the moment it is asked for, in the rights of who asks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from engine import access, cycles, registers
from engine.identity import vacancies
from engine.identity.person import Person
from engine.store.cycles import CycleRow, OccurrenceRow
from engine.store.running import LIVE_TASK, Instance, Task
from web.reads import cases, deliveries, entries
from web.reads.agenda import TASK, titled

MOST = 8


@dataclass(frozen=True)
class Lapsed:
    """Something whose time is up: an entry in a state that alarms, a role that stands empty, a date that was missed."""

    title: str
    said: str
    address: str
    at: datetime | None = None


def counts(session: Session, person: Person, *, now: datetime, soon: datetime) -> dict[str, int]:
    """
    Of the cases that `person` may see: `open` ones; of their tasks those `due` until `soon`, and those `late`.

    Args:
        soon: how far ahead a task is due soon; later than `now`.
    """
    here = access.visible_instances(person)
    running = select(func.count()).select_from(Instance).where(Instance.ended_at.is_(None), here)
    tasks = (
        select(
            func.sum(case(((Task.due_at > now) & (Task.due_at <= soon), 1), else_=0)),
            func.sum(case((Task.due_at <= now, 1), else_=0)),
        )
        .join(Instance, Instance.id == Task.instance_id)
        .where(LIVE_TASK, Task.due_at <= soon, here)
    )
    due, late = session.execute(tasks).one()
    return {"open": session.scalar(running) or 0, "due": due or 0, "late": late or 0}


def late(session: Session, person: Person, *, now: datetime) -> list[Any]:
    """The tasks that are late longest, of the cases that `person` may see."""
    query = (
        select(*TASK, Task.element, Instance.definition_id, Instance.title, Instance.business_key)
        .join(Instance, Instance.id == Task.instance_id)
        .where(LIVE_TASK, Task.due_at <= now, access.visible_instances(person))
        .order_by(Task.due_at, Task.id)
        .limit(MOST)
    )
    return list(session.execute(query))


def lapsed(session: Session, person: Person, *, now: datetime) -> list[Lapsed]:
    """Empty roles; entries that alarm, in registers that `person` may look into; then missed dates without a reason."""
    found = [Lapsed(one.name, one.said, f"/groups/{one.key}") for one in vacancies.vacancies(session)]
    for one in entries.shown(session, person):
        for name, values in one.definition.shown.alarm.items():
            alarming = registers.matching(session, one.definition.key, {name: list(values)})
            rows = registers.within(session, alarming, person)
            place = f"/registers/{one.definition.key}/rows"
            found += [Lapsed(row.title, str(row.values[name]), f"{place}/{row.key}") for row in rows]
    return found + _missed(session, person, now)


def _missed(session: Session, person: Person, now: datetime) -> list[Lapsed]:
    query = (
        select(OccurrenceRow, CycleRow.definition)
        .join(CycleRow, CycleRow.key == OccurrenceRow.cycle)
        .outerjoin(Instance, Instance.id == OccurrenceRow.instance_id)
        .where(cycles.is_gap(now), OccurrenceRow.explained_at.is_(None), access.tellable(person))
        .order_by(OccurrenceRow.planned_at.desc())
    )
    found, missed = [], session.execute(query).all()
    titles = titled(session, person, [(definition, one.subject) for one, definition in missed])
    for (one, definition), title in zip(missed, titles, strict=True):
        if title is not None:
            named = f"{definition['name']}: {title}" if title else str(definition["name"])
            found.append(Lapsed(named, "", f"/cycles/{one.cycle}", one.planned_at))
    return found


def troubles(session: Session, person: Person) -> dict[str, int]:
    """How much needs an operator: `dead` deliveries and `stuck` steps, as far as `person` may see them."""
    return {
        "dead": deliveries.counts(session, person).get("dead", 0),
        "stuck": cases.count_stuck(session, person),
    }
