"""
What is read while a model is compiled: texts to closures, and every complaint about them.

A text that does not hold becomes a problem at once, and an error when it is
run after all.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal as OneOf
from typing import TypeVar

from engine.core.dmn.elements import local, name_of
from engine.core.dmn.types import Types
from engine.core.feel.compiler import Compiler
from engine.core.feel.errors import ExpressionError
from engine.core.feel.nodes import Node, Tests
from engine.core.feel.parser import parse, parse_tests
from engine.core.feel.scoped import Facts
from engine.core.feel.values import Code, Env, Value
from engine.core.problem import Problem
from engine.core.safe_xml import Document, Element

_OURS = ("", "feel")
_N = TypeVar("_N", bound=Node)
_REMEDY = "Correct the expression; it is FEEL."


@dataclass(frozen=True)
class Use:
    """A text that reads a name which nothing within the text declares."""

    name: str
    element: Element
    text: str
    position: int
    function: bool = False


@dataclass
class Reader:
    """One file being compiled. `names` are all names of several words that the file knows."""

    document: Document
    names: frozenset[str]
    language: str | None
    types: Types = field(default_factory=lambda: Types({}))
    problems: list[Problem] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)

    def complain(
        self,
        element: Element,
        code: str,
        message: str,
        remedy: str,
        severity: OneOf["error", "warning"] = "error",
    ) -> None:
        """Note a problem with an element."""
        line, column = self.document.place(element)
        named = next((e for e in (element, *element.iterancestors()) if e.get("id")), element)
        titled = next((name_of(e) for e in (element, *element.iterancestors()) if name_of(e)), None)
        self.problems.append(
            Problem(
                code=code,
                severity=severity,
                file=self.document.file,
                message=message,
                remedy=remedy,
                line=line,
                column=column,
                element=named.get("id"),
                name=titled,
            )
        )

    def expression(self, text: str | None, element: Element, scope: Iterable[str] = ()) -> Code:
        """The closure of an expression; an empty text is null."""
        if text is None or not text.strip():
            return _null
        node = self._parsed(text, element, scope, _parse)
        return _broken(node) if isinstance(node, ExpressionError) else _placed(Compiler().code(node), text)

    def node(self, text: str, element: Element) -> Node | None:
        """The syntax of an expression without a complaint; None where it does not hold."""
        try:
            return parse(text, self.names)[0]
        except ExpressionError:
            return None

    def tests(self, text: str | None, element: Element, scope: Iterable[str] = ()) -> tuple[Code, Tests | None]:
        """The closure of a cell, which asks the value named `?`, and its syntax; an empty cell matches all."""
        if text is None or not text.strip():
            return _true, Tests(())
        node = self._parsed(text, element, scope, parse_tests)
        if isinstance(node, ExpressionError):
            return _broken(node), None
        return _placed(Compiler().code(node), text), node

    def speaks(self, element: Element) -> bool:
        """Is the element's expression language ours? If not, that is a problem."""
        language = element.get("expressionLanguage") or self.language
        if language is None or language.strip().lower() in _OURS or "/feel" in language.lower():
            return True
        self.complain(
            element,
            "dmn-language",
            f"The language '{language}' is not run here.",
            "Write the expression in FEEL and choose FEEL as its language in the modeler.",
        )
        return False

    def _parsed(
        self, text: str, element: Element, scope: Iterable[str], read: Callable[..., tuple[_N, Facts]]
    ) -> _N | ExpressionError:
        if not self.speaks(element):
            return ExpressionError("This is written in a language that is not run here", text)
        bound = set(scope)
        try:
            node, facts = read(text, self.names | bound)
        except ExpressionError as error:
            message = f"{error.message}\n{error.caret}" if error.caret else error.message
            self.complain(element, "dmn-expression", f"In {_where(element)}: {message}", _remedy(text))
            return error
        except RecursionError:
            self.complain(element, "dmn-expression", f"In {_where(element)}: this is nested too deeply", _REMEDY)
            return ExpressionError("This is nested too deeply", text)
        for function, found in ((False, facts.names), (True, facts.functions)):
            self.uses += [Use(name, element, text, at, function) for name, at in found.items() if name not in bound]
        return node


def _parse(text: str, names: Iterable[str]) -> tuple[Node, Facts]:
    return parse(text, names, functions_in_contexts=True)


def _where(element: Element) -> str:
    titles = {"inputEntry": "an input cell", "outputEntry": "an output cell", "inputExpression": "an input"}
    return titles.get(local(element), "an expression")


def _remedy(text: str) -> str:
    if "${" in text:
        return "Decisions are written in FEEL: write the expression without '${' and '}'."
    if text.strip().isidentifier():
        return _REMEDY
    return f"{_REMEDY} A text stands in double quotes."


def _placed(code: Code, text: str) -> Code:
    def run(env: Env) -> Value:
        try:
            return code(env)
        except ExpressionError as error:
            raise error.at(text) from None

    return run


def _broken(error: ExpressionError) -> Code:
    message, text, position = error.message, error.text, error.position

    def run(env: Env) -> Value:
        if env.run.strict:
            raise ExpressionError(message, text, position)
        return env.run.warn(message)

    return run


def _null(env: Env) -> Value:
    return None


def _true(env: Env) -> Value:
    return True
