"""What an expression is made of: literals, names, lists, contexts, functions, intervals, and constructs of words."""

from decimal import InvalidOperation, Overflow

from engine.core.feel.lexer import Token
from engine.core.feel.names import KEYWORDS, Names, one_spaced
from engine.core.feel.nodes import ContextOf, FunctionOf, ListOf, Literal, Node, OneSided, RangeOf, Type
from engine.core.feel.scoped import Scoped
from engine.core.feel.temporal_text import parse_temporal
from engine.core.feel.types import read_type
from engine.core.feel.values import NUMBERS

COMPARISONS = ("<=", ">=", "!=", "<", ">", "=")
_NOT_AN_INTERVAL = frozenset({"for", "some", "every", "if", "return", "satisfies", ","})


class Primaries(Scoped):
    """The tightest part of the grammar."""

    # Primaries

    def _primary(self) -> Node:
        token = self.token
        if token.kind == "number":
            return Literal(self._number(self.take()))
        if token.kind == "string":
            return Literal(self.take().value)
        if token.kind == "name":
            return self._named()
        if self.at("@"):
            return self._at_literal()
        if self.at("[", "(", "]") and self._interval_ahead():
            return self._interval()
        if self.at("["):
            return self._list()
        if self.at("("):
            return self._brackets()
        if self.at("{"):
            return self._context()
        return self.unexpected()

    def _number(self, token: Token) -> object:
        try:
            return NUMBERS.create_decimal(token.text)
        except (InvalidOperation, Overflow):
            self.fail("This number is too large", token.start)

    def _at_literal(self) -> Node:
        self.take()
        if self.token.kind != "string":
            self.fail('Expected a date, time or duration in quotes: @"2026-01-31"')
        token = self.take()
        value = parse_temporal(token.value)
        if value is None:
            self.fail("This is no date, time or duration", token.start)
        return Literal(value)

    def _named(self) -> Node:
        if self.at("function") and self.ahead(1).text == "(":
            return self._function()
        known = self._names.match(self.tokens, self.index)
        token = self.token
        if known is not None:
            self.index = known[1]
            return self._name(known[0], token.start)
        constants = {"true": True, "false": False, "null": None}
        if token.text in constants:
            self.take()
            return Literal(constants[token.text])
        if token.text in ("if", "for", "some", "every"):
            return self.expression()
        if token.text in KEYWORDS:
            self.unexpected()
        self.take()
        return self._name(token.text, token.start)

    def _list(self) -> Node:
        self.need("[")
        items: list[Node] = []
        while not self.at("]"):
            items.append(self.expression())
            if not self.eat(","):
                break
        self.need("]")
        return ListOf(tuple(items))

    def _brackets(self) -> Node:
        self.need("(")
        if self.token.kind == "op" and self.token.text in COMPARISONS:
            op = self.take().text
            node: Node = OneSided(op, self._sum())
        else:
            node = self.expression()
        self.need(")")
        return node

    def _context(self) -> Node:
        self.need("{")
        entries: list[tuple[str, Node]] = []
        self._names = Names((), self._names)
        self._bound.append(set())
        while not self.at("}"):
            key = self._key()
            entries.append((key, self.expression()))
            self._names.add(key)
            self.facts.keys.add(key)
            self._bound[-1].add(key)
            if not self.eat(","):
                break
        self.need("}")
        self._bound.pop()
        assert self._names.up is not None
        self._names = self._names.up
        return ContextOf(tuple(entries))

    def _key(self) -> str:
        if self.token.kind == "string":
            token = self.take()
            self.need(":")
            return token.value
        end = self._before(":", stops=("{", "}", "[", "]", "(", ")", ","))
        if end is None:
            self.fail("Expected a name and ':'")
        return self._free_name(end, ":")

    def _function(self) -> Node:
        self.take()
        self.need("(")
        parameters: list[str] = []
        types: list[Type | None] = []
        while not self.at(")"):
            parameters.append(self._parameter())
            types.append(read_type(self) if self.eat(":") else None)
            if not self.eat(","):
                break
        self.need(")")
        if self.at("external"):
            self.fail("External functions (Java, PMML) are not run here")
        body = self._within(parameters, self.expression)
        return FunctionOf(tuple(parameters), tuple(types), body)

    def _parameter(self) -> str:
        if self.token.kind != "name":
            self.fail("Expected the name of a parameter")
        start, end = self.token.start, self.take().end
        while not self.at(":", ",", ")") and self.token.kind != "end":
            end = self.take().end
        return one_spaced(self.text[start:end])

    # Intervals

    def _interval_ahead(self) -> bool:
        """Is there a `..` before the bracket in front closes?"""
        depth = 0
        for token in self.tokens[self.index + 1 :]:
            if token.kind == "string":
                continue
            if depth == 0 and token.text == "..":
                return True
            if depth == 0 and token.text in _NOT_AN_INTERVAL:
                return False
            depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
            if depth < 0:
                return False
        return False

    def _interval(self) -> Node:
        opening = self.take().text
        self.deeper()
        low = self._sum()
        self.need("..")
        high = self._sum()
        self.shallower()
        if not self.at("]", ")", "["):
            self.fail("Expected ']' or ')' at the end of the interval")
        closing = self.take().text
        return RangeOf(low, high, opening == "[", closing == "]")
