"""How people behave in a rehearsal: chances, written in a file that anybody can change."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import time
from pathlib import Path
from typing import Any

from engine.core.expressions import Expression, ExpressionError, compile_condition
from engine.errors import Invalid

KEYS = ("people", "starts", "answers", "formulas")


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """
    Chances between 0 and 1, each asked at every time of day at which people look at their work.

    Args:
        looks_at: the times of open days at which people look at their work, in the organisation's zone.
        claims: a candidate takes a task that is free.
        does: the holder finishes a task that he holds.
        draws_back: the holder gives a task back instead.
        away: somebody is away from this day on, for a week.
    """

    looks_at: tuple[time, ...] = (time(10), time(15))
    claims: float = 0.6
    does: float = 0.5
    draws_back: float = 0.01
    away: float = 0.005


@dataclass(frozen=True, kw_only=True)
class Start:
    """
    Cases that come up by chance.

    Args:
        per_day: how many on an open day, on average; at most 1.
        by: the group whose members begin them.
        start: the start event, where there are several.
    """

    per_day: float
    by: str
    start: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """All that decides what people do."""

    people: Behaviour = Behaviour()
    starts: Mapping[str, Start] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    formulas: Mapping[str, Expression] = field(default_factory=dict)


def read_rules(path: Path) -> Rules:
    """
    The rules of a file like `config/rehearsal.toml`; the defaults where there is none.

    Raises:
        Invalid: the file is not well-formed, or says something that is not understood.
    """
    if not path.is_file():
        return Rules()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{path} is not well-formed TOML: {error}") from error
    _known(content, KEYS, str(path))
    people = dict(content.get("people", {}))
    if "looks_at" in people:
        people["looks_at"] = tuple(_time(text, path) for text in people["looks_at"])
    starts = {key: _made(Start, said, f"{path}: [starts.{key}]") for key, said in content.get("starts", {}).items()}
    weights = {
        name: {str(value): float(weight) for value, weight in said.items()}
        for name, said in content.get("answers", {}).items()
    }
    formulas = {name: _formula(str(text), f"{path}: [formulas]") for name, text in content.get("formulas", {}).items()}
    behaviour = _made(Behaviour, people, f"{path}: [people]")
    return Rules(people=behaviour, starts=starts, answers=weights, formulas=formulas)


def _formula(text: str, where: str) -> Expression:
    try:
        return compile_condition(text, "feel")
    except ExpressionError as error:
        raise Invalid(f"{where} cannot be read: {error}") from error


def _made(kind: type[Any], said: Mapping[str, Any], where: str) -> Any:
    _known(said, [one.name for one in fields(kind)], where)
    for name, value in said.items():
        if isinstance(value, int | float) and not 0 <= value <= 1:
            raise Invalid(f"{where} says {name} = {value}; a chance lies between 0 and 1.")
    try:
        return kind(**said)
    except TypeError as error:
        raise Invalid(f"{where} is incomplete: {error}.") from error


def _known(said: Mapping[str, Any], keys: Any, where: str) -> None:
    unknown = sorted(set(said) - set(keys))
    if unknown:
        raise Invalid(f"{where} has an unknown key {unknown[0]!r}. There are {', '.join(sorted(keys))}.")


def _time(text: object, path: Path) -> time:
    try:
        return time.fromisoformat(str(text))
    except ValueError as error:
        raise Invalid(f"{path}: {text!r} is no time of day; write 10:00.") from error
