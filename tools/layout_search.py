"""The cheapest way over a grid of 10 px, where every step and every bend has its price (A*)."""

import heapq
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import TypeAlias

from tools.geometry import Box, Point

Way: TypeAlias = tuple[int, int]
State: TypeAlias = tuple[float, float, Way]
"""A point of the grid, and the way in which it was reached."""
Ends: TypeAlias = Mapping[State, tuple[float, Point]]
"""What it costs to begin or end there, and the point on the border of the shape."""

LEAST = 0.5
"""No step costs less."""


def cheapest(starts: Ends, goals: Ends, steps: Callable[[State], Iterable[tuple[State, float]]]) -> list[Point] | None:
    """The ends and bends of the cheapest way; None where there is none. Of equals, the one found first."""
    target = _around(goals)
    best = {state: cost for state, (cost, _) in starts.items()}
    before: dict[State, State] = {}
    heap = [(cost + _guess(target, state), number, state) for number, (state, cost) in enumerate(best.items(), 1)]
    heapq.heapify(heap)
    count, done, end, end_cost = len(heap), set[State](), None, 1e9
    while heap:
        estimate, _, state = heapq.heappop(heap)
        if estimate >= end_cost:
            break
        if state in done:
            continue
        done.add(state)
        if state in goals and best[state] + goals[state][0] < end_cost:
            end, end_cost = state, best[state] + goals[state][0]
        for step, cost in steps(state):
            new = best[state] + cost
            if new < best.get(step, 1e9):
                best[step], before[step] = new, state
                count += 1
                heapq.heappush(heap, (new + _guess(target, step), count, step))
    if end is None:
        return None
    way = _back(before, end)
    return _slim([starts[way[0]][1], *(state[:2] for state in way), goals[end][1]])


def _around(goals: Ends) -> Box:
    xs, ys = [state[0] for state in goals], [state[1] for state in goals]
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _guess(target: Box, state: State) -> float:
    """Never more than what is left to go."""
    x, y = max(target.x - state[0], 0, state[0] - target.right), max(target.y - state[1], 0, state[1] - target.bottom)
    return (x + y) / 10 * LEAST


def _back(before: Mapping[State, State], end: State) -> list[State]:
    way = [end]
    while way[-1] in before:
        way.append(before[way[-1]])
    return way[::-1]


def _slim(points: list[Point]) -> list[Point]:
    """Only the ends and the bends."""
    kept = [points[0]]
    for this, following in pairwise(points[1:]):
        last = kept[-1]
        if not (last[0] == this[0] == following[0] or last[1] == this[1] == following[1]):
            kept.append(this)
    return [*kept, points[-1]]
