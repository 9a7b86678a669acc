"""A process as it can be executed: parsed once, shared by all its instances and all threads."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from engine.core.model.grammar import Limit, limit
from engine.core.spiff import version
from engine.core.spiff.parser import ValidationException, parse
from engine.core.vocabulary import Model

version.check()


@dataclass(frozen=True, eq=False)
class Definition:
    """
    One version of one process.

    Immutable, so it may be cached and shared. `digest` is the SHA-256 of the
    translated XML, in hexadecimal. What begins with `spec` is the library's.
    While one of the tasks in a limit's `pause` is open, the limit stands still.
    """

    key: str
    model: Model
    digest: str
    spec: Any
    scopes: Mapping[str, Any]
    nodes: Mapping[str, Any]
    limits: Mapping[str, Limit]


def define(model: Model, translated: bytes) -> Definition:
    """
    Make the process of `model` executable.

    Args:
        translated: what `translate` made of the author's XML.

    Raises:
        ValueError: the XML does not hold this process, or something that the profile refuses.
    """
    try:
        spec, scopes = parse(translated, model.key)
    except (ValidationException, KeyError) as error:
        raise ValueError(f"{model.key} cannot be executed: {error}") from error
    nodes: dict[str, Any] = {}
    for found in (spec, *scopes.values()):
        nodes.update(found.task_specs)
    return Definition(
        key=model.key,
        model=model,
        digest=sha256(translated).hexdigest(),
        spec=spec,
        scopes=scopes,
        nodes=nodes,
        limits={name: _limit(name, text, model.pause_clock) for name, text in model.limits.items()},
    )


def _limit(name: str, text: str, everywhere: tuple[str, ...]) -> Limit:
    """A named limit, with the tasks during which each limit of the process stands still."""
    found = limit(f"{name} = {text}")
    return replace(found, pause=tuple(dict.fromkeys((*found.pause, *everywhere))))
