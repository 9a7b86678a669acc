"""Is the life of each task what the trail says: who was offered, held and did it, and until when?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from engine.hot import Hot
from engine.store.running import Candidate, Task
from engine.verifying.case import Case, Told
from engine.verifying.findings import Finding

OFFERED = Hot(
    select(Candidate.task_id, Candidate.who)
    .join(Task, Task.id == Candidate.task_id)
    .where(Task.instance_id == bindparam("of_case"))
)


@dataclass
class _Life:
    """What the trail says of one task, from its opening to the last word about it."""

    number: int
    row: dict[str, Any]
    offered: set[str] = field(default_factory=set)


def tasks(case: Case) -> Iterator[Finding]:
    """Who was offered, held and did each task, and until when."""
    stored = {str(row.id): row for row in case.rows(Task)}
    offered: dict[str, set[str]] = {}
    for of_task, who in OFFERED.all(case.session, {"of_case": case.row.id}):
        offered.setdefault(str(of_task), set()).add(who)
    for task_id, life in _lives(case).items():
        row = stored.get(task_id)
        if row is None or task_id in case.hidden:
            continue
        for name, value in sorted(life.row.items()):
            if getattr(row, name) != value:
                why = f"The trail says otherwise of task {row.name} ({task_id}): {name}."
                yield case.finding("altered", "tasks", why, life.number)
        if offered.get(task_id, set()) != life.offered:
            why = f"The trail says otherwise of whom task {row.name} ({task_id}) was offered to."
            yield case.finding("altered", "candidates", why, life.number)


def _lives(case: Case) -> dict[str, _Life]:
    lives: dict[str, _Life] = {}
    for one in case.told:
        entry, body = one.entry, one.body
        if entry.verb == "task.opened":
            row = {name: body[name] for name in ("element", "name", "accountable", "holder")}
            row |= {"accountable_because": body["because"], "due_at": _moment(body["due_at"])}
            row |= {"acting_for": body.get("acting_for")}
            row |= {"opened_at": entry.happened_at, "closed_because": None, "closed_at": None, "completed_by": None}
            row["status"] = "claimed" if body["holder"] else "open"
            row |= _on_ladder(body) if "ladder" in body else {}
            lives[entry.subject] = _Life(entry.number, row, set(body["candidates"]))
        elif (life := lives.get(entry.subject)) and (changed := _turn(one)) is not None:
            life.row |= changed
            life.number = entry.number
            if "to" in body:
                life.offered.add(f"person:{body['to']}")
            life.offered |= {f"person:{one}" for one in body.get("seen_by", ())} | set(body.get("more", ()))
    return lives


def _on_ladder(said: dict[str, Any]) -> dict[str, Any]:
    """How far a task has come on which ladder."""
    moments = {name: _moment(said[name]) for name in ("next_rung_at", "acknowledged_at") if name in said}
    ladder = {"ladder": UUID(said["ladder"]) if said["ladder"] else None} if "ladder" in said else {}
    plain = {name: said[name] for name in ("episode", "next_rung", "acknowledged_by") if name in said}
    return plain | moments | ladder


def _turn(one: Told) -> dict[str, Any] | None:
    """What an entry changes of a task; None where it changes nothing."""
    entry, body = one.entry, one.body
    if entry.verb == "task.claimed":
        return {"holder": entry.actor, "status": "claimed", "acting_for": entry.acting_for}
    if entry.verb in ("task.assigned", "task.delegated"):
        return {"holder": body["to"], "status": "claimed", "acting_for": body.get("for")}
    if entry.verb == "task.given_back":
        return {"holder": None, "status": "open", "acting_for": None}
    if entry.verb in ("task.stood_in", "task.returned", "task.handed_over"):
        return dict(body["now"])
    if entry.verb == "task.rescheduled":
        dates = ("due_at", "follow_up_at", "next_rung_at")
        return {name: _moment(body[name]) for name in dates if name in body}
    if entry.verb == "task.offered":
        return {}
    if "climb" in body:
        return _on_ladder(body["climb"])
    if entry.verb == "task.completed":
        return {"completed_by": entry.actor, "acting_for": entry.acting_for, "closed_at": entry.happened_at} | {
            "status": "completed"
        }
    if entry.verb == "task.withdrawn":
        return {"closed_because": body["because"], "closed_at": entry.happened_at, "status": "withdrawn"}
    return None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
