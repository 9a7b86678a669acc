"""
A case, locked: the facts that every verb on it starts from.

Whoever touches a case locks its instance first; its tasks, timers and chain
hang on it. PostgreSQL would show rows joined into the locking statement as
they were before the wait, so they are read in a second one.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from engine import audit
from engine.core.chain import Chain
from engine.errors import NotFound
from engine.hot import Hot, together
from engine.ids import new_salt
from engine.store.base import table_of
from engine.store.records import Signature
from engine.store.running import LIVE_TASK, Instance, StuckStep, Task
from engine.subject import Subject
from engine.subscriptions import feed

COMPRESS_ABOVE = 10_000
ZLIB = 0x78  # The first byte of a zlib stream (RFC 1950); JSON never begins with it.

INSTANCE, TASK = table_of(Instance), table_of(Task)
TOLD = feed.NEWEST.label("told")
BY_ID = Hot(select(INSTANCE, TOLD).where(INSTANCE.c.id == bindparam("instance_id")).with_for_update(key_share=True))
UNLOCKED = Hot(select(INSTANCE, TOLD).where(INSTANCE.c.id == bindparam("instance_id")))
OF_TASK = select(TASK.c.instance_id).where(TASK.c.id == bindparam("task_id")).scalar_subquery()
BY_TASK = Hot(select(INSTANCE, TOLD).where(INSTANCE.c.id == OF_TASK).with_for_update(key_share=True))
# Written out, not bound: a bound value hides the partial index from a generic plan.
_LIVE_TASKS = select(
    Task.id,
    Task.token,
    Task.element,
    Task.name,
    Task.lane,
    Task.status,
    Task.holder,
    Task.acting_for,
    Task.accountable,
    Task.opened_at,
    Task.due_at,
    Task.locals,
    Task.version,
    Task.ladder,
    Task.episode,
    Task.next_rung,
    Task.next_rung_at,
    Task.acknowledged_at,
    Task.acknowledged_by,
    select(StuckStep.id)
    .where(StuckStep.instance_id == Task.instance_id, StuckStep.task_id == Task.id)
    .where(text("stuck_steps.resolved_at IS NULL"))
    .exists()
    .label("stuck"),
).where(LIVE_TASK)


def _live_tasks(instance_id: Any) -> Hot:
    """The live tasks of a case, each with what is read along: stuck or not, and what holds for the whole case."""
    signed = select(Signature.id).where(Signature.instance_id == instance_id)
    signed = signed.where(text("signatures.outdated_at IS NULL"))
    beside = signed.exists().label("signed"), audit.PLATFORM_HEAD.scalar_subquery().label("organisation")
    return Hot(_LIVE_TASKS.add_columns(*beside).where(Task.instance_id == instance_id))


LIVE_TASKS = _live_tasks(bindparam("instance_id"))
LIVE_BESIDE = _live_tasks(OF_TASK)


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveTask:
    """An open or claimed task of a locked case."""

    id: UUID
    token: int
    element: str
    name: str
    lane: str | None
    status: str
    holder: str | None
    acting_for: str | None
    accountable: str
    opened_at: datetime
    due_at: datetime | None
    locals: dict[str, Any]
    version: int
    stuck: bool = False
    ladder: UUID | None = None
    episode: int = 1
    next_rung: int | None = None
    next_rung_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None


class Ladders(Protocol):
    """The ladders of a case: what the rows of its tasks say of them."""

    def opened(self, element: str, opened_at: datetime, due_at: datetime | None) -> dict[str, Any]:
        """`ladder`, `episode`, `next_rung` and `next_rung_at` of a task that opens."""

    def moved(self, task: LiveTask, due_at: datetime | None) -> datetime | None:
        """When the next rung falls due after the due date moved."""


@dataclass(kw_only=True)
class Case:
    """
    One instance as this transaction holds it.

    A step moves `state`, `status`, `version`, `events`, the chain, and the version
    of its subject's row that it knows; the rest never changes. `live` holds its open and claimed tasks by token.
    """

    id: UUID
    definition_id: UUID
    title: str
    business_key: str | None
    status: str
    started_at: datetime
    started_by: str
    owner: str
    caller_id: UUID | None
    caller_token: int | None
    caller_element: str | None
    confidential: bool
    calendar: str
    version: int
    state: bytes | None
    events: int
    chain: Chain
    ended_at: datetime | None = None
    subject: Subject | None = None
    subject_number: int | None = None
    handlers: str | None = None
    shut_by: tuple[str, ...] = ()
    live: dict[int, LiveTask] = field(default_factory=dict)
    is_new: bool = False
    """Whether this transaction makes it; nobody else can see it yet."""
    callers: list[tuple[UUID, int]] = field(default_factory=list)
    """Who waits for its end, by case and token; a step looks them up before it tells them."""
    ladders: Ladders | None = None
    """What its tasks climb; a step looks it up before it writes."""
    unsaid: dict[str, Any] = field(default_factory=dict)
    """What the next entry of the trail says besides: which recorded event it goes back to."""
    signed: bool = False
    """Whether a signature that still stands was given in it before; read along with the open tasks."""
    organisation: bytes | None = None
    """
    The head of the platform's chain, read along with the open tasks under the case's lock; None where there was none.

    Every change of people, groups and bindings moves it, so what was
    looked up under one head need not be looked up again.
    """

    def told(self) -> feed.Told:
        """What others may know of it."""
        return feed.Told(
            id=self.id,
            definition_id=self.definition_id,
            title=self.title,
            business_key=self.business_key,
            confidential=self.confidential,
            subject=str(self.subject or ""),
        )

    def task(self, task_id: UUID) -> LiveTask | None:
        """The open or claimed task with this id, if there is one."""
        return next((task for task in self.live.values() if task.id == task_id), None)


def lock(session: Session, instance_id: UUID) -> Case:
    """
    The case, ours until the transaction ends.

    Raises:
        NotFound: there is no such case.
    """
    return _found(session, BY_ID, instance_id)


def look(session: Session, instance_id: UUID) -> Case:
    """
    The case as it is, for who changes nothing of it.

    Raises:
        NotFound: there is no such case.
    """
    return _found(session, UNLOCKED, instance_id)


def lock_for_task(session: Session, task_id: UUID) -> Case:
    """
    The case that a task belongs to, ours until the transaction ends.

    Raises:
        NotFound: there is no such task.
    """
    given = [{"task_id": task_id}]
    found, live = together(session, [(BY_TASK, given), (LIVE_BESIDE, given)])
    if not found:
        raise NotFound("task", str(task_id))
    return _case(found[0], live)


def packed(state: bytes) -> bytes:
    """A state as it is stored: compressed when large. What is compressed, its first byte says."""
    return zlib.compress(state, 1) if len(state) > COMPRESS_ABOVE else state


def unpacked(stored: bytes) -> bytes:
    """The state that `packed` stored."""
    return zlib.decompress(stored) if stored[:1] == bytes([ZLIB]) else stored


def _found(session: Session, statement: Hot, instance_id: UUID) -> Case:
    given = [{"instance_id": instance_id}]
    found, live = together(session, [(statement, given), (LIVE_TASKS, given)])
    if not found:
        raise NotFound("case", str(instance_id))
    return _case(found[0], live)


def _live(row: Any) -> LiveTask:
    return LiveTask(**{name: getattr(row, name) for name in LiveTask.__slots__})


def _case(row: Any, live: Sequence[Any]) -> Case:
    return Case(
        id=row.id,
        definition_id=row.definition_id,
        title=row.title,
        business_key=row.business_key,
        status=row.status,
        started_at=row.started_at,
        started_by=row.started_by,
        owner=row.owner,
        caller_id=row.caller_id,
        caller_token=row.caller_token,
        caller_element=row.caller_element,
        confidential=row.confidential,
        calendar=row.calendar,
        version=row.version,
        state=unpacked(row.state),
        events=row.events,
        chain=Chain(str(row.id), row.chain_length, row.chain_head, new_salt, told=row.told),
        ended_at=row.ended_at,
        subject=Subject(register=row.subject_register, row=row.subject_row) if row.subject_register else None,
        subject_number=row.subject_number,
        handlers=row.handlers,
        shut_by=tuple((row.shut_by or "").split()),
        live={task.token: _live(task) for task in live},
        signed=bool(live and live[0].signed),
        organisation=live[0].organisation if live else None,
    )
