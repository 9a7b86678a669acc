"""What is to be drawn: the nodes and flows of a process or sub-process, and where they are put."""

import math
from dataclasses import dataclass, field

from lxml import etree

from tools.drawing import BPMN, NAMES
from tools.geometry import Box, Point
from tools.layout_hints import GRID, Hints
from tools.lettering import lines, width

EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway")
TASKS: tuple[str, ...] = (
    "task",
    "userTask",
    "scriptTask",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "manualTask",
    "businessRuleTask",
    "callActivity",
)
SUBS = ("subProcess", "transaction")
SIZES = {**dict.fromkeys(EVENTS, (36, 36)), **dict.fromkeys(GATEWAYS, (50, 50))}
TASK_SIZE = (100, 80)


def up(value: float, step: int = GRID) -> int:
    """The next multiple of `step`, upwards."""
    return math.ceil(value / step) * step


def label_size(text: str, room: float = 90) -> tuple[int, int]:
    """Width and height of a label; 5 px of air, or another font breaks inside words."""
    broken = lines(text, room, 11)
    return math.ceil(max(width(line, 11) for line in broken)) + 5, math.ceil(13.2 * len(broken))


@dataclass
class Node:
    """A flow node: its middle is where placing puts it, its label where labelling does."""

    id: str
    kind: str
    name: str
    lane: str = ""
    host: str = ""
    w: float = 0
    h: float = 0
    x: float = 0
    y: float = 0
    side: str = "bottom"
    label: Box | None = None
    inner: "Grid | None" = None

    @property
    def box(self) -> Box:
        return Box(self.x - self.w / 2, self.y - self.h / 2, self.w, self.h)

    @property
    def named_outside(self) -> bool:
        return self.kind in EVENTS + GATEWAYS and bool(self.name)


@dataclass
class Flow:
    """A sequence flow; `points` come from routing."""

    id: str
    name: str
    source: str
    target: str
    default: bool = False
    points: list[Point] = field(default_factory=list)
    label: Box | None = None

    def kin(self, other: "Flow") -> bool:
        """Whether both have the same source or target, and so may share a part of their way."""
        return self.source == other.source or self.target == other.target


class Grid:
    """One container: the process with its lanes, or a sub-process."""

    def __init__(self, element: etree._Element, hints: Hints) -> None:
        self.id = element.get("id", "")
        self.hints = hints
        self.outermost = element.tag == f"{{{BPMN}}}process"
        self.repeated = element.find("bpmn:multiInstanceLoopCharacteristics", NAMES) is not None
        self.lanes = [lane.get("id", "") for lane in element.iterfind("bpmn:laneSet/bpmn:lane", NAMES)]
        self.lane_box: dict[str, Box] = {}
        self.area = Box(0, 0, 0, 0)
        self.nodes: dict[str, Node] = {}
        self.flows: list[Flow] = []
        lane_of = {
            (ref.text or "").strip(): lane.get("id", "")
            for lane in element.iterfind("bpmn:laneSet/bpmn:lane", NAMES)
            for ref in lane.iterfind("bpmn:flowNodeRef", NAMES)
        }
        defaults = {child.get("default") for child in element.iterfind("bpmn:*", NAMES)}
        for child in element.iterfind("bpmn:*", NAMES):
            kind, id_ = etree.QName(child).localname, child.get("id", "")
            if kind == "sequenceFlow":
                ends = child.get("sourceRef", ""), child.get("targetRef", "")
                self.flows.append(Flow(id_, child.get("name", ""), *ends, default=id_ in defaults))
            elif kind in EVENTS + GATEWAYS + TASKS + SUBS:
                self.nodes[id_] = self._node(child, kind, lane_of.get(id_, ""))

    def _node(self, element: etree._Element, kind: str, lane: str) -> Node:
        node = Node(element.get("id", ""), kind, element.get("name", ""), lane, element.get("attachedToRef", ""))
        node.w, node.h = self.hints.size.get(node.id, SIZES.get(kind, TASK_SIZE))
        if kind in SUBS:
            node.inner = Grid(element, self.hints)
        return node
