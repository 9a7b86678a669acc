"""Rules about flows: how they end, bend, and pass shapes and each other."""

import math
from collections.abc import Iterator
from itertools import combinations

from tools.drawing import Drawing
from tools.geometry import Point, piece

CLEAR, SHORTEST, MOST_BENDS, BESIDE = 4, 10, 4, 8


def docks(d: Drawing) -> Iterator[tuple[str, str, str]]:
    """Where flows leave and enter."""
    there: dict[tuple[str, Point], set[str]] = {}
    for flow in d.flows:
        points = d.path[flow]
        for way, node, end in (("out", d.ends[flow][0], points[0]), ("in", d.ends[flow][1], points[-1])):
            there.setdefault((node, end), set()).add(way)
            if not _docked(d, node, end):
                yield "dock", flow, f"does not end on the border of {node}, or not in the middle of a side"
        for a, b in ((points[0], points[1]), (points[-2], points[-1])):
            if math.dist(a, b) < SHORTEST:
                yield "short-end", flow, f"its first or last piece is shorter than {SHORTEST} px"
    for (node, point), ways in there.items():
        if len(ways) == 2:
            yield "in-and-out", node, f"flows enter and leave at the same point {point}"


def _docked(d: Drawing, node: str, end: Point) -> bool:
    box, (x, y) = d.box[node], d.box[node].middle
    on_border = abs(end[0] - x) == box.w / 2 or abs(end[1] - y) == box.h / 2
    round_or_pointed = d.kind[node].endswith(("Event", "Gateway"))
    return on_border and not (round_or_pointed and end[0] != x and end[1] != y)


def pieces(d: Drawing) -> Iterator[tuple[str, str, str]]:
    """What a flow runs through, and how crooked it is."""
    for flow in d.flows:
        source, target = d.ends[flow]
        thin = [piece(a, b) for a, b in d.pieces(flow)]
        for a, b in d.pieces(flow):
            if a[0] != b[0] and a[1] != b[1]:
                yield "slanted", flow, f"{a} to {b}"
        for node in d.nodes:
            if node in (source, target):
                if any(part.hits(d.box[node].smaller(2)) for part in thin):
                    yield "through-shape", flow, f"runs back through its own {node}"
            elif not d.inside(source, node) and any(part.hits(d.box[node], CLEAR) for part in thin):
                yield "through-shape", flow, f"runs through or along {node}"
        if len(thin) - 1 > MOST_BENDS:
            yield "bends", flow, f"has {len(thin) - 1} bends"


def crossings(d: Drawing) -> Iterator[tuple[str, str, str]]:
    """Pairs of flows that cross, or run on each other without being kin."""
    for one, other in combinations(d.flows, 2):
        for a, b in d.pieces(one):
            for p, q in d.pieces(other):
                level, other_level = a[1] == b[1], p[1] == q[1]
                if level != other_level:
                    at = _crossing((a, b), (p, q)) if level else _crossing((p, q), (a, b))
                    if at:
                        yield "crossing", one, f"crosses {other} at ({at[0]:g}, {at[1]:g})"
                elif not d.kin(one, other) and (shared := _side_by_side((a, b), (p, q), 1 if level else 0)) > 0:
                    yield "flows-merge", one, f"lies on or beside {other} for {shared:g} px"


def _crossing(level: tuple[Point, Point], upright: tuple[Point, Point]) -> Point | None:
    x, y = upright[0][0], level[0][1]
    within = min(level[0][0], level[1][0]) < x < max(level[0][0], level[1][0])
    return (x, y) if within and min(upright[0][1], upright[1][1]) < y < max(upright[0][1], upright[1][1]) else None


def _side_by_side(one: tuple[Point, Point], other: tuple[Point, Point], across: int) -> float:
    """How far two parallel pieces go side by side; 0 where they are far enough apart."""
    if abs(one[0][across] - other[0][across]) >= BESIDE:
        return 0
    along = 1 - across
    starts = (min(end[along] for end in part) for part in (one, other))
    ends = (max(end[along] for end in part) for part in (one, other))
    return min(ends) - max(starts)
