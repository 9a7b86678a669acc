"""How parts of a drawing are painted: by classes of the stylesheet, or by attributes where no stylesheet reaches."""

from collections.abc import Callable

Ink = Callable[..., str]
"""Takes a part and its mark, and gives the attributes of an SVG element."""

INK, STROKE, LINE = "#161b26", "#5c6678", "#cfd5df"
COLOURS = {
    "is-done": ("#e5f4ea", "#1b6a3b"),
    "is-taken": ("#e5f4ea", "#1b6a3b"),
    "is-added": ("#e5f4ea", "#1b6a3b"),
    "is-here": ("#e8effc", "#1f4fb4"),
    "is-late": ("#fdeceb", "#b3261e"),
    "is-changed": ("#f2ebfa", "#66399b"),
    "is-finding": ("#fdf2de", "#855000"),
    "is-note": ("#f2ebfa", "#66399b"),
}
LOUD = frozenset({"is-here", "is-late", "is-added", "is-finding", "is-changed"})


def by_class(part: str, mark: str = "") -> str:
    """For pages: the stylesheet decides, in light and dark."""
    return f' class="{part} {mark}"' if mark else f' class="{part}"'


def by_attribute(part: str, mark: str = "") -> str:
    """For pictures and paper: the colours of the light scheme."""
    soft, strong = COLOURS.get(mark, ("#ffffff", STROKE))
    wide = "3.5" if mark in LOUD else "1.75"
    dash = ' stroke-dasharray="8 4"' if mark == "is-changed" else ""
    painted = {
        "lane": f'fill="none" stroke="{LINE}"',
        "area": f'fill="none" stroke="{strong}" stroke-width="{wide}"{dash}',
        "shape": f'fill="{soft}" stroke="{strong}" stroke-width="{wide}"{dash}',
        "end": f'fill="{soft}" stroke="{strong}" stroke-width="4"{dash}',
        "inner": f'fill="none" stroke="{strong}" stroke-width="1.25"',
        "sign": f'fill="none" stroke="{strong}" stroke-width="1.5" stroke-linejoin="round"',
        "solid": f'fill="{strong}" stroke="{soft}"',
        "flow": f'fill="none" stroke="{strong}" stroke-width="{"3" if mark else "1.5"}" stroke-linejoin="round"',
        "tip": f'fill="{strong}"',
        "disc": f'fill="{strong if mark else COLOURS["is-here"][1]}" stroke="#ffffff" stroke-width="2"',
        "figure": 'fill="#ffffff" font-size="12" font-weight="600" text-anchor="middle"',
        "name": f'fill="{INK}" font-size="12" text-anchor="middle"',
        "out": f'fill="{INK}" font-size="12" text-anchor="middle"',
        "note": f'fill="{INK}" font-size="12"',
    }
    return f" {painted[part]}"
