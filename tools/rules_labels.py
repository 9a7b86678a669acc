"""Rules about names: that they have a place, and cover nothing."""

from collections.abc import Iterator
from itertools import combinations

from tools.drawing import Drawing
from tools.geometry import piece
from tools.lettering import lines, width

FARTHEST, ROOM, SIZE = 12, 14, 12
TASKS = ("userTask", "scriptTask", "serviceTask", "sendTask", "receiveTask", "manualTask", "businessRuleTask")


def unlabelled(d: Drawing) -> Iterator[tuple[str, str, str]]:
    """Names of events and gateways that have no place of their own."""
    for id_ in d.nodes:
        if d.kind[id_].endswith(("Event", "Gateway")) and d.said(id_, "name") and id_ not in d.label:
            yield "no-label", id_, "its name has no bounds"


def labels(d: Drawing) -> Iterator[tuple[str, str, str]]:
    """Labels over something, or far from what they name."""
    for one, other in combinations(sorted(d.label), 2):
        if d.label[one].hits(d.label[other], 1):
            yield "label-label", one, f"its label lies over the label of {other}"
    for id_ in d.label:
        yield from _covers(d, id_)
        if (gap := _gap(d, id_)) > FARTHEST:
            yield "label-far", id_, f"its label is {gap:g} px away"


def _covers(d: Drawing, id_: str) -> Iterator[tuple[str, str, str]]:
    label = d.label[id_]
    for node in d.nodes:
        own_gateway = node == id_ and d.kind[node].endswith("Gateway")
        if not own_gateway and not d.inside(id_, node) and label.hits(d.box[node], 1):
            yield "label-shape", id_, f"its label lies over {node}"
    for flow in d.path:
        if any(piece(a, b).hits(label) for a, b in d.pieces(flow)):
            yield "label-flow", id_, f"its label lies over the line of {flow}"
    for lane in d.lanes:
        box = d.box[lane]
        if any(label.y < border < label.bottom for border in (box.y, box.bottom)) and label.x < box.right:
            yield "label-border", id_, f"its label lies over the border of {lane}"
            return


def _gap(d: Drawing, id_: str) -> float:
    label = d.label[id_]
    if id_ in d.box:
        return d.box[id_].apart(label)
    return min(piece(a, b).apart(label) for a, b in d.pieces(id_))


def task_names(d: Drawing) -> Iterator[tuple[str, str, str]]:
    """Names of tasks that need more room than the icon leaves."""
    for id_ in d.nodes:
        if d.kind[id_] not in TASKS:
            continue
        box = d.box[id_]
        name = lines(d.said(id_, "name"), box.w - ROOM, SIZE)
        beside_icon = len(name) == 3 and box.h <= 80 and width(name[0], SIZE) > 2 * (box.w / 2 - 27)
        if len(name) > 3 or beside_icon:
            yield "label-icon", id_, f"its name takes {len(name)} lines and runs into the icon"
