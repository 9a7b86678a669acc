"""
Write the drawing into a BPMN file, from a small side file with a column and a row for each node.

    python -m tools.layout FILE.bpmn [--again]

Reads FILE.layout.toml (`tools/layout_hints.py` says what it may hold). All
that is outside of the drawing stays byte for byte, and the drawing is written
as the modeler would write it. A diagram is drawn once and is from then on its
own source: a file that is drawn already is refused, unless `--again` throws
the hand work away. Not done: message flows, closed pools, nested and upright
lanes, data objects, annotations, collapsed sub-processes.
"""

import re
import sys
from pathlib import Path

from lxml import etree

from tools.drawing import NAMES
from tools.geometry import Box, Point
from tools.layout_grid import SUBS, TASKS, Flow, Grid, Node
from tools.layout_hints import Hints
from tools.layout_places import place
from tools.layout_routes import route

CORNER: Point = (160, 80)
"""Upper left corner of the pool. Far from here the modeler moves the whole drawing on the first changed save."""
HEAD = 30
EMPTY_LABEL = ["        <bpmndi:BPMNLabel />"]
DRAWING = re.compile(r"[ \t]*<bpmndi:BPMNDiagram\b.*?</bpmndi:BPMNDiagram>[ \t]*\n?", re.S)


def main(arguments: list[str]) -> None:
    """Draw one file."""
    path = Path(arguments[0])
    text = path.read_text("utf-8")
    if DRAWING.search(text) and "--again" not in arguments:
        raise SystemExit(f"{path.name} is drawn already and may hold hand work; --again draws it anew")
    path.write_text(drawn(text, Hints.read(path.with_suffix(".layout.toml"))), "utf-8")


def drawn(text: str, hints: Hints) -> str:
    """The text of a diagram with a new drawing. Ends the program where a hint does not fit."""
    root = etree.fromstring(text.encode())
    known = {found.get("id", "") for found in root.iter("{*}*")}
    if wrong := list(hints.wrong(known)):
        raise SystemExit("not in the diagram, or off the grid: " + ", ".join(wrong))
    process, collaboration = root.find("bpmn:process", NAMES), root.find("bpmn:collaboration", NAMES)
    if process is None:
        raise SystemExit("there is no process to draw")
    pool = None if collaboration is None else collaboration.find("bpmn:participant", NAMES)
    grid = Grid(process, hints)
    left = CORNER[0] + (0 if pool is None else HEAD) + (HEAD if grid.lanes else 0)
    w, h = place(grid, left, CORNER[1])
    route(grid)
    body = [] if pool is None else _pool(pool.get("id", ""), grid, Box(*CORNER, left - CORNER[0] + w, h))
    plane = process if pool is None or collaboration is None else collaboration
    return _written(text, plane.get("id", ""), [*body, *_content(grid)])


def _pool(id_: str, grid: Grid, box: Box) -> list[str]:
    """The pool, then its lanes from the last to the first, as the modeler writes them."""
    lines = _shape(id_, box, ' isHorizontal="true"', EMPTY_LABEL)
    for lane in reversed(grid.lanes):
        at = grid.lane_box[lane]
        lines += _shape(lane, Box(box.x + HEAD, at.y, box.w - HEAD, at.h), ' isHorizontal="true"', EMPTY_LABEL)
    return lines


def _content(grid: Grid) -> list[str]:
    """Shapes in the order of the file, a sub-process before what it holds; boundary events last to first; flows."""
    free = [node for node in grid.nodes.values() if not node.host]
    on_borders = [node for node in grid.nodes.values() if node.host]
    lines = []
    for node in [*free, *reversed(on_borders)]:
        lines += _node(node)
        if node.inner:
            lines += _content(node.inner)
    for flow in grid.flows:
        lines += _flow(flow)
    return lines


def _node(node: Node) -> list[str]:
    marks = {"exclusiveGateway": ' isMarkerVisible="true"', **dict.fromkeys(SUBS, ' isExpanded="true"')}
    label = EMPTY_LABEL if node.kind in TASKS + SUBS else _label(node.label)
    return _shape(node.id, node.box, marks.get(node.kind, ""), label)


def _shape(id_: str, box: Box, mark: str, label: list[str]) -> list[str]:
    start = f'      <bpmndi:BPMNShape id="{id_}_di" bpmnElement="{id_}"{mark}>'
    return [start, f"        {_bounds(box)}", *label, "      </bpmndi:BPMNShape>"]


def _flow(flow: Flow) -> list[str]:
    points = [f'        <di:waypoint x="{x:g}" y="{y:g}" />' for x, y in flow.points]
    start = f'      <bpmndi:BPMNEdge id="{flow.id}_di" bpmnElement="{flow.id}">'
    return [start, *points, *_label(flow.label), "      </bpmndi:BPMNEdge>"]


def _label(box: Box | None) -> list[str]:
    return ["        <bpmndi:BPMNLabel>", f"          {_bounds(box)}", "        </bpmndi:BPMNLabel>"] if box else []


def _bounds(box: Box) -> str:
    return f'<dc:Bounds x="{box.x:g}" y="{box.y:g}" width="{box.w:g}" height="{box.h:g}" />'


def _written(text: str, plane: str, body: list[str]) -> str:
    """The text with the drawing at its end, and the prefixes that it needs."""
    lines = [
        '  <bpmndi:BPMNDiagram id="Diagram_1">',
        f'    <bpmndi:BPMNPlane id="Plane_1" bpmnElement="{plane}">',
        *body,
        "    </bpmndi:BPMNPlane>",
        "  </bpmndi:BPMNDiagram>",
        "",
    ]
    text = DRAWING.sub("", text)
    head = re.search(r"<bpmn:definitions\b[^>]*>", text)
    if head is None:
        raise SystemExit("only files with the prefix bpmn are drawn")
    return text.replace(head[0], _prefixed(head[0])).replace(
        "</bpmn:definitions>", "\n".join(lines) + "</bpmn:definitions>"
    )


def _prefixed(head: str) -> str:
    after = {"bpmndi": "bpmn", "dc": "bpmndi", "di": "camunda" if "xmlns:camunda=" in head else "dc"}
    for prefix, before in after.items():
        if f"xmlns:{prefix}=" not in head:
            head = re.sub(rf'xmlns:{before}="[^"]*"', rf'\g<0> xmlns:{prefix}="{NAMES[prefix]}"', head, count=1)
    return head


if __name__ == "__main__":
    main(sys.argv[1:])
