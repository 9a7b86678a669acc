"""Texts of a model to expressions, kept in a bounded cache."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any, Literal

from engine.core.expressions import hints
from engine.core.expressions.dollar_compiler import DollarCompiler
from engine.core.expressions.dollar_lexer import pieces_of
from engine.core.expressions.dollar_parser import parse_dollar
from engine.core.feel.border import Lazy, plain_of
from engine.core.feel.compiler import Compiler
from engine.core.feel.errors import EvaluationError, ExpressionError, UnknownVariable, nearest
from engine.core.feel.parser import parse
from engine.core.feel.run import LIMITS, Run
from engine.core.feel.scoped import Facts
from engine.core.feel.text import text_of
from engine.core.feel.values import Code, Env, Value, kind

Language = Literal["text", "dollar", "feel"]


@dataclass(frozen=True, slots=True)
class Scope:
    """
    What an expression may see.

    Args:
        variables: plain JSON values by name.
        functions: called with plain JSON values; answers are plain JSON or moments.
        now: an aware datetime, what now() says.
        zone: where today() is a date, and where a text without an offset is a moment.
        strict: unknown names and entries are errors; forms alone are not strict, for a browser takes them as null.
    """

    variables: Mapping[str, Any]
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    now: datetime = field(kw_only=True)
    zone: tzinfo = field(kw_only=True)
    strict: bool = field(default=True, kw_only=True)


@dataclass(frozen=True, slots=True)
class Expression:
    """
    A compiled text. Safe to share between threads; it keeps no state.

    `names` are the free variables that must exist, with positions in `text`;
    names inside of a filter may be entries of the items and are left out.
    `functions` are those that the scope must offer.
    """

    text: str
    language: Language
    code: Code = field(repr=False, compare=False)
    positions: Mapping[str, int] = field(compare=False, hash=False)
    functions: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """The free variables."""
        return frozenset(self.positions)

    def evaluate(self, scope: Scope) -> Any:
        """
        The value, as plain JSON.

        Raises:
            UnknownVariable: nothing in the scope has this name.
            EvaluationError: there is no answer, or it would cost too much.
        """
        return self._within(scope, plain_of)

    def decide(self, scope: Scope) -> bool:
        """
        True or false, for a condition.

        Raises:
            UnknownVariable: nothing in the scope has this name.
            EvaluationError: the answer is neither; the message says why it is null.
        """
        return bool(self._within(scope, _truth))

    def unknown(self, known: Collection[str]) -> list[UnknownVariable]:
        """The free variables that are not among the known ones, each with its place and a suggestion."""
        found = []
        for name, at in sorted(self.positions.items(), key=lambda pair: pair[1]):
            if name not in known:
                error = UnknownVariable(name, nearest(name, known), at)
                error.at(self.text)
                found.append(error)
        return found

    def _within(self, scope: Scope, finish: Callable[[Run, Value], Any]) -> Any:
        run = Run(functions=scope.functions, now=scope.now, zone=scope.zone, strict=scope.strict)
        try:
            return finish(run, self.code(Env(Lazy(scope.variables, run), None, run)))
        except ExpressionError as error:
            raise error.at(self.text) from None
        except RecursionError:
            raise EvaluationError("This is nested too deeply", self.text) from None


def _truth(run: Run, value: Value) -> bool:
    if isinstance(value, bool):
        return value
    why = f" ({'; '.join(run.warnings[:3])})" if run.warnings else ""
    found = "null" if value is None else f"a {kind(value)}"
    raise EvaluationError(f"A condition must be true or false, but this is {found}{why}")


def compile_text(text: str, functions: Collection[str] | None = None) -> Expression:
    """
    Read an attribute's text: `${...}` alone is its value, `${...}` within text is text,
    `= ...` is FEEL, anything else is itself.

    Args:
        functions: the functions the scope will offer; None leaves that to the evaluation.

    Raises:
        ExpressionError: the text does not hold; with position and a caret.
    """
    return _checked(_compiled_text(text), functions)


def compile_condition(text: str, language: str | None = None, functions: Collection[str] | None = None) -> Expression:
    """
    Read a condition, a script or a completion condition: `${...}`, or FEEL when `language` is `feel`
    or the text begins with `=`.

    Raises:
        ExpressionError: the text does not hold, is no expression, or another language is asked for.
    """
    return _checked(_compiled_condition(text, language), functions)


def run_script(text: str, scope: Scope) -> Any:
    """
    Run a FEEL script: a context gives a dict, whose entries are to become variables, anything else its value.

    Raises:
        ExpressionError: the script does not hold, or has no answer.
    """
    return compile_condition(text, "feel").evaluate(scope)


def _checked(expression: Expression, functions: Collection[str] | None) -> Expression:
    """Complain about functions nobody offers."""
    for name in sorted(expression.functions) if functions is not None else ():
        if name not in functions:  # type: ignore[operator]
            message = hints.unknown_function(name, functions or (), feel=expression.language == "feel")
            raise ExpressionError(message, expression.text, max(expression.text.find(name + "("), 0))
    return expression


@lru_cache(maxsize=4096)
def _compiled_text(text: str) -> Expression:
    if text.lstrip().startswith("="):
        return _feel(text, text.index("=") + 1)
    if "${" in text or "#{" in text:
        return _template(text)
    return Expression(text, "text", lambda env: text, {})


@lru_cache(maxsize=4096)
def _compiled_condition(text: str, language: str | None) -> Expression:
    spoken = (language or "").strip().lower()
    if spoken == "feel" or "/feel" in spoken:
        return _feel(text, text.index("=") + 1 if text.lstrip().startswith("=") else 0)
    if spoken not in ("", "juel"):
        raise ExpressionError(f"The language '{language}' is not run here. {hints.REFUSED_LANGUAGES}", text)
    expression = _compiled_text(text)
    if expression.language == "text":
        raise ExpressionError(f"This is plain text, not a condition. {hints.REFUSED_LANGUAGES}", text, 0)
    return expression


def _feel(text: str, start: int) -> Expression:
    try:
        node, facts = parse(text[start:])
        return _expression(text, "feel", Compiler().code(node), [(facts, start)])
    except ExpressionError as error:
        raise _moved(error, text, start) from None
    except RecursionError:
        raise ExpressionError("This is nested too deeply", text, 0) from None


def _moved(error: ExpressionError, text: str, start: int) -> ExpressionError:
    """The same error with its place in the whole text."""
    error.text = text
    error.position = None if error.position is None else error.position + start
    return error


def _shifted(code: Code, text: str, start: int) -> Code:
    """The code of a part of a text, whose errors name the place in the whole."""

    def run(env: Env) -> Value:
        try:
            return code(env)
        except ExpressionError as error:
            raise error.at(text, start) from None

    return run if start else code


def _expression(text: str, language: Language, code: Code, parts: Iterable[tuple[Facts, int]]) -> Expression:
    positions: dict[str, int] = {}
    functions: set[str] = set()
    for facts, start in parts:
        for name, at in facts.names.items():
            positions.setdefault(name, at + start)
        functions.update(facts.functions)
    moved = [start for _, start in parts]
    whole = _shifted(code, text, moved[0]) if language == "feel" else code
    return Expression(text, language, whole, positions, frozenset(functions))


def _template(text: str) -> Expression:
    if len(text) > LIMITS.text:
        raise ExpressionError(f"A text may have at most {LIMITS.text} characters", text[:200], 0)
    stripped = text.strip()
    pieces = pieces_of(text if len(pieces_of(stripped)) > 1 else stripped)
    shift = 0 if len(pieces) > 1 else len(text) - len(text.lstrip())
    codes: list[Code] = []
    parts: list[tuple[Facts, int]] = []
    for piece, start, is_expression in pieces:
        if not is_expression:
            codes.append(_constant(piece))
            continue
        try:
            node, facts = parse_dollar(piece)
            codes.append(_shifted(DollarCompiler().code(node), text, start + shift))
        except ExpressionError as error:
            raise _moved(error, text, start + shift) from None
        parts.append((facts, start + shift))
    code = codes[0] if len(codes) == 1 else _joined(codes)
    return _expression(text, "dollar", code, parts)


def _constant(text: str) -> Code:
    return lambda env: text


def _joined(codes: list[Code]) -> Code:
    def join(env: Env) -> Value:
        texts = ["" if value is None else text_of(env.run, value) for value in (code(env) for code in codes)]
        env.run.sized(sum(map(len, texts)))
        return "".join(texts)

    return join
