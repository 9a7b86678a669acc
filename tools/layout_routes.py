"""
Finds a way for every flow: the cheapest one on a 10 px grid.

A step costs 1; bends, crossings, nearness to shapes and to other flows, and
labels cost more. Each flow is sent again four times against all the others.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from tools.geometry import Box, Point
from tools.layout_grid import SUBS, TASKS, Flow, Grid, Node, up
from tools.layout_hints import GRID
from tools.layout_labels import put_labels
from tools.layout_search import State, Way, cheapest

SIDES: dict[str, Way] = {"right": (1, 0), "left": (-1, 0), "top": (0, -1), "bottom": (0, 1)}
LEVEL, UPRIGHT = 1, 2
TURNS, CLEAR, INSIDE = 4, 9, 8
BEND, BEND_ON_OTHER, CROSSING, ON_OTHER, OVER_LABEL, BESIDE = 8, 30, 40, 120, 25, 0.6
NEAR_SHAPE, ON_LANE_BORDER, LEAVING_KIN = 0.3, 3, 8
OUT_COST = {"right": 0.0, "left": 6.0, "top": 2.0, "bottom": 2.0}
IN_COST = {"left": 0.0, "right": 5.0, "top": 1.5, "bottom": 1.5}


class Port(NamedTuple):
    """Where a flow may leave or enter: the side, the point on the border, the first free point, what it costs."""

    side: str
    border: Point
    free: Point
    cost: float


def route(grid: Grid, turns: int = TURNS) -> None:
    """Give every flow its points and every name its place; sub-processes, too."""
    _Router(grid).run(turns)
    for node in grid.nodes.values():
        if node.inner:
            route(node.inner, 3)


class _Router:
    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.flow = {flow.id: flow for flow in grid.flows}
        self.blocked = {cell for node in grid.nodes.values() for cell in _cells(node.box, CLEAR)}
        around = {(x + dx * GRID, y + dy * GRID) for x, y in self.blocked for dx, dy in SIDES.values()}
        self.near = around - self.blocked
        lanes = grid.lane_box.values()
        self.lane_borders = {round(box.y) for box in lanes} | {round(box.bottom) for box in lanes}
        self.taken: defaultdict[Point, dict[str, int]] = defaultdict(dict)
        self.labelled: dict[Point, set[str]] = {}

    def run(self, turns: int) -> None:
        order = sorted(self.grid.flows, key=lambda flow: (self._distance(flow), flow.id))
        for _ in range(turns):
            for flow in order:
                self._mark(flow, False)
                flow.points = self._find(flow)
                self._mark(flow, True)
            put_labels(self.grid)
            self.labelled = {}
            for owner, label in self._labels():
                for cell in _cells(label, 4):
                    self.labelled.setdefault(cell, set()).add(owner)

    def _labels(self) -> Iterator[tuple[str, Box]]:
        yield from ((node.id, node.label) for node in self.grid.nodes.values() if node.label)
        yield from ((flow.id, flow.label) for flow in self.grid.flows if flow.label)

    def _distance(self, flow: Flow) -> float:
        a, b = self.grid.nodes[flow.source], self.grid.nodes[flow.target]
        return abs(a.x - b.x) + abs(a.y - b.y)

    def _mark(self, flow: Flow, on: bool) -> None:
        """Note, or forget, over which points a flow goes, level or upright."""
        for cell, how in _walked(flow.points):
            if on:
                self.taken[cell][flow.id] = self.taken[cell].get(flow.id, 0) | how
            else:
                self.taken[cell].pop(flow.id, None)

    # Where a flow may leave and enter

    def _ports(self, node: Node, flow: Flow, out: bool) -> Iterator[Port]:
        wish = self.grid.hints.via_side(flow.id, out)
        for side, (dx, dy) in SIDES.items():
            if (wish and wish[0] != side) or (not wish and node.host and side != node.side):
                continue
            reach = node.w / 2 if dx else node.h / 2
            first = up(reach + CLEAR)
            for shift in _shifts(node, node.h if dx else node.w, bool(dx), wish):
                cost = 0.1 * abs(shift) / 10 if node.kind in SUBS else 6 if shift else 0
                if not wish:
                    cost += (OUT_COST if out else IN_COST)[side]
                x, y = (node.x, node.y + shift) if dx else (node.x + shift, node.y)
                yield Port(side, (x + dx * reach, y + dy * reach), (x + dx * first, y + dy * first), cost)

    def _used(self, flow: Flow) -> tuple[set[tuple[str, Point]], list[tuple[str, Point]], list[tuple[str, Point]]]:
        others = [other for other in self.grid.flows if other is not flow and other.points]
        leaving = [(other.source, other.points[0]) for other in others]
        entering = [(other.target, other.points[-1]) for other in others]
        return set(entering), leaving, entering

    def _starts(self, flow: Flow) -> Iterator[tuple[float, Port]]:
        node = self.grid.nodes[flow.source]
        _, leaving, entering = self._used(flow)
        for port in self._ports(node, flow, True):
            at = (node.id, port.border)
            yield port.cost + 25 * leaving.count(at) + 40 * entering.count(at), port

    def _goals(self, flow: Flow) -> dict[State, tuple[float, Point]]:
        node = self.grid.nodes[flow.target]
        entered, leaving, _ = self._used(flow)
        goals: dict[State, tuple[float, Point]] = {}
        for port in self._ports(node, flow, False):
            at = (node.id, port.border)
            cost = port.cost - 3 * (at in entered) + 40 * leaving.count(at)
            dx, dy = SIDES[port.side]
            state = (*port.free, (-dx, -dy))
            if state not in goals or goals[state][0] > cost:
                goals[state] = (cost, port.border)
        return goals

    # The search

    def _find(self, flow: Flow) -> list[Point]:
        """The cheapest way. Ends the program where there is none."""
        starts = {(*port.free, SIDES[port.side]): (cost, port.border) for cost, port in self._starts(flow)}
        way = cheapest(starts, self._goals(flow), partial(self._steps, flow))
        if way is None:
            raise SystemExit(f"no way for {flow.id}: widen a gap")
        return way

    def _steps(self, flow: Flow, state: State) -> Iterator[tuple[State, float]]:
        x, y, way = state
        area = self.grid.area
        for next_way in SIDES.values():
            nx, ny = x + next_way[0] * GRID, y + next_way[1] * GRID
            within = area.x + INSIDE < nx < area.right - INSIDE and area.y + INSIDE < ny < area.bottom - INSIDE
            if next_way != (-way[0], -way[1]) and within and (nx, ny) not in self.blocked:
                yield (nx, ny, next_way), self._cost(flow, state, (nx, ny, next_way))

    def _cost(self, flow: Flow, old: State, new: State) -> float:
        here, there, how = old[:2], new[:2], LEVEL if new[2][0] else UPRIGHT
        cost = 1.0
        if new[2] != old[2]:
            cost += BEND + sum(BEND_ON_OTHER for other in self.taken.get(here, ()) if not self._kin(flow, other))
        if there in self.near:
            cost += NEAR_SHAPE
        if how == LEVEL and there[1] in self.lane_borders:
            cost += ON_LANE_BORDER
        for other, ways in self.taken.get(there, {}).items():
            kin = self._kin(flow, other)
            if ways & how:
                cost += (-0.4 if cost < 2 else 0) if kin else ON_OTHER
            elif not kin:
                cost += CROSSING
        if new[2] == old[2]:
            across = (other for other, ways in self.taken.get(here, {}).items() if ways == LEVEL + UPRIGHT - how)
            cost += sum(LEAVING_KIN for other in across if self._kin(flow, other))
        cost += sum(OVER_LABEL for owner in self.labelled.get(there, ()) if owner != flow.id)
        cost += self._beside(flow, there, how)
        return max(cost, 0.5)

    def _beside(self, flow: Flow, there: Point, how: int) -> float:
        dx, dy = (0, GRID) if how == LEVEL else (GRID, 0)
        cost = 0.0
        for cell in ((there[0] - dx, there[1] - dy), (there[0] + dx, there[1] + dy)):
            alongside = (other for other, ways in self.taken.get(cell, {}).items() if ways & how)
            cost += BESIDE * sum(1 for other in alongside if not self._kin(flow, other))
        return cost

    def _kin(self, flow: Flow, other: str) -> bool:
        return flow.kin(self.flow[other])


def _shifts(node: Node, length: float, sideways: bool, wish: tuple[str, int | None] | None) -> list[int]:
    """How far from the middle of a side a flow may dock."""
    if wish and (wish[1] is not None or node.kind not in SUBS):
        return [wish[1] or 0]
    if node.kind in SUBS:
        most = int(length / 2 - 30)
        return list(range(-most // 10 * 10, most + 1, 10))
    if node.kind in TASKS:
        return [0, -20, 20] if sideways else [0, -30, 30]
    return [0]


def _cells(box: Box, margin: float) -> Iterator[Point]:
    for x in range(up(box.x - margin), int(box.right + margin) + 1, GRID):
        for y in range(up(box.y - margin), int(box.bottom + margin) + 1, GRID):
            yield x, y


def _walked(points: list[Point]) -> Iterator[tuple[Point, int]]:
    for a, b in pairwise(points):
        level = a[1] == b[1]
        low, high = sorted((a[0], b[0]) if level else (a[1], b[1]))
        for value in range(up(low), int(high) + 1, GRID):
            yield ((value, a[1]), LEVEL) if level else ((a[0], value), UPRIGHT)
