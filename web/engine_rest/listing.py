"""Lists as these clients ask for them: filters by name, an order, and a piece counted in rows."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import ColumnElement, Row, Select
from sqlalchemy.orm import InstrumentedAttribute

from engine.errors import Invalid
from web.services import services

MOST = 1000
KINDS: Mapping[type, str] = {int: "whole number", UUID: "id"}
Column = InstrumentedAttribute[Any] | ColumnElement[Any]


def listed(
    query: Select[*tuple[Any, ...]],
    filters: Mapping[str, Column],
    order: Mapping[str, Column],
    *,
    like: Mapping[str, Column] = {},
    usual: Column,
) -> list[Row[Any]]:
    """
    The rows of `query` that the request's filters name; filters nobody knows change nothing, as there.

    Args:
        filters: column by parameter that it must equal.
        order: column by what `sortBy` may name.
        like: column by parameter that it must be like, `%` and `_` standing for anything.
        usual: what they are sorted by unless the request says otherwise.

    Raises:
        Invalid: a number is none, or the order is unknown.
    """
    for name, column in filters.items():
        if said := request.args.get(name):
            query = query.where(column == _of_type(column, said))
    for name, column in like.items():
        if said := request.args.get(name):
            query = query.where(column.like(said))
    by = request.args.get("sortBy")
    if by and by not in order:
        raise Invalid(f"Nothing is sorted by {by} here; {', '.join(sorted(order))} are.")
    column = order[by] if by else usual
    query = query.order_by(column.desc() if request.args.get("sortOrder") == "desc" else column.asc())
    with services().database.reading() as session:
        return list(session.execute(query.limit(number("maxResults", MOST)).offset(number("firstResult", 0))).all())


def number(name: str, otherwise: int) -> int:
    """
    A whole number from the request's address, at most `MOST` where it says how many.

    Raises:
        Invalid: it is none.
    """
    said = request.args.get(name, "").strip()
    if not said:
        return otherwise
    if not said.isascii() or not said.isdigit() or len(said) > 9:
        raise Invalid(f"{name} is a whole number, not {said}.")
    return int(said)


def flag(name: str) -> bool:
    """Whether the request's address says `true`, in any case."""
    return request.args.get(name, "").strip().lower() == "true"


def _of_type(column: Column, said: str) -> Any:
    kind = column.type.python_type
    try:
        return _counted(said) if kind is int else kind(said)
    except (ValueError, TypeError):
        raise Invalid(f"{said} is no {KINDS.get(kind, kind.__name__)}.") from None


def _counted(said: str) -> int:
    found = int(said)
    if not 0 <= found < 2**31:
        raise ValueError(said)
    return found
