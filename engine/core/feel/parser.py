"""
FEEL to a syntax tree (the grammar of DMN 1.3, section 10.3.1.2).

A recursive descent over tokens. Whether `[` or `(` opens an interval is seen
by looking ahead for its `..`; nothing is guessed twice.
"""

from collections.abc import Iterable

from engine.core.feel.constructs import Constructs
from engine.core.feel.depth import check_depth
from engine.core.feel.nodes import (
    Between,
    Binary,
    In,
    InstanceOf,
    Node,
    Prefix,
    Test,
    Tests,
)
from engine.core.feel.postfixes import Postfixes
from engine.core.feel.primaries import COMPARISONS
from engine.core.feel.run import LIMITS, Limits
from engine.core.feel.scoped import Facts
from engine.core.feel.types import read_type


def parse(
    text: str, names: Iterable[str] = (), limits: Limits = LIMITS, *, functions_in_contexts: bool = False
) -> tuple[Node, Facts]:
    """
    Read one expression.

    Args:
        names: known names of several words, such as `Loan amount`.
        functions_in_contexts: may a variable hold a function, as models of decisions do? Else `a.b(...)`
            can only be somebody's habit from another language, and is refused with a hint.

    Raises:
        ExpressionError: the text is no FEEL; its position is the place.
    """
    parser = Parser(text, names, limits)
    parser.functions_in_contexts = functions_in_contexts
    node = parser.expression()
    parser.done()
    check_depth(node, text)
    return node, parser.facts


def parse_tests(text: str, names: Iterable[str] = (), limits: Limits = LIMITS) -> tuple[Tests, Facts]:
    """Read a cell of a decision table: unary tests (DMN 1.3, section 10.3.1.2, rules 12 to 15)."""
    parser = Parser(text, names, limits)
    parser.functions_in_contexts = True
    node = parser.unary_tests()
    parser.done()
    check_depth(node, text)
    return node, parser.facts


class Parser(Postfixes, Constructs):
    """One text being read: tests and operators."""

    # Entry points

    def expression(self) -> Node:
        """Anything that has a value."""
        self.deeper()
        if self.at("if"):
            node = self._if()
        elif self.at("for"):
            node = self._for()
        elif self.at("some", "every") and self.ahead(1).kind == "name":
            node = self._quantified()
        else:
            node = self._or()
        self.shallower()
        return node

    def unary_tests(self) -> Tests:
        """`-`, `not(...)` or tests with commas between them."""
        if self.token.text == "-" and self.ahead(1).kind == "end":
            self.take()
            return Tests(())
        if self.at("not") and self.ahead(1).text == "(" and self._closes_at_end(1):
            self.index += 2
            tests = self._tests()
            self.need(")")
            return Tests(tests, negated=True)
        return Tests(self._tests())

    def _closes_at_end(self, steps: int) -> bool:
        """Does the bracket so many tokens ahead close with the very last token?"""
        depth = 0
        for n in range(self.index + steps, len(self.tokens)):
            depth += (self.tokens[n].text in ("(", "[", "{")) - (self.tokens[n].text in (")", "]", "}"))
            if depth == 0:
                return self.tokens[n + 1].kind == "end"
        return False

    # Operators, from the loosest to the tightest

    def _or(self) -> Node:
        terms, at = [self._and()], self.token.start
        while self.eat("or"):
            terms.append(self._and())
        return _balanced("or", terms, at)

    def _and(self) -> Node:
        terms, at = [self._comparison()], self.token.start
        while self.eat("and"):
            terms.append(self._comparison())
        return _balanced("and", terms, at)

    def _comparison(self) -> Node:
        left = self._sum()
        while True:
            if self.token.kind == "op" and self.token.text in COMPARISONS:
                left = self._compared(left)
            elif self.eat("between"):
                low = self._sum()
                self.need("and")
                left = Between(left, low, self._sum())
            elif self.eat("in"):
                left = In(left, self._in_tests())
            elif self.at("instance") and self.ahead(1).text == "of":
                self.index += 2
                left = InstanceOf(left, read_type(self))
            else:
                return left

    def _compared(self, left: Node) -> Node:
        op = self.take()
        if self.token.text in ("=", "=="):
            self.fail("FEEL compares with a single '='", op.start)
        return Binary(op.text, left, self._sum(), op.start)

    def _sum(self) -> Node:
        left = self._product()
        while self.at("+", "-"):
            op = self.take()
            left = Binary(op.text, left, self._product(), op.start)
        return left

    def _product(self) -> Node:
        left = self._power()
        while self.at("*", "/"):
            op = self.take()
            left = Binary(op.text, left, self._power(), op.start)
        return left

    def _power(self) -> Node:
        left = self._negation()
        while self.at("**"):
            op = self.take()
            left = Binary("**", left, self._negation(), op.start)
        return left

    def _negation(self) -> Node:
        if not self.at("-"):
            return self._postfix()
        at = self.take().start
        self.deeper()
        node = Prefix("-", self._negation(), at)
        self.shallower()
        return node

    # Tests

    def _in_tests(self) -> tuple[Test, ...]:
        if self.at("(") and not self._interval_ahead():
            self.take()
            tests = self._tests()
            self.need(")")
            return tests
        return (self._test(loose=False),)

    def _tests(self) -> tuple[Test, ...]:
        tests = [self._test()]
        while self.eat(","):
            tests.append(self._test())
        return tuple(tests)

    def _test(self, *, loose: bool = True) -> Test:
        """One test. Behind a bare `in` it ends before `and` and `or`."""
        if self.token.kind == "op" and self.token.text in COMPARISONS:
            op = self.take().text
            return Test(op, self._sum())
        before, self._asked = self._asked, False
        value = self.expression() if loose else self._sum()
        asks, self._asked = self._asked, before or self._asked
        return Test(None, value, asks)


def _balanced(op: str, terms: list[Node], at: int) -> Node:
    """Many terms of one operator as a tree that is not deep; they are still asked from left to right."""
    if len(terms) == 1:
        return terms[0]
    half = len(terms) // 2
    return Binary(op, _balanced(op, terms[:half], at), _balanced(op, terms[half:], at), at)
