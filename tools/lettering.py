"""How wide a text is, and where the modeler breaks it: Arial, 11 px beside shapes and 12 px inside them."""

# Widths of U+0020 to U+007E in thousandths of the size; other letters count as wide as an "n".
_WIDTHS = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip


def width(text: str, size: int) -> float:
    """The width of a line in px."""
    return sum(_WIDTHS[ord(sign) - 32] if 32 <= ord(sign) < 127 else 556 for sign in text) * size / 1000


def lines(text: str, room: float, size: int) -> list[str]:
    """The lines of a text in a space of `room` px; a word that is too long keeps a line for itself."""
    found = [""]
    for word in text.split():
        if found[-1] and width(f"{found[-1]} {word}", size) > room:
            found.append(word)
        else:
            found[-1] = f"{found[-1]} {word}".strip()
    return found
