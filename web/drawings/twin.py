"""Draws a plan as SVG, with what is marked on it. Only numbers of ours and escaped words reach the markup."""

import math
from collections.abc import Iterator

from markupsafe import Markup, escape

from web.drawings import lettering, signs
from web.drawings.ink import Ink, by_attribute, by_class
from web.drawings.plan import Box, Flow, Plan, Point, Shape
from web.drawings.state import Badge, State

AIR = 20.0
TIP, FONT = 10.0, "IBM Plex Sans, Liberation Sans, Arial, sans-serif"


def twin(plan: Plan, state: State, *, name: str, view: Box | None = None, kind: str = "twin", part: str = "") -> Markup:
    """
    The drawing for a page: painted by the stylesheet, fitted into its frame.

    Args:
        name: what it shows, in a sentence.
        view: the part of it to show, which then fills the frame; None shows all.
        kind: its classes.
        part: its id, under which a page that stays open puts a newer one in its place.
    """
    window = view or plan.ground.wider(AIR)
    how = "xMidYMid slice" if view else "xMidYMid meet"
    body = Markup("").join(Markup(one) for one in _drawn(plan, state, by_class, view))  # noqa: S704 - escaped below
    known = Markup(' id="{}" data-part').format(part) if part else Markup()
    return Markup('<svg class="{}"{} viewBox="{}" preserveAspectRatio="{}" role="img" aria-label="{}">{}</svg>').format(
        kind, known, _window(window), how, name, body
    )


def picture(plan: Plan, state: State, *, name: str) -> bytes:
    """The whole drawing as a file of its own, in the colours of the light scheme."""
    window = plan.ground.wider(AIR)
    body = "".join(_drawn(plan, state, by_attribute, None))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{_window(window)}" width="{window.width:g}"'
        f' height="{window.height:g}" font-family="{FONT}" role="img"><title>{escape(name)}</title>'
    )
    ground = f'<path fill="#ffffff" d="{_rectangle(window)}"/>'
    return f"{head}{ground}{body}</svg>\n".encode()


def _window(box: Box) -> str:
    return " ".join(_n(one) for one in (box.x, box.y, box.width, box.height))


def _drawn(plan: Plan, state: State, ink: Ink, view: Box | None) -> Iterator[str]:
    shown = [one for one in plan.shapes if view is None or view.touches(one.box)]
    for shape in shown:
        if shape.is_area:
            yield from _area(shape, state.marks.get(shape.id, ""), ink)
    for flow in plan.flows:
        if view is None or view.touches(_hull(flow.points)):
            yield from _flow(flow, state.marks.get(flow.id, ""), ink)
    for shape in shown:
        if not shape.is_area:
            yield from _node(shape, state.marks.get(shape.id, ""), ink)
    places = {shape.id: shape.box for shape in shown}
    for badge in state.badges:
        if badge.id in places:
            yield from _badge(badge, places[badge.id], ink)


def _area(shape: Shape, mark: str, ink: Ink) -> Iterator[str]:
    box = shape.box
    part = "lane" if shape.kind in ("participant", "lane") else "area"
    yield f'<path{ink(part, mark)} d="{_rectangle(box, 0 if part == "lane" else 10)}"{_dashes(shape.dashed)}/>'
    if part == "area":
        yield _text([shape.name], (box.x + box.width / 2, box.y + 18), ink("name", mark)) if shape.name else ""
    elif shape.upright:
        x, y = box.x + 15, box.y + box.height / 2
        said = lettering.lines(shape.name, box.height - 10, 1)
        turned = f' transform="rotate(-90 {_n(x)} {_n(y)})"'
        yield _text(said, (x, y + 4), ink("out") + turned)
    else:
        yield _text([shape.name], (box.x + box.width / 2, box.y + 19), ink("out"))


def _node(shape: Shape, mark: str, ink: Ink) -> Iterator[str]:
    if shape.is_event:
        yield from _event(shape, mark, ink)
    elif shape.is_gateway:
        yield from _gateway(shape, mark, ink)
    elif shape.kind == "textAnnotation":
        x, y, height = shape.box.x, shape.box.y, shape.box.height
        yield f'<path{ink("inner")} d="M{_n(x + 8)} {_n(y)}h-8v{_n(height)}h8"/>'
        yield _text(lettering.lines(shape.name, shape.box.width - 8, 12), (x + 6, y + 16), ink("note"))
    elif shape.kind in ("dataObjectReference", "dataStoreReference"):
        yield f'<path{ink("shape", mark)} d="{_rectangle(shape.box)}"/>'
        yield _beside(shape, ink)
    else:
        yield from _activity(shape, mark, ink)


def _activity(shape: Shape, mark: str, ink: Ink) -> Iterator[str]:
    box = shape.box
    part = "end" if shape.kind == "callActivity" else "shape"
    yield f'<path{ink(part, mark)} d="{_rectangle(box, 10)}"{_dashes(shape.dashed)}/>'
    if drawn := signs.STEPS.get(shape.kind):
        kind = "solid" if shape.kind == "sendTask" else "sign"
        yield f'<path{ink(kind, mark)} transform="translate({_n(box.x + 5)} {_n(box.y + 4)})" d="{drawn}"/>'
    foot = f'transform="translate({_n(box.middle[0])} {_n(box.y + box.height - 2)})"'
    if shape.repeats:
        yield f'<path{ink("sign", mark)} {foot} d="{signs.REPEATS[shape.repeats]}"/>'
    elif shape.kind in ("subProcess", "transaction", "adHocSubProcess"):
        yield f'<path{ink("sign", mark)} {foot} d="{signs.FOLDED}"/>'
    said = lettering.lines(shape.name, box.width - 12)
    yield _text(said, (box.middle[0], box.middle[1] + 4 - (len(said) - 1) * lettering.LINE / 2), ink("name", mark))


