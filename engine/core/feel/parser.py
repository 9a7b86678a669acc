"""
FEEL to a syntax tree (the grammar of DMN 1.3, section 10.3.1.2).

A recursive descent over tokens. Whether `[` or `(` opens an interval is seen
by looking ahead for its `..`; nothing is guessed twice.
"""

from collections.abc import Iterable

from engine.core.feel.builtins import BUILTINS
from engine.core.feel.constructs import Constructs
from engine.core.feel.depth import check_depth
from engine.core.feel.names import KEYWORDS, one_spaced
from engine.core.feel.nodes import (
    Between,
    Binary,
    Call,
    Filter,
    In,
    InstanceOf,
    Literal,
    Name,
    Node,
    Path,
    Prefix,
    Test,
    Tests,
)
from engine.core.feel.primaries import COMPARISONS, Primaries
from engine.core.feel.run import LIMITS, Limits
from engine.core.feel.scoped import Facts
from engine.core.feel.types import read_type

#: Functions whose argument is the id of a task, written as a bare name.
TAKE_AN_ID = frozenset({"done_at", "actor", "round"})
#: Functions whose first argument may be unknown.
TOLERANT = frozenset({"is defined", "get or else"})
_INFIX = frozenset(["and", "or", "between", "in", "instance", "then", "else", "return", "satisfies"])


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


class Parser(Primaries, Constructs):
    """One text being read: tests, operators and postfixes."""

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

    # Postfixes

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


def _balanced(op: str, terms: list[Node], at: int) -> Node:
    """Many terms of one operator as a tree that is not deep; they are still asked from left to right."""
    if len(terms) == 1:
        return terms[0]
    half = len(terms) // 2
    return Binary(op, _balanced(op, terms[:half], at), _balanced(op, terms[half:], at), at)
