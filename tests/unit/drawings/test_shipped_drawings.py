"""What ships is drawn as a picky reader wants it."""

from pathlib import Path

import pytest

from tools.drawing_checks import faults

PROCESSES = Path(__file__).parents[3] / "processes"
DIAGRAMS = sorted(PROCESSES.glob("*/*.bpmn"))


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in DIAGRAMS])
def test_a_shipped_diagram_is_drawn_without_fault(path):
    assert faults(path) == []


def test_there_are_diagrams_to_look_at():
    whole = {"ai_change_approval", "corrective_action", "incident_escalation", "management_review", "routine"}
    assert whole <= {one.stem for one in DIAGRAMS}