def _event(shape: Shape, mark: str, ink: Ink) -> Iterator[str]:
    (x, y), radius = shape.box.middle, min(shape.box.width, shape.box.height) / 2
    part = "end" if shape.kind == "endEvent" else "shape"
    circle = f'cx="{_n(x)}" cy="{_n(y)}"'
    dashes = _dashes(shape.dashed)
    yield f'<circle{ink(part, mark)} {circle} r="{_n(radius)}"{dashes}/>'
    if shape.kind not in ("startEvent", "endEvent"):
        yield f'<circle{ink("inner", mark)} {circle} r="{_n(radius - 3)}"{dashes}/>'
    if drawn := signs.EVENTS.get(shape.meaning):
        sends = shape.kind in ("endEvent", "intermediateThrowEvent")
        where = f'transform="translate({_n(x)} {_n(y)})"'
        yield f'<path{ink("solid" if sends else "sign", mark)} {where} d="{drawn}"/>'
    yield _beside(shape, ink)


def _gateway(shape: Shape, mark: str, ink: Ink) -> Iterator[str]:
    box, (x, y) = shape.box, shape.box.middle
    corners = (
        f"M{_n(x)} {_n(box.y)}L{_n(box.x + box.width)} {_n(y)}L{_n(x)} {_n(box.y + box.height)}L{_n(box.x)} {_n(y)}z"
    )
    yield f'<path{ink("shape", mark)} d="{corners}"/>'
    if shape.marked:
        yield f'<path{ink("sign", mark)} transform="translate({_n(x)} {_n(y)})" d="{signs.GATEWAYS[shape.kind]}"/>'
    yield _beside(shape, ink)


def _beside(shape: Shape, ink: Ink) -> str:
    box = shape.label or Box(shape.box.middle[0] - 50, shape.box.y + shape.box.height + 4, 100, 14)
    return _text(lettering.into(shape.name, box.width, box.height), (box.middle[0], box.y + 11), ink("out"))


def _flow(flow: Flow, mark: str, ink: Ink) -> Iterator[str]:
    tied = flow.kind in ("association", "dataInputAssociation", "dataOutputAssociation")
    dash = ' stroke-dasharray="2 5"' if tied else ' stroke-dasharray="8 6"' if flow.kind == "messageFlow" else ""
    along = "L".join(f"{_n(x)} {_n(y)}" for x, y in flow.points)
    yield f'<path{ink("flow", mark)}{dash} d="M{along}"/>'
    if not tied:
        yield f'<path{ink("tip", mark)} d="{_tip(flow.points[-2], flow.points[-1])}"/>'
    if flow.usual:
        yield f'<path{ink("flow", mark)} d="{_slash(flow.points[0], flow.points[1])}"/>'
    if flow.name and flow.label:
        said = lettering.into(flow.name, flow.label.width, flow.label.height)
        yield _text(said, (flow.label.middle[0], flow.label.y + 11), ink("out"))


def _badge(badge: Badge, box: Box, ink: Ink) -> Iterator[str]:
    x, y = (box.x + box.width, box.y) if badge.at == "corner" else (box.middle[0], box.y + box.height)
    across = max(22.0, lettering.width(badge.text) + 14)
    yield f'<path{ink("disc", badge.kind)} d="{_rectangle(Box(x - across / 2, y - 11, across, 22), 11)}"/>'
    yield _text([badge.text], (x, y + 4.5), ink("figure", badge.kind))


def _text(said: list[str], at: Point, ink: str) -> str:
    x, y = at
    lines = [
        f'<text{ink} x="{_n(x)}" y="{_n(y + i * lettering.LINE)}">{escape(line)}</text>' for i, line in enumerate(said)
    ]
    return "".join(lines)


def _rectangle(box: Box, round: float = 0) -> str:
    r = min(round, box.width / 2, box.height / 2)
    across, down = _n(box.width - 2 * r), _n(box.height - 2 * r)
    if not r:
        return f"M{_n(box.x)} {_n(box.y)}h{across}v{down}h-{across}z"
    n = _n(r)
    corner = f"a{n} {n} 0 0 1"
    return (
        f"M{_n(box.x + r)} {_n(box.y)}h{across}{corner} {n} {n}v{down}{corner} -{n} {n}"
        f"h-{across}{corner} -{n} -{n}v-{down}{corner} {n} -{n}z"
    )


def _tip(before: Point, end: Point) -> str:
    turn = math.atan2(end[1] - before[1], end[0] - before[0])
    sides = [(end[0] - TIP * math.cos(turn + s), end[1] - TIP * math.sin(turn + s)) for s in (0.42, -0.42)]
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in (end, *sides)) + "z"


def _slash(start: Point, then: Point) -> str:
    turn = math.atan2(then[1] - start[1], then[0] - start[0])
    x, y = start[0] + 12 * math.cos(turn), start[1] + 12 * math.sin(turn)
    dx, dy = 6 * math.cos(turn + 2.2), 6 * math.sin(turn + 2.2)
    return f"M{_n(x - dx)} {_n(y - dy)}L{_n(x + dx)} {_n(y + dy)}"


def _dashes(dashed: bool) -> str:
    return ' stroke-dasharray="5 4"' if dashed else ""


def _hull(points: tuple[Point, ...]) -> Box:
    across, down = [x for x, _ in points], [y for _, y in points]
    return Box(min(across), min(down), max(across) - min(across) + 1, max(down) - min(down) + 1)


def _n(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")
