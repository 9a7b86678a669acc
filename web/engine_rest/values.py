"""Typed values: `{"value": 3, "type": "Integer"}`, in whatever case the type is written."""

import json
from collections.abc import Mapping
from typing import Any

import orjson

from engine.errors import Invalid
from web.nul import NO_NUL, has_nul

WHOLE = ("integer", "short", "long")
JSON = ("json", "object")
TEXT = ("string", "date", "xml")
FILES = ("bytes", "file")
_LONG = 2**31


def untyped(variables: Any) -> dict[str, Any]:
    """
    Values by name, as cases keep them.

    Raises:
        Invalid: with a sentence for each that cannot be taken.
    """
    if variables is None:
        return {}
    if not isinstance(variables, Mapping):
        raise Invalid("`variables` is an object of values by name.", {"variables": "An object."})
    found: dict[str, Any] = {}
    problems: dict[str, Any] = {}
    for name, typed in variables.items():
        try:
            found[name] = _value(typed)
            if has_nul([name, found[name]]):
                raise ValueError(NO_NUL)
        except ValueError as error:
            problems[f"variables.{name}"] = str(error)
    if problems:
        raise Invalid("Some variables cannot be taken.", problems)
    return found


def typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by name, as clients read them."""
    return {name: _typed(value) | {"valueInfo": {}} for name, value in values.items()}


def _value(typed: Any) -> Any:
    if not isinstance(typed, Mapping):
        raise ValueError('A value reads {"value": ..., "type": "..."}.')
    value, kind = typed.get("value"), str(typed.get("type") or "").lower()
    if kind in FILES:
        raise ValueError("Files are handed in as evidence of a task, not as variables.")
    if value is None or kind == "null":
        return None
    if kind in JSON and isinstance(value, str):
        return _parsed(value)
    if kind in WHOLE and (isinstance(value, bool) or not isinstance(value, int)):
        return _whole(value)
    if kind == "double" and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise ValueError(f"{value!r} is no number.")
    if kind == "boolean" and not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false.")
    return str(value) if kind in TEXT else value


def _whole(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise ValueError(f"{value!r} is no whole number.")


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise ValueError("It is no JSON.") from None


def _typed(value: Any) -> dict[str, Any]:
    match value:
        case None:
            return {"type": "Null", "value": None}
        case bool():
            return {"type": "Boolean", "value": value}
        case int():
            return {"type": "Integer" if -_LONG <= value < _LONG else "Long", "value": value}
        case float():
            return {"type": "Double", "value": value}
        case str():
            return {"type": "String", "value": value}
    return {"type": "Json", "value": json.dumps(value, ensure_ascii=False)}
