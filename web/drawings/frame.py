"""A diagram as a page shows it: the twin, what stands over it once scripts run, and how to look at it."""

from dataclasses import dataclass
from uuid import UUID

from markupsafe import Markup

from engine.cache import Cache
from web.drawings.plan import Box, Plan, read
from web.drawings.state import State
from web.drawings.twin import AIR, twin

KEPT = 64
FRAME_WIDTH, FRAME_HEIGHT = 1080.0, 368.0
"""Of the frame on a wide screen, in pixels; a picture that fits with labels of 8 px or more is shown whole."""
SMALLEST = 8.0 / 12.0
PART_WIDTH, PART_HEIGHT = 640.0, 420.0
"""The most that a page about one step shows of its diagram, in units of the file."""

_plans: Cache[UUID, Plan] = Cache(KEPT)


@dataclass(frozen=True, kw_only=True)
class Framed:
    """
    What the macro `diagram` shows.

    Args:
        src, state: where a browser fetches the file and what is marked on it.
        whole: all of it, also for paper.
        near: where to look first, in a frame too small for all of it; None where there is no such place.
        here: the elements of that place.
        fits: whether all of it can be read in a frame on a wide screen.
    """

    src: str
    state: str
    whole: Markup
    near: Markup | None
    here: tuple[str, ...]
    fits: bool


def plan_of(definition_id: UUID, data: bytes) -> Plan:
    """The plan of a definition's file, kept in memory: a definition never changes."""
    return _plans.get(definition_id, lambda: read(data))


def framed(plan: Plan, state: State, *, src: str, state_at: str, name: str) -> Framed | None:
    """
    A diagram for a page; None where the file holds no drawing.

    Args:
        src: the address of the BPMN file.
        state_at: the address of `state` as JSON.
        name: what the drawing shows, in a sentence.
    """
    if not plan.shapes:
        return None
    ground = plan.ground.wider(AIR)
    first = state.here or _start(plan)
    look, on = plan.near(first), plan.shape(first[0]) if first else None
    near = (window(look, on.box) if state.here else _from(on.box, ground)) if look and on else None
    scale = min(FRAME_WIDTH / ground.width, FRAME_HEIGHT / ground.height)
    return Framed(
        src=src,
        state=state_at,
        whole=twin(plan, state, name=name, kind="twin whole", part="whole-drawing"),
        near=twin(plan, state, name=name, view=near, kind="twin near", part="near-drawing") if near else None,
        here=first,
        fits=scale >= SMALLEST or look is None,
    )


def neighbourhood(plan: Plan, state: State, element: str, *, name: str) -> Markup | None:
    """One element, what leads to it and where it leads; None where it is not drawn. For a page about one step."""
    shape, look = plan.shape(element), plan.near((element,))
    if shape is None or look is None:
        return None
    return twin(
        plan, state, name=name, view=_bounded(look.wider(AIR), shape.box, PART_WIDTH, PART_HEIGHT), kind="twin part"
    )


def window(look: Box, on: Box) -> Box:
    """What a frame shows of a place: in its proportions, with letters that can be read, and `on` in any case."""
    air = look.wider(AIR)
    across = max(air.width, air.height * FRAME_WIDTH / FRAME_HEIGHT)
    width = min(max(across, FRAME_WIDTH), FRAME_WIDTH / SMALLEST)
    height = width * FRAME_HEIGHT / FRAME_WIDTH
    x, y = (air if across <= width else on).middle
    return Box(x - width / 2, y - height / 2, width, height)


def _bounded(look: Box, on: Box, width: float, height: float) -> Box:
    """As much of a place as a small frame bears, with `on` in its middle where that is not all."""
    across, down = min(look.width, width), min(look.height, height)
    x = look.x if across == look.width else on.middle[0] - across / 2
    y = look.y if down == look.height else on.middle[1] - down / 2
    return Box(x, y, across, down)


def _from(start: Box, ground: Box) -> Box:
    """A start at the left, at half the height where the drawing reaches so far up, and as much as fits of the rest."""
    return Box(start.x - 5 * AIR, max(ground.y, start.middle[1] - FRAME_HEIGHT / 2), FRAME_WIDTH, FRAME_HEIGHT)


def _start(plan: Plan) -> tuple[str, ...]:
    """Where the process itself begins: not where something within it does that may happen at any time."""
    starts = [
        one for one in plan.shapes if one.kind == "startEvent" and plan.shape(plan.inside.get(one.id, "")) is None
    ]
    return (min(starts, key=lambda one: (one.box.x, one.box.y)).id,) if starts else ()
