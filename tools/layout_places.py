"""Gives every node its place: columns over the whole width, rows inside each lane."""

from tools.geometry import Box
from tools.layout_grid import EVENTS, Grid, Node, label_size, up

GAP, ROW_GAP, PAD, TITLE = 40, 30, 20, 20


def size(grid: Grid) -> tuple[int, int]:
    """The size that a sub-process needs, its title and marker included."""
    w, h = place(grid, 0, 0)
    return up(w, 20), up(h + TITLE + (TITLE if grid.repeated else 0), 20)


def place(grid: Grid, x0: float, y0: float) -> tuple[float, float]:
    """Put everything to the right of and below a point; the width and height that were used."""
    for node in grid.nodes.values():
        if node.inner:
            node.w, node.h = size(node.inner)
    right = _Placing(grid, x0).place(y0)
    bottom = max(box.bottom for box in grid.lane_box.values())
    grid.lane_box = {lane: Box(box.x, box.y, right - x0, box.h) for lane, box in grid.lane_box.items()}
    grid.area = Box(x0, y0, right - x0, bottom - y0)
    _boundary_events(grid)
    for node in grid.nodes.values():
        if node.inner:
            place(node.inner, node.box.x, node.box.y + TITLE)
            node.inner.area = node.box
    return right - x0, bottom - y0


class _Placing:
    def __init__(self, grid: Grid, x0: float) -> None:
        self.grid, self.hints, self.x0 = grid, grid.hints, x0
        self.free = [node for node in grid.nodes.values() if not node.host]
        self.in_columns = [node for node in self.free if not self.hints.pack.get(node.lane)]
        self.hosts = {node.host for node in grid.nodes.values()}
        self.left: dict[float, float] = {}
        self.middle: dict[float, float] = {}
        self.end: dict[float, float] = {}

    def place(self, y0: float) -> float:
        """Columns first, then lane by lane; the right border."""
        right = self._columns()
        y = y0
        for lane in self.grid.lanes or [""]:
            here = [node for node in self.free if node.lane == lane]
            top, bottom = self.hints.pad.get(lane or self.grid.id, (PAD, PAD))
            if self.hints.pack.get(lane):
                right = max(right, self._packed(here, y + top))
                end = y + top + max(node.h for node in here) + bottom
            else:
                end = self._rows(lane, here, y + top) + bottom
            self.grid.lane_box[lane] = Box(self.x0, y, 0, end - y)
            y = end
        return right

    def _extents(self, node: Node) -> tuple[float, float, float, float]:
        """How far a node and its label reach to the left, right, up and down from its middle."""
        left = right = node.w / 2
        above = below = node.h / 2
        if node.named_outside and node.kind in EVENTS:
            w, h = label_size(node.name)
            side = self.hints.label.get(node.id, "below")
            if side == "left":
                left += w + 6
            elif side == "above":
                above += h + 6
            elif side != "right":  # One to the right may lie over the next column; the checks find a clash.
                below += h + 6
                left, right = max(left, w / 2), max(right, w / 2)
        if node.id in self.hosts:
            below += 18 + 20
        return left, right, above, below

    def _columns(self) -> float:
        reach: dict[float, list[float]] = {}
        for node in self.in_columns:
            at = self.hints.place(node.id)
            stretched = node.id in self.hints.span or at.right
            left, right = (0.0, 0.0) if stretched else self._extents(node)[:2]
            both = reach.setdefault(at.column, [0, 0])
            both[0], both[1] = max(both[0], left), max(both[1], right)
        extra = dict.fromkeys(sorted(reach), 0)
        self._spread(reach, extra)
        for node in self.in_columns:
            if span := self.hints.span.get(node.id):
                part = self._part(node, span)
                short = node.w - (self.end[part[-1]] - self.left[part[0]])
                if short > 0:
                    for column in part:
                        extra[column] += up(short / len(part))
        return self._spread(reach, extra)

    def _spread(self, reach: dict[float, list[float]], extra: dict[float, int]) -> float:
        x = self.x0 + PAD
        prefix = "" if self.grid.outermost else f"{self.grid.id}."
        gap = 0
        for column in extra:
            self.left[column] = x
            self.middle[column] = x + up(reach[column][0])
            self.end[column] = self.middle[column] + up(reach[column][1]) + extra[column]
            gap = self.hints.gap.get(f"{prefix}{column:g}", GAP)
            x = self.end[column] + gap
        return x - gap + PAD

    def _part(self, node: Node, span: int) -> list[float]:
        first = self.hints.place(node.id).column
        return [column for column in sorted(self.left) if first <= column < first + span]

    def _packed(self, here: list[Node], y: float) -> float:
        x, tall = self.x0 + PAD, max(node.h for node in here)
        for node in here:
            node.h = tall
            node.x, node.y = x + node.w / 2, y + tall / 2
            x += node.w + ROW_GAP
        return x - ROW_GAP + PAD

    def _rows(self, lane: str, here: list[Node], y: float) -> float:
        reach: dict[float, list[float]] = {}
        for node in here:
            at = self.hints.place(node.id)
            both = reach.setdefault(at.row, [0, 0])
            if not at.down:
                above, below = self._extents(node)[2:]
                both[0], both[1] = max(both[0], above), max(both[1], below)
        middle, gap = {}, 0
        for row in sorted(reach):
            middle[row] = y + up(reach[row][0])
            gap = ROW_GAP + self.hints.gap.get(f"{lane}.{row:g}", 0)
            y = middle[row] + up(reach[row][1]) + gap
        for node in here:
            at = self.hints.place(node.id)
            node.x, node.y = self.middle[at.column] + at.right, middle[at.row] + at.down
            if span := self.hints.span.get(node.id):
                part = self._part(node, span)
                node.x = up((self.left[part[0]] + self.end[part[-1]]) / 2)
        return y - gap


def _boundary_events(grid: Grid) -> None:
    hosts: dict[str, list[Node]] = {}
    for node in grid.nodes.values():
        if node.host:
            hosts.setdefault(node.host, []).append(node)
    for host, events in hosts.items():
        box = grid.nodes[host].box
        for number, event in enumerate(events, 1):
            event.side, share = grid.hints.boundary.get(event.id, ("bottom", number / (len(events) + 1)))
            event.x = round((box.x + box.w * share) / 10) * 10
            event.y = box.bottom if event.side == "bottom" else box.y
