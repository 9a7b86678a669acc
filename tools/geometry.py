"""Points, boxes and pieces of lines on a drawing. All in px; y grows downwards."""

from dataclasses import dataclass
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle by its upper left corner and its size."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    @property
    def middle(self) -> Point:
        return self.x + self.w / 2, self.y + self.h / 2

    def hits(self, other: "Box", margin: float = 0) -> bool:
        """Whether they overlap, or come nearer to each other than `margin`."""
        return (
            self.x - margin < other.right
            and other.x - margin < self.right
            and self.y - margin < other.bottom
            and other.y - margin < self.bottom
        )

    def holds(self, other: "Box", margin: float = 0) -> bool:
        """Whether the other lies inside, at least `margin` away from the border."""
        return (
            self.x + margin <= other.x
            and self.y + margin <= other.y
            and other.right <= self.right - margin
            and other.bottom <= self.bottom - margin
        )

    def apart(self, other: "Box") -> float:
        """How far they are from each other, in the direction in which they are farthest; 0 where they touch."""
        return max(0, self.x - other.right, other.x - self.right, self.y - other.bottom, other.y - self.bottom)

    def smaller(self, by: float) -> "Box":
        """The same box, `by` px smaller on every side."""
        return Box(self.x + by, self.y + by, self.w - 2 * by, self.h - 2 * by)


def piece(a: Point, b: Point) -> Box:
    """A straight piece of a line as a very thin box."""
    return Box(min(a[0], b[0]), min(a[1], b[1]), abs(a[0] - b[0]) or 0.01, abs(a[1] - b[1]) or 0.01)
