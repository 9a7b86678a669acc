"""
What is due: timers of cases, and processes that start by themselves.

The rows are the truth and workers only find them. A due timer fires inside
one transaction, under the lock of its case, so it fires once however many
workers look. On PostgreSQL they pass each other by (SKIP LOCKED); on SQLite
each takes its turn, one timer a transaction.
"""

from contextlib import nullcontext
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, text, union_all, update
from sqlalchemy.orm import Session

from engine import acting, stuck
from engine.backoff import WAITS, rest
from engine.cases import lock
from engine.core import events as ev
from engine.core.stuck import Stuck
from engine.hot import Hot
from engine.identity.person import Person
from engine.running import start_timers, stepping
from engine.store.base import table_of
from engine.store.running import Instance, StartTimer, Timer
from engine.transactions import Database, passing

TIMER = table_of(Timer)
BATCH = 5
"""Cases in one transaction on PostgreSQL: more holds people up and saves nothing."""

DUE = Hot(
    select(Timer.instance_id)
    .join(Instance, Instance.id == Timer.instance_id)
    .where(
        text("timers.status = 'pending'"),
        Timer.next_try_at <= bindparam("now"),
        text("instances.status = 'running'"),
    )
    .order_by(Timer.next_try_at, Timer.id)
    .limit(bindparam("at_most"))
    .with_for_update(key_share=True, of=Instance, skip_locked=True)
)
STILL_DUE = Hot(
    select(Timer.id, Timer.attempts).where(
        Timer.instance_id == bindparam("instance_id"),
        text("timers.status = 'pending'"),
        Timer.next_try_at <= bindparam("now"),
    )
)
NEXT = Hot(
    union_all(
        select(func.min(Timer.next_try_at)).where(
            text("timers.status = 'pending'"), Timer.next_try_at > bindparam("after")
        ),
        select(func.min(StartTimer.next_at)).where(
            text("start_timers.next_at IS NOT NULL"), StartTimer.next_at > bindparam("after")
        ),
    )
)
LATER = (
    update(TIMER)
    .where(TIMER.c.id == bindparam("timer_id"))
    .values(next_try_at=bindparam("moment"), attempts=TIMER.c.attempts + 1, status=bindparam("status"))
)


class _Failed(Exception):
    """A case could not fire what is due, in a transaction that others share."""


def drain_timers(database: Database, *, now: datetime, limit: int = 100) -> int:
    """
    Fire what is due, oldest first, at most about `limit` cases; safe to call from anywhere and at once.

    Returns:
        How many cases were woken and started.
    """
    worker = acting.worker(database, now=now)
    done = 0
    while done < limit:
        woken = _wake_some(database, by=worker, now=now)
        if not woken:
            break
        done += woken
        database.breathe()
    while done < limit and database.perform(
        lambda session: start_timers.fire_one(session, by=worker, now=now), by=worker, now=now
    ):
        done += 1
        database.breathe()
    return done


def next_due(session: Session, after: datetime) -> datetime | None:
    """The earliest moment after `after` at which a case or a process that starts by itself is to be woken."""
    return NEXT.earliest(session, {"after": after})


def _wake_some(database: Database, *, by: Person, now: datetime) -> int:
    """Wake some cases in one transaction. Where one of them fails, once more, so that only what fails is undone."""
    try:
        return database.perform(lambda session: _wake_due(session, database, by=by, now=now), by=by, now=now)
    except _Failed:
        return database.perform(
            lambda session: _wake_due(session, database, apart=True, by=by, now=now), by=by, now=now
        )


def _wake_due(session: Session, database: Database, *, apart: bool = False, by: Person, now: datetime) -> int:
    at_most = 1 if database.is_sqlite else BATCH
    found = dict.fromkeys(row.instance_id for row in DUE.all(session, {"now": now, "at_most": at_most}))
    for instance_id in found:
        _wake(session, instance_id, apart=apart, by=by, now=now)
    return len(found)


def _wake(session: Session, instance_id: UUID, *, apart: bool, by: Person, now: datetime) -> None:
    """
    Let a locked case fire what is due in it. What fails is undone, and rests or becomes a stuck step.

    A failure of the database that may pass is not the case's fault: the transaction is tried again.

    Args:
        apart: undo what fails by itself, for two journeys more; otherwise the transaction has failed as a whole.
    """
    case = lock(session, instance_id)
    due = STILL_DUE.all(session, {"instance_id": instance_id, "now": now})
    if not due:
        return
    try:
        with session.begin_nested() if apart else nullcontext():
            taken = stepping.take(session, case, ev.TimerDue(), by=by, now=now)
    except Exception as error:  # Whatever it is, it must not stop the timers of other cases.
        if passing(error):
            raise
        if not apart:
            raise _Failed from error
        if isinstance(error, Stuck):
            _give_up(session, instance_id, due, error, by=by, now=now)
        else:
            _rest(session, instance_id, due, error, by=by, now=now)
        return
    if taken.rows.cleared:
        return
    # A case that hears of its row first has fired what was due already then.
    left = STILL_DUE.all(session, {"instance_id": instance_id, "now": now})
    if left:
        unknown = Stuck(str(instance_id), case.title, "A timer is due that the case does not wait for.")
        _rest(session, instance_id, left, unknown, by=by, now=now)


def _rest(session: Session, instance_id: UUID, due: Any, error: Exception, *, by: Person, now: datetime) -> None:
    attempts = max(timer.attempts for timer in due)
    if attempts >= len(WAITS):
        said = f"{type(error).__name__}: {error}"
        _give_up(session, instance_id, due, Stuck(str(instance_id), "the case", said), by=by, now=now)
        return
    moment = now + rest(attempts + 1, instance_id)
    session.execute(LATER, [{"timer_id": timer.id, "moment": moment, "status": "pending"} for timer in due])


def _give_up(session: Session, instance_id: UUID, due: Any, error: Stuck, *, by: Person, now: datetime) -> None:
    stuck.keep(session, lock(session, instance_id), ev.TimerDue(), error, by=by, now=now)
    session.execute(LATER, [{"timer_id": timer.id, "moment": now, "status": "stuck"} for timer in due])
