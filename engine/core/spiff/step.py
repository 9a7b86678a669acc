"""
What belongs to one step and to nothing else: its moment, its numbers and its journal.

The library reads the wall clock and draws random ids; its specifications are
shared by all threads. So everything that changes while a step runs is held
here, in a context variable, and nowhere in the definition.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from engine.core.calendar import Calendar


@dataclass
class Thrown:
    """Something that leaves the instance, as it happened."""

    element: str
    at: datetime
    kind: str
    name: str
    payload: dict[str, Any]
    caught: bool = False


@dataclass
class Left:
    """A token left a node, was withdrawn from it, or took a flow."""

    token: int
    element: str
    at: datetime
    entered_at: datetime
    withdrawn: bool = False
    flow: bool = False


@dataclass
class Step:
    """
    One call of `advance`.

    `now` moves: while late timers are caught up it is each timer's own due
    moment. `last_id` is the last number that was given to a token.
    """

    now: datetime
    last_id: int
    calendar: Calendar
    by: str | None = None
    ready: deque[Any] = field(default_factory=deque)
    journal: list[Left | Thrown] = field(default_factory=list)
    because: dict[int, str] = field(default_factory=dict)
    cause: str | None = None
    fired: set[int] = field(default_factory=set)
    withdrawn: set[int] = field(default_factory=set)

    def next_id(self) -> int:
        """Number the next token."""
        self.last_id += 1
        return self.last_id


_step: ContextVar[Step] = ContextVar("step")


def current() -> Step:
    """The step that runs in this thread; LookupError outside of one."""
    return _step.get()


@contextmanager
def running(step: Step) -> Iterator[Step]:
    """Run the library inside `step`."""
    reset = _step.set(step)
    try:
        yield step
    finally:
        _step.reset(reset)


class NoJson(ValueError):
    """A value cannot be kept as JSON."""


def encoded(value: Any) -> bytes:
    """
    JSON with sorted keys.

    Raises:
        NoJson: a value is none that JSON knows, or a whole number of more than 64 bits.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise NoJson(str(error)) from error


def iso(moment: datetime) -> str:
    """A moment as it is stored: ISO 8601, UTC."""
    return moment.astimezone(UTC).isoformat()
