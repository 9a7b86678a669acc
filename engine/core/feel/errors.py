"""
What can be wrong with an expression.

    ExpressionError         the text does not hold: syntax, an unknown function, a language we do not speak
    ├── UnknownVariable     a name that nothing declares: never false, never null
    └── EvaluationError     the text holds, but there is no answer for these values

Each carries the text and the place in it; `str()` draws a caret under the place.
"""

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 100


class ExpressionError(Exception):
    """
    The expression does not hold.

    `position` counts characters of `text` from 0; None where no one place is to blame.
    """

    def __init__(self, message: str, text: str = "", position: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.position = position

    def at(self, text: str, shift: int = 0) -> "ExpressionError":
        """The same error, seen in a larger `text` that holds the expression from `shift` on."""
        if self.position is not None and not self.text:
            self.position += shift
        self.text = self.text or text
        return self

    @property
    def caret(self) -> str:
        """Two lines: the line of the text, and a caret under the place; empty without a place."""
        if self.position is None or not self.text:
            return ""
        start = self.text.rfind("\n", 0, self.position) + 1
        line, column = self.text[start:].split("\n", 1)[0], self.position - start
        cut = max(0, column - _SHOWN // 2)
        return f"    {line[cut : cut + _SHOWN]}\n    {' ' * (column - cut)}^"

    def __str__(self) -> str:
        return f"{self.message}\n{self.caret}" if self.caret else self.message


class EvaluationError(ExpressionError):
    """The expression has no answer for these values."""


class UnknownVariable(ExpressionError):
    """
    Nothing of this name exists. `did_you_mean` is the nearest name that does, or None.

    With `entry`, a context lacks the entry that a path asks for.
    """

    def __init__(
        self, name: str, did_you_mean: str | None = None, position: int | None = None, *, entry: bool = False
    ) -> None:
        hint = f"; did you mean '{did_you_mean}'?" if did_you_mean else ""
        what = f"There is no '{name}' in this context" if entry else f"Unknown variable '{name}'"
        super().__init__(what + hint, position=position)
        self.name = name
        self.did_you_mean = did_you_mean


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like `name`, if any does."""
    folded = {k.casefold(): k for k in sorted(known)}
    found = get_close_matches(name.casefold(), sorted(folded), 1, 0.6)
    return folded[found[0]] if found else None
