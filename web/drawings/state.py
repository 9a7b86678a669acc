"""What is marked on a diagram: where a case stands, what is late, what a version changes, how often a step ran."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Mark = Literal["is-late", "is-here", "is-finding", "is-changed", "is-added", "is-done", "is-taken"]
STRONGEST: tuple[Mark, ...] = ("is-late", "is-here", "is-finding", "is-changed", "is-added", "is-done", "is-taken")


@dataclass(frozen=True, kw_only=True)
class Badge:
    """
    A few signs on an element, such as a count.

    Args:
        says: the same in words, for who does not see it.
        kind: empty, `is-late`, `is-finding`, `is-note` (changed) or `is-added`.
        at: the upper right corner, or the middle of the lower border.
    """

    id: str
    text: str
    says: str
    kind: str = ""
    at: Literal["corner", "foot"] = "corner"


@dataclass(frozen=True, kw_only=True)
class State:
    """
    Everything marked on one diagram, by the ids of its elements.

    Args:
        marks: one mark for each element; flows know `is-taken`, `is-added`, `is-changed` and `is-finding`.
        says: what each element's mark means, in words; read out after its name.
        here: where to look first, such as where the case stands.
    """

    marks: Mapping[str, Mark] = field(default_factory=dict)
    badges: tuple[Badge, ...] = ()
    says: Mapping[str, str] = field(default_factory=dict)
    here: tuple[str, ...] = ()

    def written(self) -> dict[str, Any]:
        """As the page's script reads it."""
        return {
            "here": list(self.here),
            "marks": dict(self.marks),
            "badges": [asdict(badge) for badge in self.badges],
            "says": dict(self.says),
        }


def strongest(*marks: Mark) -> Mark:
    """Which of several marks an element carries: what needs somebody first comes first."""
    return min(marks, key=STRONGEST.index)
