"""
Where the things of a diagram lie: the shapes and flows of a BPMN file, in the order in which they are drawn.

Files come from strangers: what lies beyond the bounds below, or is no
number, is left out, so that a drawing is never larger than its frame bears.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.core.model.names import BPMN_DI, EVENTS, GATEWAYS, SCOPES, is_bpmn, local
from engine.core.safe_xml import Element, parse

DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
FARTHEST = 100_000.0
MOST_SHAPES = 2000
MOST_POINTS = 100
LONGEST_NAME = 200
AREAS = frozenset({"participant", "lane", "group"})
FLOWS = frozenset({"sequenceFlow", "messageFlow", "association", "dataInputAssociation", "dataOutputAssociation"})

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle, from its upper left corner, in the units of the file."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> Point:
        """Its centre."""
        return self.x + self.width / 2, self.y + self.height / 2

    def around(self, other: "Box") -> "Box":
        """The smallest box that holds both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        right = max(self.x + self.width, other.x + other.width)
        return Box(x, y, right - x, max(self.y + self.height, other.y + other.height) - y)

    def wider(self, by: float) -> "Box":
        """With air on all sides."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def touches(self, other: "Box") -> bool:
        """Whether they share any ground."""
        across = self.x < other.x + other.width and other.x < self.x + self.width
        return across and self.y < other.y + other.height and other.y < self.y + self.height


@dataclass(frozen=True, kw_only=True)
class Shape:
    """
    A step, an event, a gateway, a lane.

    Args:
        kind: the name of its BPMN element, such as `userTask`.
        within: the element that holds it; for a boundary event the activity on whose border it sits.
        meaning: what an event is about, such as `timer`; empty for one without.
        repeats: `parallel`, `sequential`, `loop`, or empty.
        dashed: whether it does not interrupt, or starts by itself.
        opened: whether a sub-process shows what is in it.
        marked: whether an exclusive gateway shows its sign.
        upright: whether a pool or a lane carries its name on its left side.
        label: where a name beside the shape stands, if the file says so.
    """

    id: str
    kind: str
    name: str
    box: Box
    within: str = ""
    meaning: str = ""
    repeats: str = ""
    dashed: bool = False
    opened: bool = False
    marked: bool = True
    upright: bool = True
    label: Box | None = None

    @property
    def is_area(self) -> bool:
        """Whether other things lie upon it, so that only its border says something."""
        return self.kind in AREAS or self.opened

    @property
    def is_event(self) -> bool:
        """Whether it is drawn as a circle."""
        return self.kind in EVENTS

    @property
    def is_gateway(self) -> bool:
        """Whether it is drawn as a diamond."""
        return self.kind in GATEWAYS


@dataclass(frozen=True, kw_only=True)
class Flow:
    """An arrow from one shape to another, along at least two points."""

    id: str
    kind: str
    name: str
    points: tuple[Point, ...]
    source: str
    target: str
    usual: bool = False
    asks: bool = False
    label: Box | None = None


@dataclass(frozen=True)
class Plan:
    """
    A diagram, ready to be drawn; immutable, so it may be kept.

    Args:
        shapes: areas first, then what lies upon them, boundary events last.
        inside: the element that holds each element of the file, drawn or not.
        names: what each element of the file is called, drawn or not.
    """

    shapes: tuple[Shape, ...] = ()
    flows: tuple[Flow, ...] = ()
    inside: dict[str, str] = field(default_factory=dict, repr=False)
    names: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def ground(self) -> Box:
        """What all of it covers, labels included; a unit where nothing is drawn."""
        boxes = [box for one in self.shapes for box in (one.box, one.label) if box]
        boxes += [Box(x, y, 0, 0) for flow in self.flows for x, y in flow.points]
        boxes += [flow.label for flow in self.flows if flow.label]
        return _around(boxes) if boxes else Box(0, 0, 1, 1)

    def shape(self, element: str) -> Shape | None:
        """
        What shows an element: itself, else the nearest thing around it that is drawn.

        None where nothing does.
        """
        drawn = {one.id: one for one in self.shapes}
        seen: set[str] = set()
        while element and element not in drawn and element not in seen:
            seen.add(element)
            element = self.inside.get(element, "")
        return drawn.get(element)

    def near(self, elements: tuple[str, ...]) -> Box | None:
        """The box around some elements and those to which their flows lead; None where none of them is drawn."""
        wanted = {found.id for one in elements if (found := self.shape(one)) and found.kind not in AREAS}
        on_border = {one.id for one in self.shapes if one.kind == "boundaryEvent" and one.within in wanted}
        leads = {
            one for flow in self.flows for one in (flow.source, flow.target) if {flow.source, flow.target} & wanted
        }
        boxes = [one.box for one in self.shapes if one.id in wanted | on_border | leads and not one.is_area]
        boxes += [one.box for one in self.shapes if one.id in wanted]
        return _around(boxes) if boxes else None


def read(data: bytes, file: str = "diagram.bpmn") -> Plan:
    """
    The plan of a BPMN file's first drawing; an empty one where the file holds no drawing.

    Raises:
        UnsafeXml: the file is no XML that may be read.
    """
    root = parse(data, file)
    known = {one.get("id", ""): one for one in root.iter() if one.get("id")}
    plane = root.find(f"{{{BPMN_DI}}}BPMNDiagram/{{{BPMN_DI}}}BPMNPlane")
    drawn = list(plane) if plane is not None else []
    shapes = [shape for one in drawn[:MOST_SHAPES] if (shape := _shape(one, known))]
    flows = [flow for one in drawn[:MOST_SHAPES] if (flow := _flow(one, known))]
    depth = {shape.id: _depth(known[shape.id]) for shape in shapes}
    shapes.sort(key=lambda one: (not one.is_area, one.kind == "boundaryEvent", depth[one.id] if one.is_area else 0))
    return Plan(tuple(shapes), tuple(flows), dict(_inside(known)), {id: _name(one) for id, one in known.items()})


def _shape(drawn: Element, known: dict[str, Element]) -> Shape | None:
    element = known.get(drawn.get("bpmnElement", ""))
    box = _box(drawn.find(f"{{{DC}}}Bounds"))
    if drawn.tag != f"{{{BPMN_DI}}}BPMNShape" or element is None or not is_bpmn(element) or box is None:
        return None
    kind = local(element)
    return Shape(
        id=element.get("id", ""),
        kind=kind,
        name=_name(element),
        box=box,
        within=_holder(element),
        meaning=_meaning(element) if kind in EVENTS else "",
        repeats=_repeats(element),
        dashed=element.get("cancelActivity") == "false"
        or element.get("isInterrupting") == "false"
        or element.get("triggeredByEvent") == "true",
        opened=kind in SCOPES and drawn.get("isExpanded") == "true",
        marked=drawn.get("isMarkerVisible", "true" if kind != "exclusiveGateway" else "false") == "true",
        upright=drawn.get("isHorizontal", "true") == "true",
        label=_label(drawn),
    )


def _flow(drawn: Element, known: dict[str, Element]) -> Flow | None:
    element = known.get(drawn.get("bpmnElement", ""))
    if drawn.tag != f"{{{BPMN_DI}}}BPMNEdge" or element is None or not is_bpmn(element, *FLOWS):
        return None
    points = [point for one in drawn.findall(f"{{{DI}}}waypoint")[:MOST_POINTS] if (point := _point(one))]
    if len(points) < 2:
        return None
    source = known.get(element.get("sourceRef", ""))
    usual = source is not None and source.get("default") == element.get("id")
    asks = any(is_bpmn(one, "conditionExpression") for one in element)
    from_gateway = source is not None and local(source) in GATEWAYS
    return Flow(
        id=element.get("id", ""),
        kind=local(element),
        name=_name(element),
        points=tuple(points),
        source=element.get("sourceRef", ""),
        target=element.get("targetRef", ""),
        usual=usual,
        asks=asks and not from_gateway,
        label=_label(drawn),
    )


def _inside(known: dict[str, Element]) -> Iterator[tuple[str, str]]:
    for id, element in known.items():
        if holder := _holder(element):
            yield id, holder


def _holder(element: Element) -> str:
    if attached := element.get("attachedToRef"):
        return attached
    above = element.getparent()
    return (above.get("id") or "") if above is not None else ""


def _depth(element: Element) -> int:
    return sum(1 for _ in element.iterancestors()) + (local(element) == "lane") - 10 * (local(element) == "participant")


def _name(element: Element) -> str:
    said = element.get("name") or next((one.text for one in element if is_bpmn(one, "text")), "") or ""
    return " ".join(said[:LONGEST_NAME].split())


def _meaning(event: Element) -> str:
    kinds = [local(one).removesuffix("EventDefinition") for one in event if local(one).endswith("EventDefinition")]
    return kinds[0] if len(kinds) == 1 else "multiple" if kinds else ""


def _repeats(activity: Element) -> str:
    for one in activity:
        if is_bpmn(one, "multiInstanceLoopCharacteristics"):
            return "sequential" if one.get("isSequential") == "true" else "parallel"
        if is_bpmn(one, "standardLoopCharacteristics"):
            return "loop"
    return ""


def _label(drawn: Element) -> Box | None:
    return _box(drawn.find(f"{{{BPMN_DI}}}BPMNLabel/{{{DC}}}Bounds"))


def _box(bounds: Element | None) -> Box | None:
    found = [_number(bounds.get(name)) for name in ("x", "y", "width", "height")] if bounds is not None else []
    x, y, width, height = found or (None,) * 4
    if x is None or y is None or not width or not height or width < 0 or height < 0:
        return None
    return Box(x, y, width, height)


def _point(waypoint: Element) -> Point | None:
    x, y = _number(waypoint.get("x")), _number(waypoint.get("y"))
    return None if x is None or y is None else (x, y)


def _number(written: str | None) -> float | None:
    try:
        found = float(written or "")
    except ValueError:
        return None
    return found if math.isfinite(found) and abs(found) <= FARTHEST else None


def _around(boxes: list[Box]) -> Box:
    found = boxes[0]
    for box in boxes[1:]:
        found = found.around(box)
    return found
