"""Laws that hold for every model: saved or not, pruned or not, late or punctual, played once or again."""

from dataclasses import dataclass
from typing import Any

from blocks import Act, Artist, Life, happens, moments
from hypothesis import note
from play import CALENDAR, Play, defined

from engine.core.advance import variables_of
from engine.core.definition import Definition
from engine.core.events import (
    CalledFinished,
    Event,
    MessageArrived,
    ServiceDone,
    SignalArrived,
    Started,
    TaskCompleted,
    TimerDue,
)
from engine.core.onward import let_happen
from engine.core.spiff import state as states
from engine.core.spiff.step import Step, running
from engine.core.spiff.tokens import Case
from engine.core.spiff.waits import Wait, waits


@dataclass
class Kept(Play):
    """A case that is also saved whole, with everything that is finished."""

    whole: bytes | None = None

    def take(self, event: Event) -> "Kept":
        super().take(event)
        with running(Step(self.now, 0, CALENDAR)) as step:
            last = self.now
            case = Case(self.definition)
            if self.whole is not None:
                case, step.last_id, last = states.load(self.definition, self.whole)
            let_happen(case, event, last)
            self.whole = states.dump(case, step, prune=False)
        assert self.seen(case) == self.seen(self.case)
        assert variables_of(self.whole) == variables_of(self.state or b"")
        return self

    def waits(self) -> list[Wait]:
        case = self.case
        return [] if case.completed else list(waits(case).values())

    def tick(self) -> None:
        self.take(TimerDue())

    def answer(self, wait: Wait) -> None:
        """What is waited for happens."""
        more = {"c": self.data["c"] + 1, f"of_{wait.element}": len(self.log)}
        match wait.kind:
            case "task":
                self.take(TaskCompleted(token=wait.token, by="ann", answers=more))
            case "message":
                self.take(MessageArrived(token=wait.token, payload=more))
            case "signal":
                self.take(SignalArrived(name=wait.name or "", payload=more))
            case "call":
                self.take(CalledFinished(token=wait.token, result=more))
            case _:
                self.take(ServiceDone(token=wait.token, result=more))


def live(definition: Definition, day: list[Act], kind: type[Any] = Kept) -> Any:
    life = kind(definition)
    life.begin(Started(variables={"c": 0}, case={"id": "1"}))
    for act in day:
        if life.ended:
            break
        assert life.waits(), "A case that has not ended waits for something."
        happens(act, life)
    return life


@dataclass
class Punctual(Kept):
    """A case whose worker wakes at every due moment."""

    def take(self, event: Event) -> "Punctual":
        if self.state is not None:
            here = self.now
            for _ in range(500):
                due = moments(self, here)
                if not due:
                    break
                self.now = due[0]
                super().take(TimerDue())
            self.now = here
        super().take(event)
        return self


def same_in_memory_saved_pruned_and_replayed(life: Life) -> None:
    xml = Artist().model(life.block)
    note(xml.decode())
    kept = live(defined(xml), life.day)
    assert kept.replays()
    assert len(kept.state) <= len(kept.whole)


def late_and_punctual_give_equal_bytes(life: Life) -> None:
    xml = Artist(repeats=False).model(life.block)
    note(xml.decode())
    definition = defined(xml)
    late = live(definition, life.day)
    punctual = Punctual(definition)
    for event, now in late.log:
        punctual.now = now
        punctual.begin(event) if isinstance(event, Started) else punctual.take(event)
    assert punctual.state == late.state
    assert punctual.effects == late.effects
