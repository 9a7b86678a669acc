"""
What a model says beyond BPMN: the facts of each node, read once from the author's XML.

`docs/reference/vocabulary.md` is the contract; nothing about any one process
is known here. Texts that may hold expressions are kept as texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Slot:
    """
    A place for evidence: `kinds` of "file" and "link", one item or many, wanted or optional (`?`).

    `says` is what each item must state: the version of what it speaks of, its day; `says_if` under which condition.
    """

    name: str
    kinds: tuple[Literal["file", "link"], ...]
    many: bool = False
    required: bool = True
    says: tuple[Literal["version", "day"], ...] = ()
    says_if: str | None = None


@dataclass(frozen=True, kw_only=True)
class Ref:
    """A reference to a form, a table or a process, and which version of it is meant."""

    key: str
    binding: Literal["latest", "deployment", "version", "versionTag"] = "latest"
    version: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What the model says about one piece of a person's work."""

    assignee: str | None = None
    candidate_users: tuple[str, ...] = ()
    candidate_groups: tuple[str, ...] = ()
    due: str | None = None
    follow_up: str | None = None
    clock: Literal["business", "elapsed", "legal"] = "business"
    priority: str | None = None
    escalation: str = "ordinary"
    form: Ref | None = None
    evidence: tuple[Slot, ...] = ()
    sign: Literal["approved", "verified", "reviewed", "authored"] | None = None
    sign_covers: tuple[str, ...] | str | None = None
    """Names, or the text of an expression that gives them when the task is signed."""
    clauses: tuple[str, ...] = ()
    separate_from: tuple[str, ...] = ()
    competence: tuple[str, ...] = ()
    confidential: bool = False
    handlers: str | None = None
    shut_out: tuple[str, ...] = ()
    unblocked: bool = False


@dataclass(frozen=True, kw_only=True)
class Node:
    """A flow node of the author's model. `kind` is its BPMN element name, such as `userTask`."""

    id: str
    kind: str
    name: str
    lane: str | None = None
    scope: str | None = None
    documentation: str = ""
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, kw_only=True)
class Start:
    """
    A way into the process.

    `name` is the message's or signal's name; `timer` the text of a timer start
    and `timer_kind` its element (`timeDuration`, `timeDate`, `timeCycle`).
    `duplicate_key` names the payload field whose value makes a second message
    of the same source join instead of start.
    """

    element: str
    kind: Literal["none", "message", "signal", "timer", "conditional", "error", "escalation"]
    name: str | None = None
    form: Ref | None = None
    timer: str | None = None
    timer_kind: str | None = None
    duplicate_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class Model:
    """One executable process of the author's file."""

    key: str
    name: str
    nodes: Mapping[str, Node]
    flows: Mapping[str, tuple[str, str]]
    starts: tuple[Start, ...]
    lanes: Mapping[str, str]
    rules: Rules = field(default_factory=Rules)
    limits: Mapping[str, str] = field(default_factory=dict)
    pause_clock: tuple[str, ...] = ()
    starter_groups: tuple[str, ...] = ()
    starter_users: tuple[str, ...] = ()
    title: str | None = None
    number: str | None = None
    version_tag: str | None = None
    history_time_to_live: str | None = None
