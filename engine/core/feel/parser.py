"""
FEEL to a syntax tree (the grammar of DMN 1.3, section 10.3.1.2).

A recursive descent over tokens. Whether `[` or `(` opens an interval is seen
by looking ahead for its `..`; nothing is guessed twice.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import InvalidOperation, Overflow

from engine.core.feel.builtins import BUILTINS, MANY_WORDS
from engine.core.feel.cursor import Cursor
from engine.core.feel.errors import ExpressionError
from engine.core.feel.lexer import Token, tokens_of
from engine.core.feel.names import KEYWORDS, Names, one_spaced
from engine.core.feel.nodes import (
    Between,
    Binary,
    Call,
    ContextOf,
    Filter,
    For,
    FunctionOf,
    If,
    In,
    InstanceOf,
    Iterator,
    ListOf,
    Literal,
    Name,
    Node,
    OneSided,
    Path,
    Prefix,
    Quantified,
    RangeOf,
    Test,
    Tests,
    Type,
)
from engine.core.feel.run import LIMITS, Limits
from engine.core.feel.temporal_text import parse_temporal
from engine.core.feel.types import read_type
from engine.core.feel.values import NUMBERS

COMPARISONS = ("<=", ">=", "!=", "<", ">", "=")
#: Functions whose argument is the id of a task, written as a bare name.
TAKE_AN_ID = frozenset({"done_at", "actor", "round"})
#: Functions whose first argument may be unknown.
TOLERANT = frozenset({"is defined", "get or else"})
_BUILTIN_NAMES = Names([*MANY_WORDS, "time offset", "start included", "end included"])
_INFIX = frozenset(["and", "or", "between", "in", "instance", "then", "else", "return", "satisfies"])
_NOT_AN_INTERVAL = frozenset({"for", "some", "every", "if", "return", "satisfies", ","})


@dataclass
class Facts:
    """What a text reads: free variables and functions of others, each with its first position."""

    names: dict[str, int] = field(default_factory=dict)
    optional: dict[str, int] = field(default_factory=dict)
    functions: dict[str, int] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)


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
    return node, parser.facts


def parse_tests(text: str, names: Iterable[str] = (), limits: Limits = LIMITS) -> tuple[Tests, Facts]:
    """Read a cell of a decision table: unary tests (DMN 1.3, section 10.3.1.2, rules 12 to 15)."""
    parser = Parser(text, names, limits)
    parser.functions_in_contexts = True
    node = parser.unary_tests()
    parser.done()
    return node, parser.facts


class Parser(Cursor):
    """One text being read."""

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
        left = self._and()
        while self.at("or"):
            at = self.take().start
            left = Binary("or", left, self._and(), at)
        return left

    def _and(self) -> Node:
        left = self._comparison()
        while self.at("and"):
            at = self.take().start
            left = Binary("and", left, self._comparison(), at)
        return left

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
        name = one_spaced(self.text[self.token.start : self.tokens[end - 1].end])
        self.index = end
        self.need(sign)
        return name

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

    def _name(self, name: str, at: int) -> Node:
        bound = any(name in names for names in self._bound)
        if name == "?":
            self._asked = True
        elif not bound and self.at("("):
            if name not in BUILTINS:
                self.facts.functions.setdefault(name, at)
        elif not bound and name not in BUILTINS and not self._in_filter:
            (self.facts.optional if self._tolerant else self.facts.names).setdefault(name, at)
        return Name(name, at, bound)

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
            start = self.token.start
            while not self.at(":", ",", ")") and self.token.kind != "end":
                end = self.take().end
            parameters.append(one_spaced(self.text[start:end]))
            types.append(read_type(self) if self.eat(":") else None)
            if not self.eat(","):
                break
        self.need(")")
        if self.at("external"):
            self.fail("External functions (Java, PMML) are not run here")
        body = self._within(parameters, self.expression)
        return FunctionOf(tuple(parameters), tuple(types), body)

    def _within(self, names: list[str], read: Callable[[], Node]) -> Node:
        self._names = Names(names, self._names)
        self._bound.append(set(names))
        node = read()
        self._bound.pop()
        assert self._names.up is not None
        self._names = self._names.up
        return node

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


def _tokens(text: str) -> list[Token]:
    try:
        return tokens_of(text)
    except ExpressionError as error:
        raise error.at(text) from None
