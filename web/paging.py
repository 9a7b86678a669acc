"""Pages that stay right while rows are added: a cursor names the last row seen, never a number of rows."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import orjson

from engine.errors import NotFound


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and where the next page begins; `next` is None on the last."""

    items: list[Any]
    next: str | None


def encoded(values: tuple[Any, ...] | None) -> str | None:
    """An opaque name for a place in a list; `values` are those the list is sorted by."""
    if values is None:
        return None
    return base64.urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


def decoded(cursor: str | None) -> tuple[Any, ...] | None:
    """
    The place that `cursor` names; moments and ids come back as texts.

    Raises:
        NotFound: this server gave out no such cursor.
    """
    if cursor is None:
        return None
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        raise NotFound("page", cursor) from None
    if not isinstance(values, list):
        raise NotFound("page", cursor)
    return tuple(values)
