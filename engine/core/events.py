"""
What can happen to an instance.

Events are recorded as they were applied; a replay feeds them to `advance`
again and must arrive at the same bytes. So they hold plain JSON values only:
texts, numbers, booleans, nulls, lists and objects. Tokens are the core's own
numbers for the places where an instance waits.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Started:
    """
    An instance begins.

    Args:
        start: the id of the start event that was chosen; None takes the model's only one.
        case: id, key, title, started_at (ISO 8601, UTC), initiator, business_key.
        called: another case waits for this one; an error that nobody catches here goes to it.
    """

    start: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    case: dict[str, Any] = field(default_factory=dict)
    subject: dict[str, Any] | None = None
    called: bool = False


@dataclass(frozen=True, kw_only=True)
class TaskCompleted:
    """A person did a task; `answers` are already validated, `by` is the person's id."""

    token: int
    by: str
    answers: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TimerDue:
    """Time has passed. Which timers are due follows from `now`."""


@dataclass(frozen=True, kw_only=True)
class MessageArrived:
    """A message, for exactly the token that the shell chose."""

    token: int
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SignalArrived:
    """A signal, for everything in this instance that waits for it."""

    name: str
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ServiceDone:
    """A service, send or business rule task has its result (for a decision: the matched rows' outputs)."""

    token: int
    result: dict[str, Any] = field(default_factory=dict)
    rows: list[dict[str, Any]] | None = None


@dataclass(frozen=True, kw_only=True)
class ServiceFailed:
    """A service task ended in a BPMN error; its code looks for a boundary event."""

    token: int
    code: str
    message: str = ""
    result: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CalledFinished:
    """The case that a call activity started, or joined, has ended; `result` are its variables."""

    token: int
    result: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CalledFailed:
    """The called case ended in an error that crosses the call activity."""

    token: int
    code: str
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class CalledEscalated:
    """The called case threw an escalation that crosses the call activity, which goes on unless interrupted."""

    token: int
    code: str
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DataChanged:
    """Somebody with the right to do so corrected variables, with a reason that the trail keeps."""

    variables: dict[str, Any] = field(default_factory=dict)
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SubjectChanged:
    """
    What the case is about has changed in its register; expressions see it as it is from then on.

    Args:
        at: when it changed, ISO 8601: timers that were due before saw it as it was. None stands for now.
    """

    subject: dict[str, Any]
    at: str | None = None


@dataclass(frozen=True, kw_only=True)
class InstanceAdded:
    """A running parallel multi-instance gets one more item."""

    element: str
    item: Any


@dataclass(frozen=True, kw_only=True)
class Reopened:
    """A finished task must be done again, because what its signature covers has changed."""

    element: str
    locals: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Cancelled:
    """The whole instance ends here."""

    reason: str = ""


Event = (
    Started
    | TaskCompleted
    | TimerDue
    | MessageArrived
    | SignalArrived
    | ServiceDone
    | ServiceFailed
    | CalledFinished
    | CalledFailed
    | CalledEscalated
    | DataChanged
    | SubjectChanged
    | InstanceAdded
    | Reopened
    | Cancelled
)
