"""What a climbed rung leaves behind: its step, who was told, what is owed to them, and the trail's word."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import audit, outbox
from engine.cases import Case, LiveTask
from engine.core.ladders import Climb, Ladder, Step
from engine.identity.person import Person
from engine.store.base import table_of
from engine.store.ladders import LadderStep, LadderTold
from engine.store.running import Task

TASK, STEP, TOLD = table_of(Task), table_of(LadderStep), table_of(LadderTold)
VERBS = {
    "sent": "ladder.climbed",
    "passed_over": "ladder.passed_over",
    "nobody": "ladder.nobody",
    "held": "ladder.held",
    "acknowledged": "ladder.acknowledged",
}
KEEP_TOLD = insert(TOLD)
COMES = (
    update(TASK)
    .where(TASK.c.id == bindparam("task_id"))
    .values(
        {
            name: bindparam(name)
            for name in ("episode", "next_rung", "next_rung_at", "acknowledged_at", "acknowledged_by")
        }
    )
)


def _step(dialect: Any) -> Any:
    """A step is kept once; one that was held may become what it becomes."""
    given = dialect.insert(STEP)
    changed = {name: given.excluded[name] for name in ("at", "outcome", "because", "kept_for")}
    return given.on_conflict_do_update(
        index_elements=["task_id", "episode", "rung"], set_=changed, where=STEP.c.outcome == "held"
    )


KEEP_STEP = {"postgresql": _step(postgresql), "sqlite": _step(sqlite)}


@dataclass
class Told:
    """All that one look at the ladders of a locked case means, gathered to be written at once."""

    case: Case
    by: Person
    now: datetime
    through: str | None = None
    steps: list[dict[str, Any]] = field(default_factory=list)
    people: list[dict[str, Any]] = field(default_factory=list)
    notices: list[outbox.Notice] = field(default_factory=list)
    climbs: list[dict[str, Any]] = field(default_factory=list)

    def climbed(self, task: LiveTask, ladder: Ladder, steps: Sequence[Step], climb: Climb) -> None:
        """What became of rungs of one task, and how far it has come."""
        moved = self._move(task, climb) if steps else {}
        for place, step in enumerate(steps, 1):
            self._keep(task, ladder, step)
            body = _words(step, ladder) | (moved if place == len(steps) else {})
            self.say(VERBS[step.outcome], task, body, happened_at=min(step.planned_at, self.now))

    def turned(self, verb: str, task: LiveTask, climb: Climb, **said: Any) -> None:
        """Another turn of a ladder, on which no rung was climbed."""
        self.say(verb, task, self._move(task, climb) | said)

    def say(self, verb: str, task: LiveTask, body: dict[str, Any], *, happened_at: datetime | None = None) -> None:
        """A word of the case's trail."""
        said = {"element": task.element, **body} | ({"through": self.through} if self.through else {})
        self.case.chain.add(verb, task.id, said, by=self.by.id, now=self.now, happened_at=happened_at)

    def _move(self, task: LiveTask, climb: Climb) -> dict[str, Any]:
        moved: dict[str, Any] = {"episode": climb.episode, "next_rung": climb.next_rung, "next_rung_at": climb.next_at}
        who = self.by.id if climb.acknowledged_at == self.now else task.acknowledged_by
        moved |= {"acknowledged_at": climb.acknowledged_at, "acknowledged_by": who if climb.acknowledged_at else None}
        self.climbs.append({"task_id": task.id, **moved})
        return {"climb": moved}

    def _keep(self, task: LiveTask, ladder: Ladder, step: Step) -> None:
        rung = ladder.rungs[step.rung - 1]
        key = {"task_id": task.id, "episode": step.episode, "rung": step.rung, "instance_id": self.case.id}
        kept_for = rung.keep_for if step.outcome in ("sent", "nobody") else None
        row = {"planned_at": step.planned_at, "at": self.now, "outcome": step.outcome, "because": step.because}
        self.steps.append(key | row | {"kept_for": kept_for})
        self.people += [key | {"person_id": person} for person in step.told]
        self.notices += [self._notice(task, ladder, step, person) for person in step.told]

    def _notice(self, task: LiveTask, ladder: Ladder, step: Step, person: str) -> outbox.Notice:
        rung = ladder.rungs[step.rung - 1]
        return outbox.Notice(
            event=event_of(task.id, step.episode, step.rung),
            recipient=person,
            template=rung.words,
            urgency=rung.urgency,
            instance_id=self.case.id,
            task_id=task.id,
            data={
                "task": task.name,
                "case": self.case.title,
                "due_at": task.due_at.isoformat() if task.due_at else None,
                "opened_at": task.opened_at.isoformat(),
                "holder": task.holder,
                "accountable": task.accountable,
                "ladder": ladder.name,
                "severe": ladder.severe,
                "rung": step.rung,
                "rungs": len(ladder.rungs),
                "episode": step.episode,
                "acknowledge": ladder.acknowledge,
            },
            channels=rung.channels,
            cause=self.by.id,
        )

    def write(self, session: Session) -> None:
        """Write all of it."""
        if self.steps:
            session.execute(KEEP_STEP[session.get_bind().dialect.name], self.steps)
        if self.people:
            session.execute(KEEP_TOLD, self.people)
        if self.climbs:
            session.execute(COMES, self.climbs)
        audit.save(session, self.case.chain, outbox.owe(session, self.notices, now=self.now))


def event_of(task_id: object, episode: int, rung: int) -> str:
    """The event under which those told on a rung are owed their messages: once, whatever restarts."""
    return f"{task_id}:{episode}:{rung}"


def _words(step: Step, ladder: Ladder) -> dict[str, Any]:
    return {
        "ladder": ladder.key,
        "episode": step.episode,
        "rung": step.rung,
        "planned_at": step.planned_at,
        "outcome": step.outcome,
        "told": list(step.told),
        "because": step.because,
        "kept_for": ladder.rungs[step.rung - 1].keep_for if step.outcome in ("sent", "nobody") else None,
    }
