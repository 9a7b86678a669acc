"""Offer an open task to more people (`steward.offer`): a ladder that is drawn adds people, and never removes any."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import outbox
from engine.cases import Case, LiveTask
from engine.core import effects as fx
from engine.core.stuck import Stuck
from engine.identity import groups
from engine.running import circle
from engine.running.rows import Context, Rows
from engine.store.running import Candidate
from engine.topics import parties


def offer(session: Session, case: Case, effect: fx.CallService, rows: Rows, context: Context) -> dict[str, Any]:
    """
    Offer the open tasks of the element `task` to `to` as well, and tell these people.

    `to` is one or a list of `person:ID`, `group:KEY`, ids, `oncall(subject, 2)`
    or `pause_authority(subject)`; `text` and `urgency` are those of the message.
    Where nobody is meant, nobody is told: an empty level is no error.

    Raises:
        Stuck: it names no task.
    """
    element = effect.inputs.get("task")
    if not element:
        raise Stuck(effect.element, effect.topic, "It names no task to offer.")
    asked = _asked(session, effect)
    people = sorted(groups.people_of(session, asked) - circle.shut_out_of(session, case.id))
    for task in [one for one in case.live.values() if one.element == element]:
        if more := _more(session, task, asked, rows):
            _add(case, task, more, rows, effect, context)
        for row in outbox.rows_of(session, _notices(case, task, people, effect), now=context.now):
            rows.add("deliveries", row)
    return {"offered": people}


def _asked(session: Session, effect: fx.CallService) -> list[str]:
    """Whom it names, as parties, those without anybody left out; a question of who is on call is answered now."""
    said = effect.inputs.get("to") or []
    names = [str(name) for name in ([said] if isinstance(said, str) else said) if name]
    found = [one for name in names for one in parties.people_of(session, name, at=effect.at)]
    named = dict.fromkeys(name if ":" in name else f"person:{name}" for name in found)
    return [one for one in named if groups.people_of(session, [one])]


def _more(session: Session, task: LiveTask, asked: list[str], rows: Rows) -> list[str]:
    """Those to whom the task was never offered."""
    written = session.scalars(select(Candidate.who).where(Candidate.task_id == task.id))
    known = {*written, *(row["who"] for row in rows.new.get("candidates", []) if row["task_id"] == task.id)}
    return [who for who in asked if who not in known]


def _add(case: Case, task: LiveTask, more: list[str], rows: Rows, effect: fx.CallService, context: Context) -> None:
    closed = effect.at if task.holder else None
    for who in more:
        rows.add("candidates", {"task_id": task.id, "who": who, "opened_at": task.opened_at, "closed_at": closed})
    case.chain.add(
        "task.offered",
        task.id,
        {"element": task.element, "more": more},
        by=context.by,
        now=context.now,
        happened_at=effect.at,
        acting_for=context.acting_for,
    )


def _notices(case: Case, task: LiveTask, people: list[str], effect: fx.CallService) -> Iterator[outbox.Notice]:
    urgency = "urgent" if effect.inputs.get("urgency") == "urgent" else "ordinary"
    said = {"text": str(effect.inputs.get("text") or task.name), "title": case.title}
    for one in people:
        yield outbox.Notice(
            event=f"{case.id}:{effect.element}:{effect.token}:{task.id}",
            recipient=one,
            template="notice",
            urgency=urgency,
            instance_id=case.id,
            task_id=task.id,
            data=said,
        )
