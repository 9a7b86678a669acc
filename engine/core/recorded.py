"""Events as they are recorded: bytes that a replay turns into the same event again."""

from dataclasses import fields
from typing import Any, get_args

import orjson

from engine.core.events import Event

KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Event)}
LISTS = {"removed"}


def to_bytes(event: Event) -> bytes:
    """The event as JSON with sorted keys; its class is named under `kind`."""
    told = {field.name: getattr(event, field.name) for field in fields(event)}
    return orjson.dumps({"kind": type(event).__name__, **told}, option=orjson.OPT_SORT_KEYS)


def from_bytes(body: bytes) -> Event:
    """The event that `to_bytes` recorded; plain JSON values throughout."""
    told = orjson.loads(body)
    kind = KINDS[told.pop("kind")]
    event: Event = kind(**{name: tuple(value) if name in LISTS else value for name, value in told.items()})
    return event
