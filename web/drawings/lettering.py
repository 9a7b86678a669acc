"""How wide words are in the type of a drawing, near enough to break lines where a browser would."""

NARROW, WIDE = frozenset("iIjlt.,:;'|!()[]/ 1fr"), frozenset("mwMW@%")
SIZE = 12.0
LINE = 14.5


def lines(text: str, room: float, most: int = 4) -> list[str]:
    """A text in lines of at most `room`; what does not fit into `most` lines ends in an ellipsis."""
    found: list[str] = []
    for word in text.split():
        if found and width(f"{found[-1]} {word}") <= room:
            found[-1] += f" {word}"
        else:
            found.append(word)
    if len(found) > most:
        found = [*found[: most - 1], found[most - 1] + "…"]
    return [_cut(line, room) for line in found]


def into(text: str, width: float, height: float) -> list[str]:
    """A text in as many lines as its place is high; the file's own type may run narrower than ours."""
    most, room = max(1, round(height / LINE)), max(width, 30.0)
    while len(found := lines(text, room, 12)) > most and room < 3 * width:
        room *= 1.1
    return found


def width(text: str) -> float:
    """The width of a line, in units of the drawing."""
    return sum(SIZE * (0.31 if one in NARROW else 0.87 if one in WIDE else 0.57) for one in text)


def _cut(line: str, room: float) -> str:
    while len(line) > 3 and width(line) > 1.25 * room:
        line = line[:-2].rstrip("…") + "…"
    return line
