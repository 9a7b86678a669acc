"""Rules about shapes: that they are there, where they may lie, and how large the whole is."""

from collections.abc import Iterator
from itertools import combinations, pairwise

from tools.drawing import Drawing

NODES = ("Event", "Gateway", "Task", "task", "subProcess", "callActivity")
MUST_BE_DRAWN = (*NODES, "lane", "participant", "sequenceFlow", "messageFlow")
CLEAR, WIDEST, FORWARD = 8, 2400, 0.75


def missing(d: Drawing) -> Iterator[tuple[str, str, str]]:
    """Elements without a shape."""
    for id_, kind in d.kind.items():
        if kind.endswith(MUST_BE_DRAWN) and id_ not in d.drawn:
            yield "no-shape", id_, "is not drawn"


def touching(d: Drawing) -> Iterator[tuple[str, str, str]]:
    """Shapes over or close to others, other than those that belong together."""
    for one, other in combinations(d.nodes, 2):
        together = d.inside(one, other) or d.inside(other, one) or d.host.get(one) == other or d.host.get(other) == one
        if not together and d.box[one].hits(d.box[other], CLEAR):
            yield "shapes-touch", one, f"is nearer than {CLEAR} px to {other}"


def places(d: Drawing) -> Iterator[tuple[str, str, str]]:
    """Shapes that stick out of what they are part of."""
    for id_ in d.nodes:
        if id_ in d.host:
            continue
        for around in (d.parent(id_), d.lane_of.get(id_, "")):
            if around in d.box and not d.box[around].holds(d.box[id_], CLEAR):
                yield "outside", id_, f"is not well inside {around}"


def boundaries(d: Drawing) -> Iterator[tuple[str, str, str]]:
    """Boundary events beside the border."""
    for id_, host in d.host.items():
        (x, y), box = d.box[id_].middle, d.box[host]
        on_border = min(abs(y - box.y), abs(y - box.bottom), abs(x - box.x), abs(x - box.right)) < 1
        if not on_border or not box.hits(d.box[id_]):
            yield "boundary-off", id_, f"is not on the border of {host}"


def lanes(d: Drawing) -> Iterator[tuple[str, str, str]]:
    """Lanes that leave a gap in their pool."""
    for pool in d.pools:
        box, process = d.box[pool], d.said(pool, "processRef")
        mine = sorted((d.box[lane] for lane in d.lanes if d.inside(lane, process)), key=lambda lane: lane.y)
        if not mine:
            continue
        stacked = all(upper.bottom == lower.y for upper, lower in pairwise(mine))
        level = all(lane.x == box.x + 30 and lane.right == box.right for lane in mine)
        if not (stacked and level and mine[0].y == box.y and mine[-1].bottom == box.bottom):
            yield "lanes-gap", pool, "its lanes do not fill it exactly"


def size(d: Drawing) -> Iterator[tuple[str, str, str]]:
    """Drawings that are too wide, or run the wrong way."""
    forward = [f for f in d.flows if d.box[d.ends[f][1]].middle[0] >= d.box[d.ends[f][0]].middle[0]]
    if len(forward) < FORWARD * len(d.flows):
        yield "direction", "-", f"only {len(forward)} of {len(d.flows)} flows go right or straight up and down"
    for pool in d.pools:
        if d.box[pool].w > WIDEST:
            yield "wide", pool, f"is {d.box[pool].w:g} px wide"
