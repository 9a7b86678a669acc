"""
The side file of a drawing: where things go, and a few lines of hints.

    [at]        node = [column, row, down, right]   the row counts inside the node's lane; shifts in px, may be left out
    [span]      node = columns                      for a wide sub-process
    [pack]      lane = true                         left to right, without columns
    [gap]       "3" = 60                            px after column 3; "SUB.1" in a sub-process; "LANE.0" below a row
    [pad]       lane = [top, bottom]                room inside a lane or sub-process
    [label]     event = "left", flow = 1            side of a name; number of the piece that carries a flow's name
    [via]       flow = "bottom+30>left"             sides where a flow leaves and enters, with a shift along the side
    [size]      task = [160, 80]
    [boundary]  event = ["bottom", 0.5]             side and share; spread along the bottom otherwise
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

GRID = 10
PARTS = ("at", "span", "pack", "gap", "pad", "label", "via", "size", "boundary")
_SIDE = re.compile(r"(right|left|top|bottom)([+-]\d+)?")


class Place(NamedTuple):
    """A place in the grid, and how far from it (px)."""

    column: float
    row: float
    down: int = 0
    right: int = 0


@dataclass(frozen=True)
class Hints:
    """What the side file says."""

    at: dict[str, Place] = field(default_factory=dict)
    span: dict[str, int] = field(default_factory=dict)
    pack: dict[str, bool] = field(default_factory=dict)
    gap: dict[str, int] = field(default_factory=dict)
    pad: dict[str, tuple[int, int]] = field(default_factory=dict)
    label: dict[str, str | int] = field(default_factory=dict)
    via: dict[str, str] = field(default_factory=dict)
    size: dict[str, tuple[int, int]] = field(default_factory=dict)
    boundary: dict[str, tuple[str, float]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Hints":
        """Read a side file; a part that it does not know is an error."""
        parts: dict[str, dict[str, Any]] = tomllib.loads(path.read_text("utf-8"))
        if unknown := sorted(set(parts) - set(PARTS)):
            raise SystemExit(f"{path.name} has parts that nobody reads: {', '.join(unknown)}")
        pairs = ("pad", "size", "boundary")
        read: dict[str, Any] = {
            part: {name: tuple(value) for name, value in said.items()} if part in pairs else said
            for part, said in parts.items()
        }
        read["at"] = {name: Place(*place) for name, place in parts.get("at", {}).items()}
        return cls(**read)

    def place(self, node: str) -> Place:
        """The place of a node; ends the program where it has none."""
        if node not in self.at:
            raise SystemExit(f"{node} has no place: add it to [at]")
        return self.at[node]

    def via_side(self, flow: str, out: bool) -> tuple[str, int | None] | None:
        """The side at which a flow must leave or enter, and the shift along it; None where it may choose."""
        said = self.via.get(flow, "").partition(">")[0 if out else 2]
        found = _SIDE.fullmatch(said)
        return (found[1], int(found[2]) if found[2] else None) if found else None

    def wrong(self, known: set[str]) -> Iterator[str]:
        """Hints about what the diagram does not have, or off the grid."""
        for part in ("at", "span", "pack", "pad", "label", "via", "size", "boundary"):
            yield from (f"[{part}] {name}" for name in getattr(self, part) if name not in known)
        shifts = {name: (place.down, place.right) for name, place in self.at.items()}
        for part, values in (("at", shifts), ("pad", self.pad)):
            yield from (
                f"[{part}] {name}: not a multiple of {GRID}"
                for name, pair in values.items()
                if any(v % GRID for v in pair)
            )
