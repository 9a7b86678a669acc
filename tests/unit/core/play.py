"""
Plays a model: every step is taken twice, saved and loaded in between, and in memory without ever being saved.

Both must wait for the same; `replay` takes the recorded events again and
must arrive at the same bytes.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from drawing import Drawing

from engine.calendars import CalendarSettings, build_calendar
from engine.core.advance import Advance, advance, variables_of
from engine.core.chain import canonical
from engine.core.definition import Definition, define
from engine.core.effects import CloseTask, Effect, Finish, OpenTask, Passed
from engine.core.events import (
    CalledEscalated,
    CalledFailed,
    CalledFinished,
    Cancelled,
    DataChanged,
    Event,
    MessageArrived,
    ServiceDone,
    ServiceFailed,
    SignalArrived,
    Started,
    TaskCompleted,
    TimerDue,
)
from engine.core.model.read import read_models
from engine.core.onward import let_happen
from engine.core.spiff import state as states
from engine.core.spiff.step import Step, running
from engine.core.spiff.tokens import Case
from engine.core.spiff.waits import waits
from engine.core.translate import translate

MORNING = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
CALENDAR = build_calendar(CalendarSettings(zone="UTC"), 2026, 2029)


def defined(drawing: Drawing | bytes) -> Definition:
    xml = drawing if isinstance(drawing, bytes) else drawing.xml()
    model = read_models(xml, "drawn.bpmn")[0]
    return define(model, translate(xml))


@dataclass
class Memory:
    """The same case, never saved."""

    case: Case
    last_id: int = 0
    last: datetime = MORNING

    def take(self, event: Event, now: datetime) -> str | None:
        with running(Step(now, self.last_id, CALENDAR)) as step:
            _, refused = let_happen(self.case, event, self.last)
            self.last_id, self.last = step.last_id, step.now
            return refused


@dataclass
class Play:
    definition: Definition
    now: datetime = MORNING
    state: bytes | None = None
    memory: Memory | None = None
    log: list[tuple[Event, datetime]] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    last: tuple[Effect, ...] = ()
    refused: str | None = None

    @classmethod
    def of(cls, drawing: Drawing | bytes | Definition, start: str | None = None, **variables: Any) -> "Play":
        play = cls(drawing if isinstance(drawing, Definition) else defined(drawing))
        return play.begin(Started(start=start, variables=variables, case={"id": "1"}))

    def begin(self, event: Started) -> "Play":
        self.memory = Memory(Case(self.definition), last=self.now)
        return self.take(event)

    def take(self, event: Event) -> "Play":
        done: Advance = advance(self.definition, self.state, event, now=self.now, calendar=CALENDAR)
        self.state, self.last, self.refused = done.state, done.effects, done.refused
        self.effects += done.effects
        self.log.append((event, self.now))
        assert self.memory is not None
        assert self.memory.take(event, self.now) == done.refused
        assert self.seen(self.memory.case) == self.seen(self.case)
        assert self.memory.case.variables == variables_of(self.state)
        return self

    @staticmethod
    def seen(case: Case) -> Any:
        return [] if case.completed else [(w.kind, w.element, w.due, w.name, w.token) for w in waits(case).values()]

    @property
    def case(self) -> Case:
        with running(Step(self.now, 0, CALENDAR)):
            return states.load(self.definition, self.state or b"")[0]

    def replays(self) -> bool:
        state = None
        for event, now in self.log:
            state = advance(self.definition, state, event, now=now, calendar=CALENDAR).state
        return state == self.state

    # What there is

    def waiting(self, kind: str) -> list[str]:
        case = self.case
        return [] if case.completed else sorted(w.element for w in waits(case).values() if w.kind == kind)

    @property
    def open(self) -> list[str]:
        return self.waiting("task")

    def token(self, element: str, kind: str | None = None, number: int = 0) -> int:
        found = [w.token for w in waits(self.case).values() if w.element == element and kind in (None, w.kind)]
        return found[number]

    @property
    def data(self) -> dict[str, Any]:
        return variables_of(self.state or b"")

    @property
    def ended(self) -> str | None:
        return next((effect.outcome for effect in self.effects if isinstance(effect, Finish)), None)

    @property
    def size(self) -> int:
        return len(self.state or b"")

    @property
    def tokens(self) -> int:
        """Bytes of the state without the data of the case."""
        return self.size - len(canonical(variables_of(self.state or b"")))

    def due(self, element: str) -> datetime | None:
        found = next(w.due for w in waits(self.case).values() if w.element == element)
        return None if found is None else datetime.fromisoformat(found)

    def passed(self) -> list[str]:
        return [e.element for e in self.effects if isinstance(e, Passed) and not e.flow and not e.withdrawn]

    def flows(self) -> list[str]:
        return [e.element for e in self.effects if isinstance(e, Passed) and e.flow]

    def of_kind(self, kind: type[Any]) -> list[Any]:
        return [effect for effect in self.last if isinstance(effect, kind)]

    def opened(self) -> list[str]:
        return [effect.element for effect in self.of_kind(OpenTask)]

    def withdrawn(self) -> dict[str, str | None]:
        return {e.element: e.because for e in self.of_kind(CloseTask) if e.reason == "withdrawn"}

    # What happens

    def at(self, moment: datetime) -> "Play":
        self.now = moment
        return self

    def after(self, **span: float) -> "Play":
        """Time passes and somebody looks."""
        self.now += timedelta(**span)
        return self.take(TimerDue())

    def later(self, **span: float) -> "Play":
        """Time passes and nobody looks."""
        self.now += timedelta(**span)
        return self

    def do(self, element: str, by: str = "ann", number: int = 0, **answers: Any) -> "Play":
        return self.take(TaskCompleted(token=self.token(element, "task", number), by=by, answers=answers))

    def message(self, element: str, number: int = 0, **payload: Any) -> "Play":
        return self.take(MessageArrived(token=self.token(element, "message", number), payload=payload))

    def signal(self, name: str, **payload: Any) -> "Play":
        return self.take(SignalArrived(name=name, payload=payload))

    def served(self, element: str, number: int = 0, **result: Any) -> "Play":
        return self.take(ServiceDone(token=self.token(element, "service", number), result=result))

    def decided(self, element: str, *rows: dict[str, Any]) -> "Play":
        return self.take(ServiceDone(token=self.token(element, "decision"), rows=list(rows)))

    def failed(self, element: str, code: str, message: str = "", **result: Any) -> "Play":
        return self.take(ServiceFailed(token=self.token(element), code=code, message=message, result=result))

    def returned(self, element: str, number: int = 0, **result: Any) -> "Play":
        return self.take(CalledFinished(token=self.token(element, "call", number), result=result))

    def call_failed(self, element: str, code: str) -> "Play":
        return self.take(CalledFailed(token=self.token(element, "call"), code=code))

    def call_escalated(self, element: str, code: str) -> "Play":
        return self.take(CalledEscalated(token=self.token(element, "call"), code=code))

    def correct(self, *removed: str, **variables: Any) -> "Play":
        return self.take(DataChanged(variables=variables, removed=removed))

    def cancel(self) -> "Play":
        return self.take(Cancelled())


def rows(state: bytes) -> list[Any]:
    found: list[Any] = orjson.loads(state)["tokens"]
    return found
