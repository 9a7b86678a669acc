"""Texts of a model to expressions, kept in a bounded cache."""

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from engine.core.expressions import hints
from engine.core.expressions.dollar_compiler import DollarCompiler
from engine.core.expressions.dollar_lexer import pieces_of
from engine.core.expressions.dollar_parser import parse_dollar
from engine.core.expressions.expression import Expression, Language, Scope
from engine.core.feel.compiler import Compiler
from engine.core.feel.errors import ExpressionError
from engine.core.feel.parser import parse
from engine.core.feel.run import LIMITS
from engine.core.feel.scoped import Facts
from engine.core.feel.text import text_of
from engine.core.feel.values import Code, Env, Value


def compile_text(text: str, functions: Collection[str] | None = None, *, absent: str = "") -> Expression:
    """
    Read an attribute's text: `${...}` alone is its value, `${...}` within text is text,
    `= ...` is FEEL, anything else is itself.

    Args:
        functions: the functions the scope will offer; None leaves that to the evaluation.
        absent: how null reads within text; in due texts `null`.

    Raises:
        ExpressionError: the text does not hold; with position and a caret.
    """
    return _checked(_compiled_text(text, absent), functions)


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
    for name, at in expression.calls.items():
        if functions is not None and name not in functions:
            message = hints.unknown_function(name, functions, feel=expression.language == "feel")
            raise ExpressionError(message, expression.text, at)
    return expression


@lru_cache(maxsize=4096)
def _compiled_text(text: str, absent: str = "") -> Expression:
    if text.lstrip().startswith("="):
        return _feel(text, text.index("=") + 1)
    if "${" in text or "#{" in text:
        return _template(text, absent)
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
    calls: dict[str, int] = {}
    for facts, start in parts:
        for name, at in facts.names.items():
            positions.setdefault(name, at + start)
        for name, at in facts.functions.items():
            calls.setdefault(name, at + start)
    moved = [start for _, start in parts]
    whole = _shifted(code, text, moved[0]) if language == "feel" else code
    return Expression(text, language, whole, positions, calls)


def _template(text: str, absent: str) -> Expression:
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
        except RecursionError:
            raise ExpressionError("This is nested too deeply", text, start + shift) from None
        parts.append((facts, start + shift))
    code = codes[0] if len(codes) == 1 else _joined(codes, absent)
    return _expression(text, "dollar", code, parts)


def _constant(text: str) -> Code:
    return lambda env: text


def _joined(codes: list[Code], absent: str) -> Code:
    def join(env: Env) -> Value:
        texts = [absent if value is None else text_of(env.run, value) for value in (code(env) for code in codes)]
        env.run.sized(sum(map(len, texts)))
        return "".join(texts)

    return join
