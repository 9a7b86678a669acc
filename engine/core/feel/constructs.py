"""Constructs that begin with a word: if, for, some and every."""

from engine.core.feel.names import Names
from engine.core.feel.nodes import For, If, Iterator, Node, Quantified
from engine.core.feel.scoped import Scoped


class Constructs(Scoped):
    """if, for, some, every."""

    # Constructs with words

    def _if(self) -> Node:
        at = self.need("if").start
        condition = self.expression()
        self.need("then")
        then = self.expression()
        self.need("else")
        return If(condition, then, self.expression(), at)

    def _iterators(self) -> tuple[Iterator, ...]:
        """`a in b, c in d`; each name is known from the next one on. The caller forgets them again."""
        found: list[Iterator] = []
        while True:
            end = self._before("in")
            if end is None:
                self.fail("Expected a name and 'in'")
            name = self._free_name(end, "in")
            source = self.expression()
            to = self.expression() if self.eat("..") else None
            found.append(Iterator(name, source, to))
            self._names = Names([name], self._names)
            self._bound.append({name})
            if not self.eat(","):
                return tuple(found)

    def _for(self) -> Node:
        self.need("for")
        names, depth, start = self._names, len(self._bound), self.index
        iterators = self._iterators()
        self.need("return")
        self._bound.append({"partial"})
        body = self.expression()
        self._names = names
        del self._bound[depth:]
        partial = any(token.text == "partial" for token in self.tokens[start : self.index])
        return For(iterators, body, partial)

    def _quantified(self) -> Node:
        some = self.take().text == "some"
        names, depth = self._names, len(self._bound)
        iterators = self._iterators()
        self.need("satisfies")
        condition = self.expression()
        self._names = names
        del self._bound[depth:]
        return Quantified(some, iterators, condition)
