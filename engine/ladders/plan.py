"""The ladder of one task as people see it: what was climbed, what came of it, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.cases import look
from engine.core import ladders as core
from engine.core.ladders import Ladder, Rung
from engine.errors import NotFound
from engine.ladders import rungs, whom
from engine.ladders.telling import event_of
from engine.models.definitions import parsed
from engine.store.ladders import LadderRow, LadderStep, LadderTold
from engine.store.records import AuditEntry, Delivery
from engine.store.running import Task

STEPS = (
    select(LadderStep).where(LadderStep.task_id == bindparam("of_task")).order_by(LadderStep.episode, LadderStep.rung)
)
TOLD = select(LadderTold).where(LadderTold.task_id == bindparam("of_task")).order_by(LadderTold.person_id)
OWED = select(Delivery).where(Delivery.event.in_(bindparam("events", expanding=True))).order_by(Delivery.recipient)
ACTS = ("task.claimed", "task.given_back", "task.assigned", "task.delegated", "task.completed", "ladder.acknowledged")
ACTED = (
    select(AuditEntry.verb, AuditEntry.actor, AuditEntry.happened_at)
    .where(
        AuditEntry.chain == bindparam("chain"), AuditEntry.subject == bindparam("subject"), AuditEntry.verb.in_(ACTS)
    )
    .order_by(AuditEntry.number)
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """
    One rung, climbed or to come.

    Args:
        outcome: `sent`, `passed_over`, `nobody`, `held`, `acknowledged`, or `planned` for what is to come.
        at: when that was; None for what is to come.
        told: who was told; for what is to come, who would be at this moment.
        deliveries: what became of each message: `person`, `channel`, `status`, `attempts`, `sent_at`.
        acted: what was done about the task before the next step: `verb`, `by`, `at`.
    """

    episode: int
    rung: int
    whom: tuple[str, ...]
    urgency: str
    words: str
    outcome: str
    planned_at: datetime
    at: datetime | None = None
    because: str = ""
    kept_for: str | None = None
    told: tuple[str, ...] = ()
    deliveries: Sequence[dict[str, Any]] = ()
    acted: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """
    The ladder of a task.

    Args:
        ladder, version, name: which; None where the task climbs none.
        standing: `climbing`, `acknowledged`, `over` (the task is closed, or the top was reached) or `none`.
        next_at: when the next rung falls due, or the acknowledgement grows stale.
    """

    task_id: UUID
    standing: str
    ladder: str | None = None
    version: int | None = None
    name: str | None = None
    episode: int = 1
    next_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    lines: tuple[Line, ...] = field(default=())

    @property
    def people(self) -> frozenset[str]:
        """Everybody of whom it speaks."""
        acted = (act["by"] for line in self.lines for act in line.acted)
        return frozenset({*acted, *(person for line in self.lines for person in line.told)})


def plan(session: Session, task_id: UUID, *, now: datetime) -> Plan:
    """
    The ladder of a task, whether open or closed. Rights are the caller's matter.

    Raises:
        NotFound: there is no such task.
    """
    row = session.get(Task, task_id)
    if row is None:
        raise NotFound("task", str(task_id))
    if row.ladder is None:
        return Plan(task_id=task_id, standing="none")
    ladder = rungs.by_id(session, row.ladder)
    lines = _climbed(session, row, ladder)
    is_open = row.closed_at is None
    if is_open and row.acknowledged_at is None:
        lines += _to_come(session, row, ladder, now)
    return Plan(
        task_id=task_id,
        standing=_standing(row),
        ladder=ladder.key,
        version=session.execute(select(LadderRow.number).where(LadderRow.id == row.ladder)).scalar(),
        name=ladder.name,
        episode=row.episode,
        next_at=row.next_rung_at if is_open else None,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        lines=tuple(lines),
    )


def _standing(row: Task) -> str:
    if row.closed_at is not None:
        return "over"
    if row.acknowledged_at is not None:
        return "acknowledged"
    return "climbing" if row.next_rung_at is not None else "over"


def _climbed(session: Session, row: Task, ladder: Ladder) -> list[Line]:
    steps = list(session.scalars(STEPS, {"of_task": row.id}))
    told: dict[tuple[int, int], list[str]] = {}
    for one in session.scalars(TOLD, {"of_task": row.id}):
        told.setdefault((one.episode, one.rung), []).append(one.person_id)
    owed: dict[str, list[dict[str, Any]]] = {}
    events = [event_of(row.id, step.episode, step.rung) for step in steps]
    for message in session.scalars(OWED, {"events": events}) if events else ():
        said = {
            "person": message.recipient,
            "channel": message.channel,
            "status": message.status,
            "attempts": message.attempts,
            "sent_at": message.ended_at if message.status == "sent" else None,
        }
        owed.setdefault(message.event, []).append(said)
    acts = session.execute(ACTED, {"chain": str(row.instance_id), "subject": str(row.id)}).all()
    shown = [ladder.rungs[step.rung - 1] for step in steps]
    return [
        Line(
            **_about(step.episode, step.rung, rung),
            outcome=step.outcome,
            planned_at=step.planned_at,
            at=step.at,
            because=step.because,
            kept_for=step.kept_for,
            told=tuple(told.get((step.episode, step.rung), ())),
            deliveries=owed.get(event, ()),
            acted=_between(acts, step.at, steps[place].at if place < len(steps) else None),
        )
        for place, (step, rung, event) in enumerate(zip(steps, shown, events, strict=True), 1)
    ]


def _between(acts: Sequence[Any], since: datetime, until: datetime | None) -> list[dict[str, Any]]:
    return [
        {"verb": act.verb, "by": act.actor, "at": act.happened_at}
        for act in acts
        if act.happened_at >= since and (until is None or act.happened_at < until)
    ]


def _to_come(session: Session, row: Task, ladder: Ladder, now: datetime) -> list[Line]:
    case = look(session, row.instance_id)
    model = parsed(session, case.definition_id).model
    task = case.live[row.token]
    level = whom.Level(case=case, task=task, model=model, at=now)
    facts = rungs.of(session, model, case.id, case.calendar).facts(task)
    return [
        _planned(session, level, ladder, number, at, row.episode)
        for number, at in core.schedule(ladder, facts, rungs.climb_of(task))
    ]


def _planned(session: Session, level: whom.Level, ladder: Ladder, number: int, at: datetime, episode: int) -> Line:
    rung = ladder.rungs[number - 1]
    told = whom.reached(session, level, rung, top=rung is ladder.rungs[-1])
    return Line(**_about(episode, number, rung), outcome="planned", planned_at=at, told=told)


def _about(episode: int, number: int, rung: Rung) -> dict[str, Any]:
    return {"episode": episode, "rung": number, "whom": rung.whom, "urgency": rung.urgency, "words": rung.words}
