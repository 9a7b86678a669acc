"""One evaluation: its budget, its clock and what it had to say on the way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from engine.core.feel.errors import EvaluationError


@dataclass(frozen=True)
class Limits:
    """
    How much one expression may cost. Counts, not seconds: the same on every machine.

    `steps` are units of work. `depth` is shared by nested calls, which cost as much as the body of the
    function is deep, and nested values: about forty of each.
    """

    steps: int = 100_000
    items: int = 20_000
    characters: int = 100_000
    depth: int = 300
    text: int = 20_000
    nesting: int = 40


LIMITS = Limits()


@dataclass(slots=True)
class Run:
    """
    The budget and the surroundings of one evaluation.

    `now` is an aware datetime, `zone` the zone in which today() is a date.
    `matched` collects the rules of decision tables that matched.
    `types` tells whether a value is of a type that a model defines.
    `warnings` says why FEEL gave null, at most 20 times. Without `strict`, unknown
    names and entries are null, as the letter of DMN has it; decisions of ours never are.
    """

    limits: Limits = LIMITS
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    now: datetime | None = None
    zone: tzinfo = UTC
    strict: bool = True
    types: Callable[[Any, str], bool | None] | None = None
    left: int = -1
    depth: int = 0
    warnings: list[str] = field(default_factory=list)
    matched: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.left < 0:
            self.left = self.limits.steps

    def tick(self, steps: int = 1) -> None:
        """Spend steps. Raises EvaluationError when none are left."""
        self.left -= steps
        if self.left < 0:
            raise EvaluationError(f"This takes more than {self.limits.steps} steps")

    def enter(self, weight: int = 7) -> None:
        """Go deeper; `leave` with the same weight comes back."""
        self.depth += weight
        if self.depth > self.limits.depth:
            raise EvaluationError("This is nested, or calls itself, too many levels deep")

    def leave(self, weight: int = 7) -> None:
        """Come back from `enter`."""
        self.depth -= weight

    def warn(self, message: str) -> Any:
        """Note why the answer is null, and give that null."""
        if len(self.warnings) < 20:
            self.warnings.append(message)

    def clock(self) -> datetime:
        """What now() is, in the zone. Raises EvaluationError where nobody said."""
        if self.now is None:
            raise EvaluationError("Nobody said what time it is now")
        return self.now.astimezone(self.zone)

    def refuse(self, message: str) -> Any:
        """Raise for what must not be, or be null where the letter of DMN is asked for."""
        if self.strict:
            raise EvaluationError(message)
        return self.warn(message)

    def sized(self, characters: int) -> None:
        """Refuse a text that would grow too long; call it before the text is made."""
        if characters > self.limits.characters:
            raise EvaluationError(f"A text grows longer than {self.limits.characters} characters")
        self.tick(characters // 64)

    def listed(self, items: int) -> None:
        """Refuse a list that would grow too long, and pay for its items."""
        if items > self.limits.items:
            raise EvaluationError(f"A list grows longer than {self.limits.items} items")
        self.tick(items)
