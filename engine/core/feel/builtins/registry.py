"""
How a built-in function is declared and called.

    @builtin("substring", "string:string", "start position:number", "length?:number")

Each parameter is `name:type`, a `?` behind an optional name, `|` between types.
Several declarations of one name are tried in order. A list of one stands for
its item and an item for a list of one, as DMN 1.3, section 10.3.2.9.4 says.
Arguments that fit nothing give null and a warning.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import DecimalException
from typing import Any

from engine.core.feel.run import Run
from engine.core.feel.temporals import Date, at_midnight
from engine.core.feel.values import DURATIONS, KINDS, Value, kind

Body = Callable[..., Value]
_MISSING: Any = object()
_UNFIT: Any = object()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a built-in; `types` are FEEL's, `any` takes null as well."""

    name: str
    types: frozenset[str]
    optional: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a built-in. `many` names the parameter that takes any number of arguments."""

    parameters: tuple[Parameter, ...]
    body: Body
    many: str | None = None


@dataclass(slots=True)
class Builtin:
    """A built-in function with its signatures."""

    name: str
    signatures: list[Signature] = field(default_factory=list)


BUILTINS: dict[str, Builtin] = {}
KINDS[Builtin] = "function"


def builtin(name: str, *parameters: str) -> Callable[[Body], Body]:
    """Declare a way to call `name`."""
    read = tuple(_parameter(text) for text in parameters)

    def declare(body: Body) -> Body:
        BUILTINS.setdefault(name, Builtin(name)).signatures.append(Signature(read, body))
        return body

    return declare


def variadic(name: str, parameter: str = "list") -> Callable[[Body], Body]:
    """Declare a function of any number of arguments; the body gets them as one list."""

    def declare(body: Body) -> Body:
        BUILTINS.setdefault(name, Builtin(name)).signatures.append(Signature((), body, parameter))
        return body

    return declare


def _parameter(text: str) -> Parameter:
    name, types = text.split(":")
    return Parameter(name.rstrip("?"), frozenset(types.split("|")), name.endswith("?"))


def call_builtin(run: Run, found: Builtin, arguments: Sequence[Value], named: Mapping[str, Value] | None) -> Value:
    """Call the first signature that fits; null and a warning when none does."""
    for signature in found.signatures:
        values = _fitted(signature, arguments, named)
        if values is None:
            continue
        try:
            return signature.body(run, *values)
        except (ValueError, OverflowError, DecimalException) as error:
            return run.warn(f"{found.name}(): {_said(error)}")
    given = ", ".join(kind(value) for value in (named.values() if named is not None else arguments))
    return run.warn(f"{found.name}() cannot take ({given})")


def _said(error: Exception) -> str:
    return "a number is out of range" if isinstance(error, DecimalException | OverflowError) else str(error)


def _fitted(
    signature: Signature, arguments: Sequence[Value], named: Mapping[str, Value] | None
) -> Sequence[Value] | None:
    if signature.many:
        return _collected(signature.many, arguments, named)
    given = _by_name(signature, named) if named is not None else _by_place(signature, arguments)
    if given is None:
        return None
    values = []
    for parameter, value in zip(signature.parameters, given, strict=True):
        fitted = None if value is _MISSING or (value is None and parameter.optional) else fit(value, parameter.types)
        if fitted is _UNFIT:
            return None
        values.append(fitted)
    return values


def _collected(many: str, arguments: Sequence[Value], named: Mapping[str, Value] | None) -> Sequence[Value] | None:
    if named is None:
        return [list(arguments)]
    return [[named[many]]] if set(named) == {many} else None


def _by_name(signature: Signature, named: Mapping[str, Value]) -> list[Value] | None:
    names = [parameter.name for parameter in signature.parameters]
    missing = any(not p.optional and p.name not in named for p in signature.parameters)
    return None if missing or not set(named) <= set(names) else [named.get(name, _MISSING) for name in names]


def _by_place(signature: Signature, arguments: Sequence[Value]) -> list[Value] | None:
    needed = sum(not parameter.optional for parameter in signature.parameters)
    if not needed <= len(arguments) <= len(signature.parameters):
        return None
    return [*arguments, *[_MISSING] * (len(signature.parameters) - len(arguments))]


def fit(value: Value, types: frozenset[str]) -> Value:
    """The value as one of these types, or a mark that it is none of them."""
    if "any" in types:
        return value
    if value is None:
        return None if "null" in types else _UNFIT
    found = kind(value)
    if found in types or (found in DURATIONS and "duration" in types):
        return value
    if isinstance(value, list) and len(value) == 1 and "list" not in types:
        return fit(value[0], types)
    if "list" in types:
        return [value]
    return at_midnight(value) if isinstance(value, Date) and "date and time" in types else _UNFIT
