"""
The `${...}` language, the part of Camunda 7's that calls no code, to the same syntax tree as FEEL.

Variables, `a.b`, `a['b']`, `a[0]`, literals, comparison, `&& || !` and their
words, `empty`, arithmetic, `?:`; functions; `plusDays(n)` and its kin on
moments; and, read only, `execution.processBusinessKey` and
`execution.getVariable('x')`.
"""

from decimal import InvalidOperation, Overflow

from engine.core.expressions.dollar_lexer import tokens_of
from engine.core.feel.cursor import Cursor
from engine.core.feel.depth import check_depth
from engine.core.feel.nodes import Binary, Call, If, Index, Literal, Method, Name, Node, Path, Prefix
from engine.core.feel.postfixes import TAKE_AN_ID
from engine.core.feel.run import LIMITS
from engine.core.feel.scoped import Facts
from engine.core.feel.values import NUMBERS

_LEVELS = (("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"))
_UNITS = ("Years", "Months", "Weeks", "Days", "Hours", "Minutes", "Seconds", "Millis")
#: Methods of moments, as Joda names them.
METHODS = frozenset({f"{way}{unit}" for way in ("plus", "minus") for unit in _UNITS} | {"toDate", "toString"})
_OF_EXECUTION = (
    "Of 'execution' only processBusinessKey, getVariable('name') and hasVariable('name') are available; "
    "variables are set by results and mappings"
)
_CONSTANTS = {"true": True, "false": False, "null": None}
#: Functions that need nobody's help.
FUNCTIONS = frozenset({"now", "dateTime", "today"})


def parse_dollar(text: str) -> tuple[Node, Facts]:
    """
    Read what stands between `${` and `}`.

    Raises:
        ExpressionError: the text does not hold; its position is the place.
    """
    parser = _Parser(text)
    node = parser.choice()
    parser.done()
    check_depth(node, text)
    return node, parser.facts


class _Parser(Cursor):
    def __init__(self, text: str) -> None:
        super().__init__(text, tokens_of(text), LIMITS)
        self.facts = Facts()

    def choice(self) -> Node:
        """`condition ? a : b`, or anything tighter."""
        self.deeper()
        node = self._level(0)
        if self.at("?"):
            at = self.take().start
            then = self.choice()
            self.need(":")
            node = If(node, then, self.choice(), at)
        self._refuse_foreign()
        self.shallower()
        return node

    def _refuse_foreign(self) -> None:
        token = self.token
        if token.text in ("===", "!=="):
            self.fail(f"Write '{token.text[:2]}' instead of '{token.text}'", token.start)
        if token.text == "=":
            self.fail("Write '==' to compare; nothing can be assigned here", token.start)

    def _level(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._prefixed()
        left = self._level(level + 1)
        while self.token.kind == "op" and self.token.text in _LEVELS[level]:
            op = self.take()
            left = Binary(op.text, left, self._level(level + 1), op.start)
        return left

    def _prefixed(self) -> Node:
        if not self.at("!", "-", "empty"):
            return self._postfixed(self._primary())
        op = self.take()
        self.deeper()
        node = Prefix(op.text, self._prefixed(), op.start)
        self.shallower()
        return node

    def _postfixed(self, node: Node) -> Node:
        while True:
            if self.eat("."):
                node = self._member(node)
            elif self.at("["):
                at = self.take().start
                node = Index(node, self.choice(), at)
                self.need("]")
            else:
                return node

    def _member(self, source: Node) -> Node:
        if self.token.kind != "name":
            self.fail("Expected a name behind the dot")
        name = self.take()
        if not self.at("("):
            return Path(source, name.text, name.start)
        if name.text not in METHODS:
            self.fail(f"Methods are not available here: .{name.text}()", name.start)
        return Method(source, name.text, self._arguments(), name.start)

    def _arguments(self) -> tuple[Node, ...]:
        self.need("(")
        found: list[Node] = []
        while not self.at(")"):
            found.append(self.choice())
            if not self.eat(","):
                break
        self.need(")")
        return tuple(found)

    def _primary(self) -> Node:
        token = self.token
        if token.kind == "number":
            return Literal(self._number())
        if token.kind == "string":
            return Literal(self.take().value)
        if token.kind == "name":
            return self._named()
        if self.eat("("):
            node = self.choice()
            self.need(")")
            return node
        self._refuse_foreign()
        return self.unexpected()

    def _number(self) -> object:
        token = self.take()
        try:
            return NUMBERS.create_decimal(token.text)
        except (InvalidOperation, Overflow):
            self.fail("This number is too large", token.start)

    def _named(self) -> Node:
        token = self.take()
        if token.text in _CONSTANTS:
            return Literal(_CONSTANTS[token.text])
        if token.text == "execution" and self.at("."):
            return self._execution()
        if token.text == "new":
            self.fail("Objects cannot be made here: 'new'", token.start)
        if self.at("("):
            return self._function(token.text, token.start)
        return self._variable(token.text, token.start)

    def _variable(self, name: str, at: int) -> Name:
        self.facts.names.setdefault(name, at)
        return Name(name, at)

    def _function(self, name: str, at: int) -> Node:
        if name not in FUNCTIONS:
            self.facts.functions.setdefault(name, at)
        if name in TAKE_AN_ID and self.ahead(1).kind == "name" and self.ahead(2).text == ")":
            self.take()
            id_ = self.take().text
            self.need(")")
            return Call(Name(name, at), (Literal(id_),), None, at)
        return Call(Name(name, at), self._arguments(), None, at)

    def _execution(self) -> Node:
        self.need(".")
        token = self.take()
        if token.text == "hasVariable":
            return self._has_variable(token.start)
        if token.text in ("processBusinessKey", "businessKey") and not self.at("("):
            return Path(self._variable("case", token.start), "business_key", token.start)
        if token.text == "getVariable" and self.ahead(1).kind == "string" and self.ahead(2).text == ")":
            self.need("(")
            name = self.take()
            self.need(")")
            return self._variable(name.value, name.start)
        return self.fail(_OF_EXECUTION, token.start)

    def _has_variable(self, at: int) -> Node:
        arguments = self._arguments()
        name = arguments[0] if len(arguments) == 1 else None
        if not isinstance(name, Literal) or not isinstance(name.value, str):
            self.fail("hasVariable() takes one name in quotes", at)
        self.facts.optional.setdefault(name.value, at)
        return Call(Name("is defined", at), (Name(name.value, at),), None, at)
