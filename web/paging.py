"""Pages that stay right while rows are added: a cursor names the last row seen, never a number of rows."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Row, Select, Uuid, and_, or_
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.store.base import Moment

Query = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and the cursor of the next page; None on the last."""

    items: Sequence[Any]
    next: str | None


@dataclass(frozen=True)
class Key:
    """One thing a list is sorted by; never null."""

    of: ColumnElement[Any]
    descending: bool = False


def page(session: Session, query: Query, keys: tuple[Key, ...], *, limit: int, cursor: str | None) -> Page:
    """
    The rows of `query` after `cursor`, at most `limit`, sorted by `keys`, which together name one row.

    Raises:
        NotFound: this list gave out no such cursor.
    """
    if cursor is not None:
        query = query.where(_after(keys, decoded(cursor, keys)))
    order = [key.of.desc() if key.descending else key.of for key in keys]
    marks = [key.of.label(f"mark_{place}") for place, key in enumerate(keys)]
    rows = session.execute(query.add_columns(*marks).order_by(*order).limit(limit + 1)).all()
    more = len(rows) > limit
    return Page(rows[:limit], _encoded(rows[limit - 1], len(keys)) if more else None)


def _after(keys: tuple[Key, ...], values: list[Any]) -> ColumnElement[bool]:
    beyond = [
        and_(
            *(one.of == value for one, value in zip(keys[:place], values, strict=False)),
            key.of < values[place] if key.descending else key.of > values[place],
        )
        for place, key in enumerate(keys)
    ]
    return or_(*beyond)


def _encoded(row: Row[Any], count: int) -> str:
    values = [row._mapping[f"mark_{place}"] for place in range(count)]
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def decoded(cursor: str, keys: tuple[Key, ...]) -> list[Any]:
    """
    The values by which a cursor names a row.

    Raises:
        NotFound: this list gave out no such cursor.
    """
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [_typed(key.of, value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, TypeError, OverflowError, binascii.Error):
        raise NotFound("page", cursor) from None


def _typed(of: ColumnElement[Any], value: Any) -> Any:
    if isinstance(of.type, Moment):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("no zone")
        return moment.astimezone(UTC)
    if isinstance(of.type, Uuid):
        return UUID(value)
    if not isinstance(value, of.type.python_type) or isinstance(value, bool):
        raise ValueError("another type")
    return value
