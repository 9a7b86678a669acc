"""
What can go wrong, told by whom it concerns.

    StewardError
    ├── Rejected                 the caller asked for something that may not be: 4xx, nothing changed
    │   ├── NotFound             no such thing, or the caller may not know of it (404)
    │   ├── Forbidden            the caller may know of it and may not do this (403)
    │   │   ├── SeparationOfDuties
    │   │   ├── NotCompetent
    │   │   ├── NoMandate        an auditor reads only while he has one
    │   │   ├── NotOffered       a task is for others
    │   │   ├── CodeNeeded       the password is right, and a second factor is on
    │   │   └── WrongProof       a password or a code that is wrong
    │   │       └── LockedOut    too many of them, until when
    │   ├── Conflict             somebody or something was faster (409)
    │   │   ├── AlreadyClaimed
    │   │   ├── NeedsConsent     a role is given only when somebody of another group agrees
    │   │   ├── OneHolder        a role has one holder and one deputy, and nobody besides
    │   │   ├── TaskClosed
    │   │   └── Outdated         an If-Match that no longer matches (412)
    │   └── Invalid              what was sent does not hold (422), with one problem a field
    │       ├── FollowsFromCases a field that nobody types, for cases write it
    │       └── Refused          a deployment with problems (every problem of every file)
    ├── Again                    the next attempt may succeed: a lock, a lost connection (503)
    └── Broken                   concerns us: a record or a setting that must not be so (500)

Each error has a stable `code` for machines and reads as a sentence for people.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar


@dataclass(frozen=True)
class Record:
    """What the trail keeps of a refusal: the chain it belongs to (an instance's id or `platform`) and what it says."""

    chain: str
    verb: str
    subject: str
    body: dict[str, Any] = field(default_factory=dict)


@dataclass
class StewardError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500


@dataclass
class Rejected(StewardError):
    """
    The caller asked for something that may not be.

    A refusal that carries a `record` leaves it in the trail. `keeps` says that
    what the verb wrote before it refused is true and must be committed: the
    deadline that had passed when a late answer arrived.
    """

    code: ClassVar[str] = "rejected"
    status: ClassVar[int] = 400
    record: Record | None = field(default=None, kw_only=True, repr=False)
    keeps: bool = field(default=False, kw_only=True, repr=False)


@dataclass
class NotFound(Rejected):
    """There is no such thing, or the caller may not know of it."""

    code: ClassVar[str] = "not-found"
    status: ClassVar[int] = 404
    kind: str
    id: str

    def __str__(self) -> str:
        return f"There is no {self.kind} {self.id} that you may see."


@dataclass
class Forbidden(Rejected):
    """The caller may not do this. `why` is a whole sentence; `remedy` says who may."""

    code: ClassVar[str] = "forbidden"
    status: ClassVar[int] = 403
    why: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.why} {self.remedy}".strip()


@dataclass
class SeparationOfDuties(Forbidden):
    """
    A rule of the model keeps this person apart from this task.

    `step` is the name of the step that `rule` speaks of, where it speaks of one; `others` are some who may do it.
    """

    code: ClassVar[str] = "separation-of-duties"
    why: str = ""
    remedy: str = ""
    task_id: str = ""
    person: str = ""
    rule: str = ""
    step: str = ""
    others: tuple[str, ...] = ()


@dataclass
class CodeNeeded(Forbidden):
    """A second factor is on, so the password alone is not enough."""

    code: ClassVar[str] = "code-needed"


@dataclass
class WrongProof(Forbidden):
    """Whoever wants to prove who he is gave something wrong, a `password` or a `code`; it was counted."""

    kind: str = field(default="password", kw_only=True)


@dataclass
class LockedOut(WrongProof):
    """There were too many wrong passwords or codes; the account waits `until` then."""

    until: datetime = field(kw_only=True)


@dataclass
class NoMandate(Forbidden):
    """An auditor has no mandate to read at this moment."""

    code: ClassVar[str] = "no-mandate"


@dataclass
class NotCompetent(Forbidden):
    """The person does not hold what the model asks of whoever does this task; `others` are some who do."""

    code: ClassVar[str] = "not-competent"
    why: str = ""
    remedy: str = ""
    person: str = ""
    missing: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass
class NotOffered(Forbidden):
    """The task is offered to others; `accountable` answers for it."""

    why: str = ""
    remedy: str = ""
    accountable: str = ""


@dataclass
class Conflict(Rejected):
    """Somebody or something was faster, or the thing is in another state than the caller thinks."""

    code: ClassVar[str] = "conflict"
    status: ClassVar[int] = 409
    why: str

    def __str__(self) -> str:
        return self.why


@dataclass
class AlreadyClaimed(Conflict):
    """Another person holds the task."""

    code: ClassVar[str] = "already-claimed"
    why: str = ""
    task_id: str = ""
    holder: str = ""

    def __str__(self) -> str:
        return f"Task {self.task_id} is already claimed by {self.holder}."


@dataclass
class OneHolder(Conflict):
    """The role has one holder and one deputy, and nobody besides."""

    code: ClassVar[str] = "one-holder"


@dataclass
class NeedsConsent(Conflict):
    """Nobody is given this role alone: somebody of another group agrees."""

    code: ClassVar[str] = "needs-consent"


@dataclass
class TaskClosed(Conflict):
    """The task is finished, by `by`, or was withdrawn."""

    code: ClassVar[str] = "task-closed"
    by: str = ""


@dataclass
class Outdated(Conflict):
    """The thing has changed since the caller read it."""

    code: ClassVar[str] = "outdated"
    status: ClassVar[int] = 412


@dataclass
class Invalid(Rejected):
    """What was sent does not hold. `problems` maps a field's path to a sentence."""

    code: ClassVar[str] = "invalid"
    status: ClassVar[int] = 422
    why: str
    problems: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.why


@dataclass
class FollowsFromCases(Invalid):
    """A field of a register is written by cases alone; `problems` names it and says which way leads there."""

    code: ClassVar[str] = "follows-from-cases"


@dataclass
class Refused(Invalid):
    """A deployment has problems; `problems` holds a list under `problems`, and nothing was deployed."""

    code: ClassVar[str] = "deployment-refused"


@dataclass
class Again(StewardError):
    """The next attempt may succeed."""

    code: ClassVar[str] = "try-again"
    status: ClassVar[int] = 503
    why: str

    def __str__(self) -> str:
        return self.why


@dataclass
class Broken(StewardError):
    """Something is so that must not be so; an operator has to look."""

    code: ClassVar[str] = "broken"
    why: str

    def __str__(self) -> str:
        return self.why
