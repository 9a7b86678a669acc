"""A BPMN drawing as it lies in the file: shapes, labels and flows of one plane."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from lxml import etree

from tools.geometry import Box, Point

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
NAMES = {
    "bpmn": BPMN,
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}
NO_NODES = ("participant", "lane", "group", "textAnnotation", "dataObjectReference", "dataStoreReference")


class Drawing:
    """
    One plane: the main one, or that of a collapsed sub-process.

    Everything goes by the id of the BPMN element. `box` holds shapes, `label`
    the bounds of names outside of shapes, `path` the points of flows, `ends`
    the two elements that a flow joins, `host` what a boundary event sits on.
    """

    def __init__(self, root: etree._Element, plane: etree._Element) -> None:
        elements = [e for e in root.iter(f"{{{BPMN}}}*") if e.get("id")]
        self.element = {e.get("id", ""): e for e in elements}
        self.kind = {id_: etree.QName(e).localname for id_, e in self.element.items()}
        self.around = {id_: {a.get("id", "") for a in e.iterancestors()} for id_, e in self.element.items()}
        self.drawn = {shape.get("bpmnElement") for shape in root.iterfind(".//*[@bpmnElement]")}
        self.box: dict[str, Box] = {}
        self.label: dict[str, Box] = {}
        self.path: dict[str, list[Point]] = {}
        for shape in plane.iterfind("bpmndi:*", NAMES):
            self._read(shape)
        self._pieces = {flow: list(pairwise(points)) for flow, points in self.path.items()}
        self.ends = {id_: (self.said(id_, "sourceRef"), self.said(id_, "targetRef")) for id_ in self.path}
        self.nodes = [id_ for id_ in self.box if self.kind[id_] not in NO_NODES]
        self.flows = [
            id_
            for id_ in self.path
            if self.kind[id_] == "sequenceFlow" and all(end in self.box for end in self.ends[id_])
        ]
        self.lanes = [id_ for id_ in self.box if self.kind[id_] == "lane"]
        self.pools = [id_ for id_ in self.box if self.kind[id_] == "participant"]
        self.host = {id_: host for id_ in self.nodes if (host := self.said(id_, "attachedToRef"))}
        self.lane_of = {
            (ref.text or "").strip(): lane.get("id", "")
            for lane in root.iter(f"{{{BPMN}}}lane")
            for ref in lane.iterfind("bpmn:flowNodeRef", NAMES)
        }

    def _read(self, shape: etree._Element) -> None:
        id_ = shape.get("bpmnElement", "")
        bounds = shape.find("dc:Bounds", NAMES)
        if bounds is not None:
            self.box[id_] = _box(bounds)
        points = [(float(p.get("x", "")), float(p.get("y", ""))) for p in shape.iterfind("di:waypoint", NAMES)]
        if points:
            self.path[id_] = [(x, y) for x, y in points]
        label = shape.find("bpmndi:BPMNLabel/dc:Bounds", NAMES)
        if label is not None:
            self.label[id_] = _box(label)

    def said(self, id_: str, attribute: str) -> str:
        """An attribute of the BPMN element; empty where it has none."""
        return self.element[id_].get(attribute, "")

    def parent(self, id_: str) -> str:
        """The element around this one."""
        around = self.element[id_].getparent()
        return "" if around is None else around.get("id", "")

    def inside(self, child: str, ancestor: str) -> bool:
        """Whether an element lies, at any depth, in another one."""
        return ancestor in self.around[child]

    def pieces(self, flow: str) -> list[tuple[Point, Point]]:
        """The straight pieces of a flow, from its source to its target."""
        return self._pieces[flow]

    def kin(self, one: str, other: str) -> bool:
        """Whether two flows have the same source or the same target; such flows may share a part of their way."""
        return self.ends[one][0] == self.ends[other][0] or self.ends[one][1] == self.ends[other][1]


def _box(bounds: etree._Element) -> Box:
    x, y, w, h = (float(bounds.get(name, "")) for name in ("x", "y", "width", "height"))
    return Box(x, y, w, h)


def drawings(path: Path) -> Iterator[Drawing]:
    """Every plane of a file."""
    root = etree.parse(path).getroot()
    for plane in root.iterfind(".//bpmndi:BPMNPlane", NAMES):
        yield Drawing(root, plane)
