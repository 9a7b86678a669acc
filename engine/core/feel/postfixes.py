"""What follows a value: `.name`, `[filter]`, `(arguments)`."""

from engine.core.feel.builtins import BUILTINS
from engine.core.feel.names import KEYWORDS, one_spaced
from engine.core.feel.nodes import Call, Filter, Literal, Name, Node, Path
from engine.core.feel.primaries import Primaries

#: Functions whose argument is the id of a task, written as a bare name.
TAKE_AN_ID = frozenset({"done_at", "actor", "round"})
#: Functions whose first argument may be unknown.
TOLERANT = frozenset({"is defined", "get or else"})
_INFIX = frozenset(["and", "or", "between", "in", "instance", "then", "else", "return", "satisfies"])


class Postfixes(Primaries):
    """Paths, filters and calls."""

    def _postfix(self) -> Node:
        node = self._primary()
        while True:
            if self.at("."):
                at = self.take().start
                node = Path(node, self._step(), at + 1)
                self._refuse_method(node)
            elif self.at("[") and self._filter_ahead():
                node = self._filter(node)
            elif self.at("("):
                node = self._call(node)
            else:
                return node

    def _refuse_method(self, path: Path) -> None:
        if self.at("(") and not self.functions_in_contexts and path.name not in self.facts.keys:
            self.fail(
                f"FEEL has no methods: write the function with its value in brackets, not .{path.name}()", path.at
            )

    def _step(self) -> str:
        """The name behind a dot: a known one, or all words up to the next sign."""
        known = self._names.match(self.tokens, self.index)
        if known and known[0] not in BUILTINS:
            self.index = known[1]
            return known[0]
        if self.token.kind != "name":
            self.fail("Expected a name behind the dot")
        start, end = self.token.start, self.take().end
        while self.token.kind == "name" and self.token.text not in KEYWORDS:
            end = self.take().end
        return one_spaced(self.text[start:end])

    def _filter_ahead(self) -> bool:
        """In `[1..10[` the last bracket closes the interval: nothing that could be a condition follows it."""
        token = self.ahead(1)
        if token.kind == "op":
            return token.text in ("(", "[", "{", "-", "@", "]")
        return token.kind != "end" and token.text not in _INFIX

    def _filter(self, source: Node) -> Node:
        self.need("[")
        self._in_filter += 1
        self._bound.append({"item"})
        condition = self.expression()
        self._bound.pop()
        self._in_filter -= 1
        self.need("]")
        return Filter(source, condition)

    def _call(self, callee: Node) -> Node:
        at = callee.at if isinstance(callee, Name) else self.token.start
        name = callee.name if isinstance(callee, Name) and not callee.bound else ""
        if name in TAKE_AN_ID and self.ahead(1).kind in ("name", "string") and self.ahead(2).text == ")":
            self.take()
            return self._call_with_id(callee, at)
        self.need("(")
        arguments: list[Node] = []
        names: list[str] = []
        while not self.at(")"):
            named = self._argument_name()
            if named is not None:
                names.append(named)
            self._tolerant += name in TOLERANT and not arguments
            try:
                arguments.append(self.expression())
            finally:
                self._tolerant -= name in TOLERANT and len(arguments) <= 1
            if not self.eat(","):
                break
        self.need(")")
        if names and len(names) != len(arguments):
            self.fail("Either every argument has a name or none has", at)
        return Call(callee, tuple(arguments), tuple(names) if names else None, at)

    def _call_with_id(self, callee: Node, at: int) -> Node:
        token = self.take()
        self.need(")")
        return Call(callee, (Literal(token.value or token.text),), None, at)

    def _argument_name(self) -> str | None:
        end = self._before(":", stops=(",", "(", ")", "[", "]", "{", "}", "=", "<", ">"))
        return self._free_name(end, ":") if end is not None else None
