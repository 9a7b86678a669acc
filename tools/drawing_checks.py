"""
What a picky reader would say about a BPMN drawing.

    python -m tools.drawing_checks processes/*/*.bpmn

Tests say `assert faults(path) == []`, or `faults(path, crossing=1)` where one
crossing cannot be helped. `RULES` lists every rule with what it means.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tools.drawing import Drawing, drawings
from tools.rules_flows import crossings, docks, pieces
from tools.rules_labels import labels, task_names, unlabelled
from tools.rules_shapes import boundaries, lanes, missing, places, size, touching

RULES = {
    "no-shape": "something of the process is not drawn",
    "no-label": "a name outside of its shape has no place",
    "shapes-touch": "two shapes are nearer than 8 px",
    "outside": "a shape is not well inside its lane, pool or sub-process",
    "boundary-off": "a boundary event is not on the border of its activity",
    "lanes-gap": "lanes do not fill the pool exactly; the modeler would move them at the first resize",
    "slanted": "a piece of a flow is neither level nor upright",
    "dock": "a flow does not end on the border of its shape, or not at a corner of a gateway",
    "short-end": "the first or last piece of a flow is shorter than 10 px",
    "through-shape": "a flow runs through a shape, or back through its own",
    "bends": "a flow has more than four bends",
    "in-and-out": "flows enter and leave at one point",
    "crossing": "two flows cross",
    "flows-merge": "two flows that have nothing in common lie on or beside each other",
    "label-label": "a label lies over another one",
    "label-shape": "a label lies over a shape",
    "label-flow": "a label lies over a line",
    "label-border": "a label lies over the border of a lane",
    "label-far": "a label is farther than 12 px from what it names",
    "label-icon": "the name of a task runs into its icon",
    "direction": "too few flows go right, or straight up and down",
    "wide": "the pool is wider than 2,400 px, so the text is too small on a screen",
}
CHECKS = (missing, unlabelled, touching, places, boundaries, lanes, docks, pieces, crossings, labels, task_names, size)

Finding = tuple[str, str, str]


def findings(drawing: Drawing) -> Iterator[Finding]:
    """Rule, element and a sentence for each fault of one plane."""
    for check in CHECKS:
        yield from check(drawing)


def faults(path: Path, **allowed: int) -> list[str]:
    """
    One line a fault, empty where a drawing is as it should be.

    Args:
        allowed: rules (with `_` for `-`) that may fail this often.
    """
    found = [finding for drawing in drawings(path) for finding in findings(drawing)]
    count = Counter(rule for rule, _, _ in found)
    return [
        f"{rule}: {element}: {text}"
        for rule, element, text in found
        if count[rule] > allowed.get(rule.replace("-", "_"), 0)
    ]


def main(paths: list[str]) -> int:
    """Print the faults of each file; 1 if there are any."""
    wrong = [f"{path}: {line}" for path in paths for line in faults(Path(path))]
    print("\n".join(wrong) or "no faults")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
