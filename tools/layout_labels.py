"""Finds the cheapest free place for every name of an event, a gateway and a flow."""

from collections.abc import Iterator
from itertools import pairwise

from tools.geometry import Box, Point, piece
from tools.layout_grid import GATEWAYS, Flow, Grid, Node, label_size

OVER_SHAPE, OVER_LABEL, OVER_LINE, OVER_BORDER, OUTSIDE = 500, 500, 150, 60, 500
ROUNDS = 3
FIRST_AFTER_SLASH, FIRST = 18, 6

Option = tuple[float, Box]


def put_labels(grid: Grid) -> None:
    """Place every label, three times over, so that later ones push earlier ones."""
    labelling = _Labelling(grid)
    nodes = sorted((n for n in grid.nodes.values() if n.named_outside), key=lambda node: node.kind in GATEWAYS)
    for _ in range(ROUNDS):
        for node in nodes:
            node.label = labelling.best(node.id, _beside_node(grid, node))
        for flow in grid.flows:
            if flow.name:
                flow.label = labelling.best(flow.id, _along_flow(grid, flow))


class _Labelling:
    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.taken: dict[str, Box] = {}
        self.shapes = [(node.id, node.box) for node in grid.nodes.values()]
        self.lines = [piece(a, b) for flow in grid.flows for a, b in _pieces(flow)]
        self.borders = [box.y for box in grid.lane_box.values()]

    def best(self, owner: str, options: Iterator[Option]) -> Box:
        """The cheapest of the options; the first one of equals."""
        priced = ((cost + self._price(owner, box), number, box) for number, (cost, box) in enumerate(options))
        self.taken[owner] = min(priced, key=lambda option: option[:2])[2]
        return self.taken[owner]

    def _price(self, owner: str, box: Box) -> float:
        area = self.grid.area
        price = sum(OVER_SHAPE for id_, shape in self.shapes if id_ != owner and box.hits(shape, 4))
        price += sum(OVER_LABEL for id_, label in self.taken.items() if id_ != owner and box.hits(label, 3))
        price += sum(OVER_LINE for line in self.lines if box.hits(line, 2))
        price += sum(OVER_BORDER for y in self.borders if box.y - 2 < y < box.bottom + 2)
        return price + (0 if area.holds(box, 4) else OUTSIDE)


def _beside_node(grid: Grid, node: Node) -> Iterator[Option]:
    wish, box = grid.hints.label.get(node.id), node.box
    for room, narrow in ((90, 0), (60, 3), (40, 8)):
        w, h = label_size(node.name, room)
        middle = node.x - w / 2
        above, below = (middle, box.y - h - 4), (middle, box.bottom + 4)
        if node.kind in GATEWAYS:
            places = {
                "above": (*above, 0),
                "below": (*below, 2),
                "above left": (node.x - 9 - w, node.y - 19 - h, 3),
                "above right": (node.x + 9, node.y - 19 - h, 4),
                "below left": (node.x - 9 - w, node.y + 19, 5),
                "below right": (node.x + 9, node.y + 19, 5),
            }
        else:
            places = {
                "below": (*below, 0),
                "above": (*above, 4),
                "right": (box.right + 5, node.y - h / 2, 5),
                "left": (box.x - w - 5, node.y - h / 2, 6),
                "below right": (node.x + 9, box.bottom + 2, 7),
                "below left": (node.x - 9 - w, box.bottom + 2, 7),
                "above right": (node.x + 9, box.y - h - 2, 8),
                "above left": (node.x - 9 - w, box.y - h - 2, 8),
            }
        for side, (x, y, cost) in places.items():
            if wish in (None, side):
                yield cost + narrow, Box(round(x), round(y), w, h)


def _along_flow(grid: Grid, flow: Flow) -> Iterator[Option]:
    w, h = label_size(flow.name)
    others = [other for other in grid.flows if other is not flow and other.source == flow.source]
    forked = any(other.points[0] == flow.points[0] for other in others)
    walked = 0.0
    for number, (a, b) in enumerate(_pieces(flow)):
        if grid.hints.label.get(flow.id, number) != number:
            continue
        if forked and not number and len(flow.points) > 2:
            continue  # The stem of a fork belongs to none of its branches.
        length = abs(a[0] - b[0]) + abs(a[1] - b[1])
        first = 4 if number else FIRST_AFTER_SLASH if flow.default else FIRST
        for step in range(first, int(length), 6):
            cost = (walked + step) * 0.1 + number * 3
            yield from _beside_piece(a, b, step, length, (w, h), cost)
        walked += length


def _beside_piece(a: Point, b: Point, step: int, length: float, size: tuple[int, int], cost: float) -> Iterator[Option]:
    """On both sides of a piece, `step` px from its beginning; what sticks out beyond its end costs."""
    w, h = size
    if a[1] == b[1]:
        x = a[0] + step if b[0] > a[0] else a[0] - step - w
        over = max(0, step + w - length)
        yield cost + over, Box(round(x), round(a[1] - h - 3), w, h)
        yield cost + 2 + over, Box(round(x), round(a[1] + 3), w, h)
    else:
        y = a[1] + step if b[1] > a[1] else a[1] - step - h
        over = max(0, step + h - length)
        yield cost + over, Box(round(a[0] + 5), round(y), w, h)
        yield cost + 1 + over, Box(round(a[0] - w - 5), round(y), w, h)


def _pieces(flow: Flow) -> list[tuple[Point, Point]]:
    return list(pairwise(flow.points))
