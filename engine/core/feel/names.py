"""Names of several words: which ones the parser knows at a place."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from engine.core.feel.lexer import Token, tokens_of

KEYWORDS = frozenset(
    {"and", "or", "between", "in", "instance", "then", "else", "return", "satisfies", "if", "for", "some", "every"}
    | {"true", "false", "null", "function"}
)


def one_spaced(name: str) -> str:
    """A name as it is compared: runs of white space are one space."""
    return " ".join(name.split())


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The texts of a name's tokens."""
    return tuple(token.text for token in tokens_of(name)[:-1])


class Names:
    """Known names of more than one token, in scopes; the longest match wins."""

    def __init__(self, names: Iterable[str] = (), up: "Names | None" = None) -> None:
        self.up = up
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Know one more name."""
        words = words_of(name)
        if len(words) > 1:
            self._by_first.setdefault(words[0], []).append((words, one_spaced(name)))

    def match(self, tokens: Sequence[Token], index: int) -> tuple[str, int] | None:
        """The longest known name that begins at this token, and the index behind it."""
        best: tuple[str, int] | None = None
        scope: Names | None = self
        while scope is not None:
            for words, name in scope._by_first.get(tokens[index].text, ()):
                end = index + len(words)
                fits = end < len(tokens) and all(tokens[index + n].text == word for n, word in enumerate(words))
                if fits and (best is None or end > best[1]):
                    best = name, end
            scope = scope.up
        return best
