"""A compiled expression, and what it may see when it is evaluated."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Literal

from engine.core.feel.border import Lazy, plain_of
from engine.core.feel.errors import EvaluationError, ExpressionError, UnknownVariable, nearest
from engine.core.feel.run import Run
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

    `positions` are the free variables that must exist, each with its first place in
    `text`; names inside of a filter may be entries of the items and are left out.
    `calls` are the functions that the scope must offer.
    """

    text: str
    language: Language
    code: Code = field(repr=False, compare=False)
    positions: Mapping[str, int] = field(compare=False, hash=False)
    calls: Mapping[str, int] = field(default_factory=dict, compare=False, hash=False)

    @property
    def functions(self) -> frozenset[str]:
        """The functions that the scope must offer."""
        return frozenset(self.calls)

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
