"""Are the records beside the trail what the trail says of them: events, state, tasks, answers, evidence, signatures?"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from engine.cases import unpacked
from engine.core.advance import variables_of
from engine.core.chain import canonical, content_digest
from engine.replay import Replayed
from engine.store.records import AuditEntry
from engine.store.running import Event, Instance, Task, Variable
from engine.verifying import history, ladders, proofs
from engine.verifying.files import Files
from engine.verifying.findings import Finding
from engine.verifying.rows import answers, rows


@dataclass(frozen=True)
class Told:
    """An entry that was not erased, with what it says."""

    entry: AuditEntry
    body: dict[str, Any]


@dataclass(frozen=True)
class _Trail:
    """One case's trail, as far as it can still be read."""

    session: Session
    instance_id: UUID
    entries: Sequence[AuditEntry]
    told: tuple[Told, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing of it was erased."""
        return len(self.told) == len(self.entries)

    @property
    def last_erased(self) -> int:
        """The number of the last entry that was erased; 0 if none was."""
        return max((entry.number for entry in self.entries if entry.body is None), default=0)

    def finding(self, kind: str, number: int, record: str, why: str) -> Finding:
        return Finding(kind=kind, chain=str(self.instance_id), number=number, record=record, why=why)

    def about(self, *verbs: str) -> list[Told]:
        """The entries of these verbs."""
        return [one for one in self.told if one.entry.verb in verbs]


def against(
    session: Session,
    chain: str,
    entries: Sequence[AuditEntry],
    files: Files,
    replays: dict[UUID, Replayed] | None,
) -> Iterator[Finding]:
    """What differs from what the trail of a case says, which itself holds. What was erased is compared to nothing."""
    try:
        instance_id = UUID(chain)
    except ValueError:
        return
    told = tuple(Told(entry, orjson.loads(entry.body)) for entry in entries if entry.body is not None)
    trail = _Trail(session, instance_id, entries, told)
    for check in CHECKS:
        yield from check(trail)
    yield from proofs.against(session, instance_id, told, whole=trail.whole, files=files)
    hidden = frozenset(entry.subject for entry in entries if entry.body is None)
    yield from history.against(session, instance_id, told, hidden, replays)
    yield from ladders.of_case(session, instance_id, told, hidden)


def _events(trail: _Trail) -> Iterator[Finding]:
    stored = {row.number: row.body for row in rows(trail.session, Event, instance_id=trail.instance_id)}
    last = 0
    for one in trail.told:
        if "event" not in one.body or "event_digest" not in one.body:
            continue
        number = last = one.body["event"]
        body = stored.get(number)
        if body is None:
            yield trail.finding("missing", one.entry.number, "events", f"Event {number} is missing.")
        elif sha256(body).hexdigest() != one.body["event_digest"]:
            yield trail.finding("altered", one.entry.number, "events", f"Event {number} was altered.")
    for number in sorted(stored):
        if trail.whole and number > last:
            yield trail.finding("inserted", len(trail.entries), "events", f"Event {number} was put in afterwards.")


def _state(trail: _Trail) -> Iterator[Finding]:
    instance = trail.session.get_one(Instance, trail.instance_id)
    steps = [one for one in trail.told if "state_digest" in one.body]
    state = unpacked(instance.state)
    if not steps or steps[-1].entry.number < trail.last_erased:
        return
    if sha256(state).hexdigest() != steps[-1].body["state_digest"]:
        why = "The stored state is another than the last step led to."
        yield trail.finding("altered", steps[-1].entry.number, "instances", why)
        return
    listed = {row.name: row.value for row in rows(trail.session, Variable, instance_id=trail.instance_id)}
    truth = {name: _spelled(value) for name, value in variables_of(state).items()}
    for name in sorted(listed.keys() | truth.keys()):
        if listed.get(name) != truth.get(name):
            why = f"The variable {name} is listed with another value than the case has."
            yield trail.finding("altered", len(trail.entries), "variables", why)


def _status(trail: _Trail) -> Iterator[Finding]:
    status = trail.session.get_one(Instance, trail.instance_id).status
    turns = {
        "instance.started": "running",
        "instance.suspended": "suspended",
        "instance.resumed": "running",
        "instance.completed": "completed",
        "instance.cancelled": "cancelled",
        "instance.failed": "failed",
    }
    said = [entry for entry in trail.entries if entry.verb in turns]
    if said and turns[said[-1].verb] != status:
        why = f"The case is {status} in the tables and {turns[said[-1].verb]} in the trail."
        yield trail.finding("altered", said[-1].number, "instances", why)


def _tasks(trail: _Trail) -> Iterator[Finding]:
    stored = {str(row.id): row for row in rows(trail.session, Task, instance_id=trail.instance_id)}
    ends = {one.subject: one for one in trail.entries if one.verb in ("task.completed", "task.withdrawn")}
    for opened in (one for one in trail.entries if one.verb == "task.opened"):
        row, end = stored.pop(opened.subject, None), ends.get(opened.subject)
        if row is None:
            yield trail.finding("missing", opened.number, "tasks", f"Task {opened.subject} is missing.")
            continue
        said = (end.verb.removeprefix("task."), _doer(end)) if end else ("live", None)
        if said != (row.status if row.closed_at else "live", row.completed_by):
            number = end.number if end else opened.number
            yield trail.finding("altered", number, "tasks", f"The trail says otherwise of task {row.name} ({row.id}).")
    for task_id in sorted(stored):
        yield trail.finding("inserted", len(trail.entries), "tasks", f"The trail knows no task {task_id}.")


def _doer(end: AuditEntry) -> str | None:
    return end.actor if end.verb == "task.completed" else None


def _answers(trail: _Trail) -> Iterator[Finding]:
    stored = answers(trail.session, trail.instance_id)
    for one in trail.about("task.completed", "task.amended"):
        key = (one.entry.subject, one.body.get("number", 1))
        row = stored.pop(key, None)
        if row is None:
            yield trail.finding("missing", one.entry.number, "answers", f"The answers to task {key[0]} are missing.")
        elif not content_digest(row.answers).hex() == row.digest.hex() == one.body["answers"]:
            yield trail.finding("altered", one.entry.number, "answers", f"The answers to task {key[0]} were altered.")
    for task_id, number in sorted(stored) if trail.whole else ():
        why = f"The trail knows no answers {number} to task {task_id}."
        yield trail.finding("inserted", len(trail.entries), "answers", why)


def _spelled(value: Any) -> str:
    return canonical(value).decode()


CHECKS: tuple[Callable[[_Trail], Iterator[Finding]], ...] = (_events, _state, _status, _tasks, _answers)
