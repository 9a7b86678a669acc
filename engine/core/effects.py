"""
What the shell must do after an advance. Plain values, in the order in which they must be applied.

`at` is the moment the effect belongs to, an aware UTC datetime: for what a
late timer caused it is the timer's own due moment, not the moment somebody
looked.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class OpenTask:
    """A person must do something. Who and when are what the model says, already evaluated."""

    token: int
    element: str
    name: str
    at: datetime
    lane: str | None = None
    assignee: str | None = None
    candidate_users: tuple[str, ...] = ()
    candidate_groups: tuple[str, ...] = ()
    due_at: datetime | None = None
    follow_up_at: datetime | None = None
    priority: int = 50
    locals: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TaskChanged:
    """An open task's due or follow-up date moved, because data that it reads have changed."""

    token: int
    element: str
    at: datetime
    due_at: datetime | None
    follow_up_at: datetime | None
    why: str


@dataclass(frozen=True, kw_only=True)
class CloseTask:
    """An open task is done, or was withdrawn; then `because` says by which element."""

    token: int
    element: str
    at: datetime
    reason: Literal["completed", "withdrawn"]
    because: str | None = None


@dataclass(frozen=True, kw_only=True)
class SetTimer:
    """The instance wants to be woken at `due_at`. Setting a token's timer again moves it."""

    token: int
    element: str
    at: datetime
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class ClearTimer:
    """A timer has fired, or nobody waits for it any more."""

    token: int
    element: str
    at: datetime
    fired: bool


@dataclass(frozen=True, kw_only=True)
class Subscribe:
    """The instance waits for a message or a signal. `key` is the correlation value the model asks for, if any."""

    token: int
    element: str
    at: datetime
    kind: Literal["message", "signal"]
    name: str
    key: str | None = None


@dataclass(frozen=True, kw_only=True)
class Unsubscribe:
    """The instance waits no longer."""

    token: int
    element: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CallService:
    """Work for a worker: the topic, and the inputs that the model maps (all variables where it maps none)."""

    token: int
    element: str
    at: datetime
    topic: str
    inputs: dict[str, Any] = field(default_factory=dict)
    retries: str | None = None


@dataclass(frozen=True, kw_only=True)
class Decide:
    """A decision table must answer. `version` is a number or a tag where the binding asks for one."""

    token: int
    element: str
    at: datetime
    decision: str
    binding: Literal["latest", "deployment", "version", "versionTag"] = "latest"
    version: str | None = None
    inputs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class WithdrawService:
    """A service or decision is no longer wanted."""

    token: int
    element: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class StartCalled:
    """A call activity starts a case of its own; or, where `join` names a message, tells one that waits for it."""

    token: int
    element: str
    at: datetime
    process: str
    binding: Literal["latest", "deployment", "version", "versionTag"] = "latest"
    version: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    business_key: str | None = None
    join: str | None = None


@dataclass(frozen=True, kw_only=True)
class CancelCalled:
    """The called case is to be cancelled: its caller was interrupted."""

    token: int
    element: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Throw:
    """A message, signal or escalation leaves the instance; `caught` says whether it caught the escalation itself."""

    element: str
    at: datetime
    kind: Literal["message", "signal", "escalation"]
    name: str
    payload: dict[str, Any] = field(default_factory=dict)
    caught: bool = False


@dataclass(frozen=True, kw_only=True)
class Passed:
    """A flow node of the author's model was left, or a sequence flow was taken: history."""

    token: int
    element: str
    at: datetime
    entered_at: datetime
    withdrawn: bool = False
    flow: bool = False


@dataclass(frozen=True, kw_only=True)
class VariablesChanged:
    """The case's variables that are new or different now, and those that are gone."""

    at: datetime
    changed: dict[str, Any] = field(default_factory=dict)
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Finish:
    """The instance has ended. `failed`: by an error that only a caller can catch, whose `code` it carries."""

    at: datetime
    outcome: Literal["completed", "cancelled", "failed"]
    element: str | None = None
    code: str | None = None
    result: dict[str, Any] = field(default_factory=dict)


Effect = (
    OpenTask
    | TaskChanged
    | CloseTask
    | SetTimer
    | ClearTimer
    | Subscribe
    | Unsubscribe
    | CallService
    | Decide
    | WithdrawService
    | StartCalled
    | CancelCalled
    | Throw
    | Passed
    | VariablesChanged
    | Finish
)
