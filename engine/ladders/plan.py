"""The ladder of one task as people see it: what was climbed, what came of it, and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.cases import LiveTask, look
from engine.core import ladders as core
from engine.core.ladders import Ladder, Rung
from engine.errors import NotFound
from engine.ladders import rungs, whom
from engine.ladders.telling import event_of
from engine.models.definitions import parsed
from engine.store.ladders import LadderRow, LadderStep, LadderTold
from engine.store.records import AuditEntry, Delivery
from engine.store.running import Task

THESE: Any = bindparam("tasks", expanding=True)
STEPS = (
    select(LadderStep)
    .where(LadderStep.task_id.in_(THESE))
    .order_by(LadderStep.task_id, LadderStep.episode, LadderStep.rung)
)
TOLD = select(LadderTold).where(LadderTold.task_id.in_(THESE)).order_by(LadderTold.person_id)
NUMBERS = select(LadderRow.id, LadderRow.number).where(LadderRow.id.in_(bindparam("ladders", expanding=True)))
OWED = select(Delivery).where(Delivery.event.in_(bindparam("events", expanding=True))).order_by(Delivery.recipient)
ACTS = ("task.claimed", "task.given_back", "task.assigned", "task.delegated", "task.completed", "ladder.acknowledged")
ACTED = (
    select(AuditEntry.subject, AuditEntry.verb, AuditEntry.actor, AuditEntry.happened_at)
    .where(
        AuditEntry.chain == bindparam("chain"),
        AuditEntry.subject.in_(bindparam("subjects", expanding=True)),
        AuditEntry.verb.in_(ACTS),
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
    return plans(session, [row], now=now)[task_id]


def plans(session: Session, tasks: Sequence[Task], *, now: datetime) -> dict[UUID, Plan]:
    """The ladders of tasks of one case, by task: as many statements for all of them as for one."""
    climbing = [one for one in tasks if one.ladder is not None]
    found = {one.id: Plan(task_id=one.id, standing="none") for one in tasks}
    if not climbing:
        return found
    named = {"ladders": list({one.ladder for one in climbing})}
    numbers: dict[UUID | None, int] = {row.id: row.number for row in session.execute(NUMBERS, named)}
    ladders = {one.id: rungs.by_id(session, one.ladder) for one in climbing if one.ladder}
    climbed = _climbed(session, climbing, ladders)
    coming = [one for one in climbing if one.closed_at is None and one.acknowledged_at is None]
    to_come = _to_come(session, coming, ladders, now) if coming else {}
    for row in climbing:
        ladder = ladders[row.id]
        found[row.id] = Plan(
            task_id=row.id,
            standing=_standing(row),
            ladder=ladder.key,
            version=numbers[row.ladder],
            name=ladder.name,
            episode=row.episode,
            next_at=row.next_rung_at if row.closed_at is None else None,
            acknowledged_at=row.acknowledged_at,
            acknowledged_by=row.acknowledged_by,
            lines=(*climbed[row.id], *to_come.get(row.id, ())),
        )
    return found


def _standing(row: Task) -> str:
    if row.closed_at is not None:
        return "over"
    if row.acknowledged_at is not None:
        return "acknowledged"
    return "climbing" if row.next_rung_at is not None else "over"


def _climbed(session: Session, tasks: Sequence[Task], ladders: Mapping[UUID, Ladder]) -> dict[UUID, list[Line]]:
    these = {"tasks": [one.id for one in tasks]}
    steps = session.scalars(STEPS, these).all()
    told: dict[tuple[UUID, int, int], list[str]] = {}
    for one in session.scalars(TOLD, these):
        told.setdefault((one.task_id, one.episode, one.rung), []).append(one.person_id)
    owed = _owed(session, [_event(step) for step in steps])
    chain, subjects = str(tasks[0].instance_id), [str(one.id) for one in tasks]
    acts = session.execute(ACTED, {"chain": chain, "subjects": subjects}).all()
    found: dict[UUID, list[Line]] = {one.id: [] for one in tasks}
    for step, after in zip_longest(steps, steps[1:]):
        until = after.at if after and after.task_id == step.task_id else None
        mine = [act for act in acts if act.subject == str(step.task_id)]
        line = Line(
            **_about(step.episode, step.rung, ladders[step.task_id].rungs[step.rung - 1]),
            outcome=step.outcome,
            planned_at=step.planned_at,
            at=step.at,
            because=step.because,
            kept_for=step.kept_for,
            told=tuple(told.get((step.task_id, step.episode, step.rung), ())),
            deliveries=owed.get(_event(step), ()),
            acted=_between(mine, step.at, until),
        )
        found[step.task_id].append(line)
    return found


def _owed(session: Session, events: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """What became of each message, by the event that it was owed for."""
    found: dict[str, list[dict[str, Any]]] = {}
    for message in session.scalars(OWED, {"events": events}) if events else ():
        said = {
            "person": message.recipient,
            "channel": message.channel,
            "status": message.status,
            "attempts": message.attempts,
            "sent_at": message.ended_at if message.status == "sent" else None,
        }
        found.setdefault(message.event, []).append(said)
    return found


def _event(step: LadderStep) -> str:
    return event_of(step.task_id, step.episode, step.rung)


def _between(acts: Sequence[Any], since: datetime, until: datetime | None) -> list[dict[str, Any]]:
    return [
        {"verb": act.verb, "by": act.actor, "at": act.happened_at}
        for act in acts
        if act.happened_at >= since and (until is None or act.happened_at < until)
    ]


def _to_come(
    session: Session, tasks: Sequence[Task], ladders: Mapping[UUID, Ladder], now: datetime
) -> dict[UUID, list[Line]]:
    case = look(session, tasks[0].instance_id)
    model = parsed(session, case.definition_id).model
    kept = rungs.of(session, model, case.id, case.calendar)
    climbing = [(case.live[row.token], ladders[row.id]) for row in tasks]
    reach = whom.Reach(session=session, case=case, model=model, at=now, climbing=climbing)
    return {
        task.id: [
            _planned(reach, task, ladder, number, at)
            for number, at in core.schedule(ladder, kept.facts(task), rungs.climb_of(task))
        ]
        for task, ladder in climbing
    }


def _planned(reach: whom.Reach, task: LiveTask, ladder: Ladder, number: int, at: datetime) -> Line:
    rung = ladder.rungs[number - 1]
    told = reach.of(task, rung, top=rung is ladder.rungs[-1])
    return Line(**_about(task.episode, number, rung), outcome="planned", planned_at=at, told=told)


def _about(episode: int, number: int, rung: Rung) -> dict[str, Any]:
    return {"episode": episode, "rung": number, "whom": rung.whom, "urgency": rung.urgency, "words": rung.words}
