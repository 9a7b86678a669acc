"""The names a parser knows at a place, and what it notes about the text."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from engine.core.feel.builtins import BUILTINS, MANY_WORDS
from engine.core.feel.cursor import Cursor
from engine.core.feel.errors import ExpressionError
from engine.core.feel.lexer import Token, tokens_of
from engine.core.feel.names import Names, one_spaced
from engine.core.feel.nodes import Name, Node
from engine.core.feel.run import LIMITS, Limits

_BUILTIN_NAMES = Names([*MANY_WORDS, "time offset", "start included", "end included"])


@dataclass
class Facts:
    """What a text reads: free variables and functions of others, each with its first position."""

    names: dict[str, int] = field(default_factory=dict)
    optional: dict[str, int] = field(default_factory=dict)
    functions: dict[str, int] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)


class Scoped(Cursor):
    """A cursor that knows which names are bound where it stands."""

    def __init__(self, text: str, names: Iterable[str] = (), limits: Limits = LIMITS) -> None:
        if len(text) > limits.text:
            raise ExpressionError(f"An expression may have at most {limits.text} characters", text[:200], 0)
        super().__init__(text, _tokens(text), limits)
        self.facts = Facts()
        self.functions_in_contexts = False
        self._names = Names(names, _BUILTIN_NAMES)
        self._bound: list[set[str]] = []
        self._tolerant = 0
        self._in_filter = 0
        self._asked = False

    def expression(self) -> Node:
        """Anything that has a value; the whole grammar."""
        raise AssertionError("the parser brings its grammar")

    def _sum(self) -> Node:
        """An operand of a comparison."""
        raise AssertionError("the parser brings its grammar")

    def _before(self, sign: str, stops: tuple[str, ...] = ()) -> int | None:
        """The index of the next such sign, if a name may stand before it."""
        if self.token.kind != "name":
            return None
        for n in range(self.index, len(self.tokens)):
            token = self.tokens[n]
            if token.text == sign and token.kind in ("op", "name") and n > self.index:
                return n
            if token.text in stops or token.kind in ("string", "end"):
                return None
        return None

    def _free_name(self, end: int, sign: str) -> str:
        """The words up to `end`, where the sign stands; steps over both."""
        name = one_spaced(self.text[self.token.start : self.tokens[end - 1].end])
        self.index = end
        self.need(sign)
        return name

    def _name(self, name: str, at: int) -> Node:
        """A name that was read, noted as what the text needs unless something in the text declares it."""
        bound = any(name in names for names in self._bound)
        if name == "?":
            self._asked = True
        elif not bound and self.at("("):
            if name not in BUILTINS:
                self.facts.functions.setdefault(name, at)
        elif not bound and name not in BUILTINS and not self._in_filter:
            (self.facts.optional if self._tolerant else self.facts.names).setdefault(name, at)
        return Name(name, at, bound)

    def _within(self, names: list[str], read: Callable[[], Node]) -> Node:
        """Read something in which these names are bound."""
        self._names = Names(names, self._names)
        self._bound.append(set(names))
        node = read()
        self._bound.pop()
        assert self._names.up is not None
        self._names = self._names.up
        return node


def _tokens(text: str) -> list[Token]:
    try:
        return tokens_of(text)
    except ExpressionError as error:
        raise error.at(text) from None
