"""The lane of the cycles: whatever has come round is started, by any number of workers at once."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, text
from sqlalchemy.orm import Session

from engine import acting, timetable
from engine.cycles import definition as definitions
from engine.cycles import occurrences, rows, series
from engine.cycles.definition import Definition
from engine.hot import Hot
from engine.identity import people
from engine.identity.person import Person
from engine.store.base import table_of
from engine.store.cycles import CycleRow, SeriesRow
from engine.store.running import Instance
from engine.transactions import Database

CYCLES, SERIES = table_of(CycleRow), table_of(SeriesRow)
ACTIVE = Hot(select(CYCLES).where(text("cycles.status = 'active'")).order_by(CYCLES.c.key))
STILL_ACTIVE = (
    select(CYCLES)
    .where(CYCLES.c.key == bindparam("of"), text("cycles.status = 'active'"))
    .with_for_update(skip_locked=True)
)
DUE = (
    select(SERIES)
    .where(text("series.next_at IS NOT NULL"), SERIES.c.next_at <= bindparam("now"))
    .order_by(SERIES.c.next_at, SERIES.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
ENDED = (
    select(SERIES)
    .join(Instance, Instance.id == SERIES.c.waits_for)
    .where(text("series.waits_for IS NOT NULL AND instances.ended_at IS NOT NULL"))
    .order_by(SERIES.c.id)
    .limit(1)
    .with_for_update(of=SERIES, skip_locked=True)
)
DEFINITION = select(CYCLES.c.definition).where(CYCLES.c.key == bindparam("of"))
NEXT = Hot(
    select(SERIES.c.next_at)
    .where(text("series.next_at IS NOT NULL"), SERIES.c.next_at > bindparam("after"))
    .order_by(SERIES.c.next_at)
    .limit(1)
)


def drain_cycles(database: Database, *, now: datetime, limit: int = 100) -> int:
    """
    Start what has come round, oldest first, at most about `limit` occurrences; safe to call from anywhere and at once.

    What was planned when it came due happens first; then plans follow
    registers and calendar, and what that brings due happens as well.

    Returns:
        How many occurrences were written.
    """
    worker = acting.worker(database, now=now)
    done = _work_off(database, worker, now, limit)
    if done < limit and _keep_up(database, worker, now):
        done += _work_off(database, worker, now, limit - done)
    return done


def next_due(session: Session, after: datetime) -> datetime | None:
    """The earliest moment after `after` at which the work of an occurrence starts."""
    return NEXT.earliest(session, {"after": after})


def settle_all(session: Session, definition: Definition, *, by: Person, now: datetime) -> None:
    """Work off, in the worker's name, what is due in a cycle as it is planned now, before its plan changes."""
    worker = people.operator(session, "worker", now=now)
    calendar = timetable.calendar(session, timetable.in_use(session, by=by, now=now))
    while True:
        due = [
            one
            for one in session.execute(series.OF_CYCLE, {"of": definition.key})
            if one.next_at is not None and one.next_at <= now
        ]
        if not due:
            return
        for one in due:
            occurrences.settle(session, definition, one, calendar, by=worker, now=now)


def _work_off(database: Database, worker: Person, now: datetime, limit: int) -> int:
    done = 0
    while done < limit:
        written = database.perform(lambda session: _one(session, by=worker, now=now), by=worker, now=now)
        if written is None:
            break
        done += written
        database.breathe()
    return done


def _one(session: Session, *, by: Person, now: datetime) -> int | None:
    """Work on one series that is due or whose case has ended; None when there is none."""
    of = session.execute(DUE, {"now": now}).one_or_none()
    ended = session.execute(ENDED).one_or_none() if of is None else None
    found = of or ended
    if found is None:
        return None
    definition = of_key(session, found.cycle)
    calendar = timetable.calendar(session, timetable.in_use(session, by=by, now=now))
    if of is None:
        occurrences.wake(session, definition, found, calendar)
        return 0
    return occurrences.settle(session, definition, of, calendar, by=by, now=now)


def _keep_up(database: Database, worker: Person, now: datetime) -> bool:
    """Let plans follow the registers and the calendar; whether one had to."""
    with database.reading() as session:
        calendar = _calendar_in_use(session)
        late = [row.key for row in ACTIVE.all(session, {}) if _is_behind(session, row, calendar)]
    for key in late:
        database.perform(lambda session, key=key: _follow(session, key, by=worker, now=now), by=worker, now=now)  # type: ignore[misc]
    return bool(late)


def _follow(session: Session, key: str, *, by: Person, now: datetime) -> None:
    row = session.execute(STILL_ACTIVE, {"of": key}).one_or_none()
    if row is None or not _is_behind(session, row, _calendar_in_use(session)):
        return
    calendar = timetable.calendar(session, timetable.in_use(session, by=by, now=now))
    made = definitions.read(row.key, row.definition)
    series.refresh(session, made, calendar=calendar, activated_at=row.activated_at, by=by, now=now)


def _is_behind(session: Session, row: Row[Any], calendar: str | None) -> bool:
    """Whether the calendar in use or the register is another than its series were counted with."""
    if calendar is None or row.calendar != calendar:
        return True
    register = row.definition.get("for_each", {}).get("register")
    return register is not None and rows.head(session, register) != row.register_head


def _calendar_in_use(session: Session) -> str | None:
    in_use = session.execute(timetable.IN_USE).scalar_one_or_none()
    return in_use["digest"] if in_use else None


def of_key(session: Session, key: str) -> Definition:
    """The definition of a cycle that exists."""
    return definitions.read(key, session.execute(DEFINITION, {"of": key}).scalar_one())
