"""
Charts as the server draws them: a line with its limit, or a column for each month.

Pure: numbers in, SVG out, coloured by the stylesheet. Each carries what it
shows as a sentence, for whoever does not see it.
"""

from collections.abc import Sequence
from datetime import date, datetime

from markupsafe import Markup, escape

WIDTH, HEIGHT = 300.0, 128.0
LEFT, RIGHT, TOP, BOTTOM = 6.0, 250.0, 22.0, 104.0
DOTTED = 24
"""Up to how many points each of them is a dot."""
MARKS = 3
"""Changes of version that are named, the newest ones."""


def number(value: float) -> str:
    """A number as a chart says it: `0.042`, `12`, `1200`."""
    return f"{value:.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.3g}"


def line(
    points: Sequence[tuple[datetime, float, float | None, str]], said: str, months: Sequence[tuple[datetime, str]]
) -> Markup:
    """
    Values over time.

    Args:
        points: moment, value, limit and version, in the order of time; at least one.
        said: the whole as a sentence.
        months: moments on the way and what they are called.
    """
    first, last = points[0][0], points[-1][0]
    long = (last - first).total_seconds() or 1.0
    least = min(0.0, *(value for _at, value, _limit, _version in points))
    most = max(value for _at, value, limit, _version in points for value in (value, limit or least)) or 1.0

    def across(at: datetime) -> float:
        return RIGHT if first == last else LEFT + (RIGHT - LEFT) * (at - first).total_seconds() / long

    def up(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (value - least) / ((most - least) or 1.0)

    places = [(across(at), up(value), limit, value) for at, value, limit, _version in points]
    drawn = [_axis(), *_marks([(across(at), version) for at, _v, _l, version in points])]
    drawn += _limit([(x, None if limit is None else up(limit)) for x, _y, limit, _value in places], points[-1][2])
    drawn.append(f'<polyline class="line" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y, _l, _v in places)}"/>')
    for place, (x, y, limit, value) in enumerate(places):
        over, end = limit is not None and value > limit, place == len(places) - 1
        if over or end or len(places) <= DOTTED:
            mark = "dot is-late" if over else "dot"
            drawn.append(f'<circle class="{mark}" cx="{x:.1f}" cy="{y:.1f}" r="{4.5 if end else 3}"/>')
    ended, allowed = places[-1][1], places[-1][2]
    drawn.append(_text(RIGHT + 10, _apart(ended, None if allowed is None else up(allowed)), number(places[-1][3]), "v"))
    drawn += [_text(across(at), 122, name, "", "middle") for at, name in months if first <= at <= last]
    return _whole(drawn, said)


def columns(months: Sequence[tuple[date, int, str]], limit: float | None, said: str) -> Markup:
    """
    A column for each month.

    Args:
        months: first day, how many, and what the month is called; at least one.
        limit: how many there may be in one.
        said: the whole as a sentence.
    """
    most = max(1.0, limit or 0.0, *(float(count) for _first, count, _name in months))
    step = (RIGHT - LEFT) / len(months)
    drawn = [_axis()]
    for place, (_first, count, name) in enumerate(months):
        x, tall = LEFT + place * step, (BOTTOM - TOP) * count / most
        state = "bar is-late" if limit is not None and count > limit else "bar"
        if count:
            drawn.append(
                f'<rect class="{state}" x="{x + 2:.1f}" y="{BOTTOM - tall:.1f}" width="{step - 4:.1f}" '
                f'height="{tall:.1f}"/>'
            )
            drawn.append(_text(x + step / 2, BOTTOM - tall - 4, str(count), "v", "middle"))
        if (len(months) - 1 - place) % 3 == 0:
            drawn.append(_text(x + step / 2, 122, name, "", "middle"))
    if limit is not None:
        y = BOTTOM - (BOTTOM - TOP) * limit / most
        drawn += _limit([(LEFT, y), (RIGHT, y)], limit)
    return _whole(drawn, said)


def _limit(steps: Sequence[tuple[float, float | None]], last: float | None) -> list[str]:
    """The limit as it was from point to point, and its number where it ends."""
    path, before = "", None
    for x, y in steps:
        if y is not None:
            path += f"M{x:.1f} {y:.1f}" if before is None else f"H{x:.1f}V{y:.1f}"
        before = y
    if not path:
        return []
    if len(steps) == 1:
        path = f"M{LEFT} {before:.1f}H{RIGHT}"
    drawn = [f'<path class="limit" d="{path}"/>']
    if last is not None and before is not None:
        drawn.append(_text(RIGHT + 10, before + 4, number(last), "over"))
    return drawn


def _apart(y: float, limit: float | None) -> float:
    """Where the last value is written, so that it does not lie over the number of the limit."""
    if limit is None or abs(limit - y) >= 14:
        return y + 4
    return limit + 18 if y >= limit else limit - 10


def _marks(versions: Sequence[tuple[float, str]]) -> list[str]:
    """Where another version of the model begins, with its name."""
    changes = [
        (x, version)
        for (x, version), (_x, before) in zip(versions[1:], versions[:-1], strict=True)
        if version and version != before
    ]
    drawn = []
    for x, version in changes[-MARKS:]:
        drawn.append(f'<path class="mark" d="M{x:.1f} {TOP - 8}V{BOTTOM}"/>')
        drawn.append(_text(min(x, RIGHT - 10), TOP - 12, version, "", "middle"))
    return drawn


def _axis() -> str:
    return f'<path class="axis" d="M0 {BOTTOM}H{WIDTH - 34}"/>'


def _text(x: float, y: float, said: str, kind: str, anchor: str = "start") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(said)}</text>'


def _whole(drawn: Sequence[str], said: str) -> Markup:
    inner = Markup("".join(drawn))  # noqa: S704 - numbers, and texts that were escaped
    return Markup('<svg class="chart" viewBox="0 0 300 128" role="img"><title>{}</title>{}</svg>').format(said, inner)
