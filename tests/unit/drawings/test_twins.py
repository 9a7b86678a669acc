"""The server's own drawing: what lies where in the file, what is marked, and nothing that a stranger wrote into it."""

from pathlib import Path

import pytest
from lxml import etree

from web.drawings.frame import framed, neighbourhood
from web.drawings.plan import read
from web.drawings.state import Badge, State
from web.drawings.twin import picture, twin

ROOT = Path(__file__).parents[3]
OF = "http://www.omg.org/spec"
FILE = f"""<bpmn:definitions xmlns:bpmn="{OF}/BPMN/20100524/MODEL" xmlns:bpmndi="{OF}/BPMN/20100524/DI"
  xmlns:dc="{OF}/DD/20100524/DC" xmlns:di="{OF}/DD/20100524/DI" id="d" targetNamespace="http://example.org">
  <bpmn:process id="p" isExecutable="true">
    <bpmn:userTask id="a" name="NAME"/><bpmn:userTask id="b" name="Check it"/>
    <bpmn:sequenceFlow id="f" sourceRef="a" targetRef="b"/>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="g"><bpmndi:BPMNPlane id="h" bpmnElement="p">
    <bpmndi:BPMNShape id="a1" bpmnElement="a"><dc:Bounds x="X" y="80" width="100" height="80"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="b1" bpmnElement="b"><dc:Bounds x="400" y="80" width="100" height="80"/></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge id="f1" bpmnElement="f">
      <di:waypoint x="260" y="120"/><di:waypoint x="400" y="120"/>
    </bpmndi:BPMNEdge>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>"""


def file(name: str = "Do it", x: str = "160") -> bytes:
    """A diagram of two tasks."""
    return FILE.replace("NAME", name).replace('"X"', f'"{x}"').encode()


def test_marks_and_counts_are_drawn_and_the_whole_is_named():
    badge = Badge(id="b", text="3", says="3 open", kind="is-late")
    state = State(marks={"a": "is-done", "b": "is-late", "f": "is-taken"}, badges=(badge,), here=("b",))

    drawn = str(twin(read(file()), state, name="Two tasks"))

    assert 'aria-label="Two tasks"' in drawn
    for part in ("shape is-done", "shape is-late", "flow is-taken", ">3<", "Check it"):
        assert part in drawn
    assert b'xmlns="http://www.w3.org/2000/svg"' in picture(read(file()), state, name="Two tasks")
    assert state.written()["badges"][0]["says"] == "3 open"


def test_words_of_strangers_stay_words():
    drawn = str(twin(read(file("&lt;script&gt;alert(1)&lt;/script&gt; &amp;&quot;")), State(), name='"><b>'))

    assert "<script" not in drawn
    assert "<b>" not in drawn


@pytest.mark.parametrize("x", ["nan", "inf", "1e400", "-99999999", "left"])
def test_what_is_no_place_is_left_out(x: str):
    plan = read(file(x=x))

    assert [one.id for one in plan.shapes] == ["b"]
    assert "nan" not in str(twin(plan, State(), name="")).lower()


def test_a_step_is_shown_with_its_neighbours_and_a_file_without_a_drawing_shows_nothing():
    plan = read(file())
    assert 'viewBox="' in str(neighbourhood(plan, State(), "a", name="Do it"))
    assert neighbourhood(plan, State(), "gone", name="") is None
    bare = file().split(b"<bpmndi:BPMNDiagram")[0] + b"</bpmn:definitions>"
    assert framed(read(bare), State(), src="", state_at="", name="") is None


@pytest.mark.parametrize("path", sorted(ROOT.glob("processes/*/*.bpmn")), ids=lambda path: path.stem)
def test_every_shipped_diagram_is_drawn_whole(path: Path):
    plan = read(path.read_bytes())
    shown = framed(plan, State(), src="", state_at="", name=path.stem)

    assert shown is not None
    words = str(shown.whole)
    assert words.count("<text") > len([one for one in plan.shapes if one.name]) // 2


@pytest.mark.parametrize("path", sorted(ROOT.glob("processes/*/*.bpmn")), ids=lambda path: path.stem)
def test_every_shipped_diagram_opens_where_its_process_begins(path: Path):
    plan = read(path.read_bytes())
    shown = framed(plan, State(), src="", state_at="", name=path.stem)

    assert shown is not None
    (start,) = shown.here
    (begun,) = etree.fromstring(path.read_bytes()).iterfind(f".//{{*}}startEvent[@id='{start}']")
    assert begun.getparent().tag.endswith("}process")
    assert shown.near is not None
    assert plan.names[start].split()[0] in str(shown.near)
