"""A good drawing, and ways to spoil it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from tools.drawing import NAMES, Drawing
from tools.geometry import Point

PROCESSES = Path(__file__).parents[3] / "processes"
GOOD = PROCESSES / "corrective_action" / "corrective_action.bpmn"


class Spoiled:
    """A copy of a drawing that can be spoiled, one thing at a time."""

    def __init__(self, path: Path) -> None:
        self.root = etree.parse(path).getroot()
        self.drawing = Drawing(self.root, self.root.find(".//bpmndi:BPMNPlane", NAMES))

    def shape(self, element: str) -> etree._Element:
        return self.root.find(f".//*[@bpmnElement='{element}']")

    def change(self, element: str, *, label: bool = False, **by: float) -> None:
        """Moves or widens a shape or its label: x, y, width, height in px."""
        path = "bpmndi:BPMNLabel/dc:Bounds" if label else "dc:Bounds"
        bounds = self.shape(element).find(path, NAMES)
        for name, more in by.items():
            bounds.set(name, f"{float(bounds.get(name)) + more:g}")

    def lay(self, flow: str, points: list[Point]) -> None:
        """Gives a flow other points."""
        shape = self.shape(flow)
        for point in shape.findall("di:waypoint", NAMES):
            shape.remove(point)
        for place, (x, y) in enumerate(points):
            shape.insert(place, shape.makeelement(f"{{{NAMES['di']}}}waypoint", {"x": f"{x:g}", "y": f"{y:g}"}))

    def remove(self, element: str, inner: str = ".") -> None:
        found = self.shape(element) if inner == "." else self.shape(element).find(inner, NAMES)
        found.getparent().remove(found)

    def rename(self, element: str, name: str) -> None:
        self.drawing.element[element].set("name", name)


@pytest.fixture
def spoil(tmp_path: Path) -> Callable[[Callable[[Spoiled], None], Path], Path]:
    """Writes a spoiled copy of a drawing and tells where it lies."""

    def spoil(change: Callable[[Spoiled], None], good: Path = GOOD) -> Path:
        copy = Spoiled(good)
        change(copy)
        path = tmp_path / "spoiled.bpmn"
        path.write_bytes(etree.tostring(copy.root))
        return path

    return spoil
