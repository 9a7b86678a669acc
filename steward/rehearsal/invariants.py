"""
What must hold on every day, whatever happened: asked of the database, not of those who filled it.

Each check yields sentences about what does not hold; nothing is repaired.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, not_, or_, select, text
from sqlalchemy.orm import Session, aliased

from engine.store.cycles import OccurrenceRow, SeriesRow
from engine.store.ladders import LadderStep
from engine.store.people import PersonRow
from engine.store.records import Delivery
from engine.store.running import LIVE_TASK, Instance, Message, ServiceJob, Task, Timer

Check = Callable[[Session, datetime], Iterator[str]]
RUNNING = text("instances.status = 'running'")


def every_open_task_has_a_person(session: Session, _now: datetime) -> Iterator[str]:
    """Each open task names an accountable person who is still there, and a holder who is, if it has one."""
    accountable, holder = aliased(PersonRow), aliased(PersonRow)
    query = (
        select(Task.name, Task.accountable, Task.holder)
        .join(Instance, Instance.id == Task.instance_id)
        .outerjoin(accountable, and_(accountable.id == Task.accountable, accountable.active.is_(True)))
        .outerjoin(holder, and_(holder.id == Task.holder, holder.active.is_(True)))
        .where(LIVE_TASK, or_(accountable.id.is_(None), and_(Task.holder.is_not(None), holder.id.is_(None))))
    )
    for name, answers, holds in session.execute(query):
        yield f"The open task {name} has nobody: accountable {answers}, held by {holds}."


def nothing_due_is_left_lying(session: Session, now: datetime) -> Iterator[str]:
    """Every timer, rung, message and job of a running case whose moment has come is done, or visibly stuck."""
    for what, query in _due(now):
        for title, element, moment in session.execute(query):
            yield f"{what} {element} of {title} was due at {moment.isoformat()} and nothing happened."


def _due(now: datetime) -> Iterator[tuple[str, Select[str, str, datetime]]]:
    timers = select(Instance.title, Timer.element, Timer.next_try_at).join(Instance, Instance.id == Timer.instance_id)
    yield "The timer", timers.where(text("timers.status = 'pending'"), Timer.next_try_at < now, RUNNING)
    sent = select(Instance.title, Message.name, Message.next_try_at).join(Instance, Instance.id == Message.target_id)
    yield "The message", sent.where(text("messages.status = 'owed'"), Message.next_try_at < now, RUNNING)
    jobs = select(Instance.title, ServiceJob.element, ServiceJob.next_attempt_at)
    jobs = jobs.join(Instance, Instance.id == ServiceJob.instance_id)
    rungs: Any = select(Instance.title, Task.name, Task.next_rung_at).join(Instance, Instance.id == Task.instance_id)
    yield "A rung of", rungs.where(LIVE_TASK, text("tasks.next_rung_at IS NOT NULL"), Task.next_rung_at < now, RUNNING)
    told = select(Delivery.recipient, Delivery.kind, Delivery.next_attempt_at)
    yield "The message to people", told.where(text("deliveries.status = 'owed'"), Delivery.next_attempt_at < now)
    yield "The job", jobs.where(text("service_jobs.status = 'owed'"), ServiceJob.next_attempt_at < now, RUNNING)


def no_late_task_is_forgotten(session: Session, now: datetime) -> Iterator[str]:
    """An open task that is late has climbed a rung of its ladder, or will, or was acknowledged."""
    climbed = select(LadderStep.rung).where(LadderStep.task_id == Task.id)
    query = (
        select(Task.name, Instance.title, Task.due_at)
        .join(Instance, Instance.id == Task.instance_id)
        .where(LIVE_TASK, RUNNING, Task.due_at < now, text("tasks.ladder IS NOT NULL"))
        .where(text("tasks.next_rung_at IS NULL AND tasks.acknowledged_at IS NULL"), not_(climbed.exists()))
    )
    for name, title, due in session.execute(query):
        yield f"{name} of {title} was due at {due}, and nobody was ever told."


def no_case_runs_without_waiting(session: Session, _now: datetime) -> Iterator[str]:
    """A running case waits for a task, a timer, a message, a job or a called case; or it is stuck and says so."""
    waits = (
        "SELECT 1 FROM tasks WHERE instance_id = instances.id AND status IN ('open', 'claimed')",
        "SELECT 1 FROM timers WHERE instance_id = instances.id AND status IN ('pending', 'stuck')",
        "SELECT 1 FROM subscriptions WHERE instance_id = instances.id",
        "SELECT 1 FROM service_jobs WHERE instance_id = instances.id AND status IN ('owed', 'stuck')",
        "SELECT 1 FROM instances AS called WHERE called.caller_id = instances.id",
        "SELECT 1 FROM stuck_steps WHERE instance_id = instances.id AND resolved_at IS NULL",
    )
    query = select(Instance.title).where(RUNNING, *(text(f"NOT EXISTS ({wait})") for wait in waits))
    for title in session.scalars(query):
        yield f"The case {title} runs and waits for nothing."


def every_cycle_has_come_round(session: Session, now: datetime) -> Iterator[str]:
    """Nothing that a cycle plans is overdue, and no case was started for two of its dates."""
    late = select(SeriesRow.cycle, SeriesRow.subject, SeriesRow.next_at).where(SeriesRow.next_at < now)
    for cycle, subject, moment in session.execute(late):
        yield f"The cycle {cycle} was to come round for {subject or 'all'} at {moment} and did not."
    twice = select(OccurrenceRow.cycle, OccurrenceRow.instance_id, func.count())
    twice = twice.where(OccurrenceRow.outcome == "started").group_by(OccurrenceRow.cycle, OccurrenceRow.instance_id)
    for cycle, case, count in session.execute(twice.having(func.count() > 1)):
        yield f"The case {case} was started {count} times by the cycle {cycle}."


CHECKS: tuple[Check, ...] = (
    every_open_task_has_a_person,
    nothing_due_is_left_lying,
    no_late_task_is_forgotten,
    no_case_runs_without_waiting,
    every_cycle_has_come_round,
)
