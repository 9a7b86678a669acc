"""A diagram is drawn once, from a small side file, as the modeler would write it."""

import re
from pathlib import Path

import pytest

from tools import layout
from tools.drawing_checks import faults
from tools.layout_hints import Hints, Place

BOUNDARY = Path(__file__).with_name("boundary.bpmn")
PLACES = {"S_asked": (0, 0), "T_answer": (1, 0), "T_remind": (2, 1), "E_answered": (3, 0)}
HINTS = Hints(at={node: Place(*at) for node, at in PLACES.items()})
SUB_PROCESS = """\
  <bpmn:process id="p" isExecutable="true">
    <bpmn:startEvent id="begin" name="Begun"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:subProcess id="each" name="Each one">
      <bpmn:multiInstanceLoopCharacteristics />
      <bpmn:startEvent id="one" name="One" />
      <bpmn:userTask id="do" name="Do it" />
      <bpmn:exclusiveGateway id="good" name="Good?" default="again" />
      <bpmn:endEvent id="done" name="Done" />
      <bpmn:sequenceFlow id="f2" sourceRef="one" targetRef="do" />
      <bpmn:sequenceFlow id="f3" sourceRef="do" targetRef="good" />
      <bpmn:sequenceFlow id="yes" name="yes" sourceRef="good" targetRef="done" />
      <bpmn:sequenceFlow id="again" name="no" sourceRef="good" targetRef="do" />
    </bpmn:subProcess>
    <bpmn:endEvent id="end" name="Ended" />
    <bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="each" />
    <bpmn:sequenceFlow id="f4" sourceRef="each" targetRef="end" />
  </bpmn:process>
"""


def undrawn() -> str:
    return layout.DRAWING.sub("", BOUNDARY.read_text("utf-8"))


def test_a_drawing_is_the_same_on_every_run_and_touches_nothing_else():
    drawn = layout.drawn(undrawn(), HINTS)

    assert drawn == BOUNDARY.read_text("utf-8") == layout.drawn(drawn, HINTS)
    assert layout.DRAWING.sub("", drawn) == undrawn()


def test_a_sub_process_is_as_big_as_what_it_holds_and_its_loop_is_drawn(tmp_path):
    head = re.search(r"<bpmn:definitions\b[^>]*>", undrawn())[0]
    places = {
        "begin": (0, 0),
        "each": (1, 0),
        "end": (2, 0),
        "one": (0, 0),
        "do": (1, 0),
        "good": (2, 0),
        "done": (3, 0),
    }
    path = tmp_path / "sub.bpmn"

    path.write_text(
        layout.drawn(
            f"{head}\n{SUB_PROCESS}</bpmn:definitions>\n", Hints(at={node: Place(*at) for node, at in places.items()})
        )
    )

    assert faults(path) == []


def test_what_is_drawn_already_is_not_drawn_over(tmp_path):
    path = tmp_path / "boundary.bpmn"
    path.write_text(BOUNDARY.read_text("utf-8"))

    with pytest.raises(SystemExit, match="is drawn already"):
        layout.main([str(path)])


def test_a_side_file_is_read(tmp_path):
    path = tmp_path / "boundary.bpmn"
    path.write_text(undrawn())
    path.with_suffix(".layout.toml").write_text(
        "[at]\n"
        + "".join(f"{node} = {list(at)}\n" for node, at in PLACES.items())
        + '[via]\nf_T_remind__E_answered = "top+30>left"\n'
    )

    layout.main([str(path)])

    assert faults(path) == []


@pytest.mark.parametrize(
    ("hints", "said"),
    [
        (Hints(at={**HINTS.at, "T_gone": Place(1, 0)}), "T_gone"),
        (Hints(at={**HINTS.at, "T_remind": Place(2, 1, 5)}), "not a multiple of 10"),
        (Hints(at={"S_asked": Place(0, 0)}), "T_answer has no place"),
    ],
)
def test_a_hint_that_does_not_fit_is_said(hints, said):
    with pytest.raises(SystemExit, match=said):
        layout.drawn(undrawn(), hints)


def test_a_part_that_nobody_reads_is_said(tmp_path):
    path = tmp_path / "x.layout.toml"
    path.write_text("[att]\n")

    with pytest.raises(SystemExit, match="att"):
        Hints.read(path)
