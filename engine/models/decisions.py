"""Deployed decision tables, read at most once while they stay in memory."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.cache import Cache
from engine.core.dmn import Decisions, Sheet, read_decisions
from engine.errors import NotFound
from engine.models import versions
from engine.store.definitions import DecisionRow, Resource

BY_ID = (
    select(DecisionRow.key, DecisionRow.version, Resource.name, Resource.data)
    .join(Resource, Resource.id == DecisionRow.resource_id)
    .where(DecisionRow.id == bindparam("decision_id"))
)

_decisions: Cache[UUID, tuple[int, Decisions]] = Cache(64)


def decision(session: Session, decision_id: UUID) -> tuple[int, Decisions]:
    """
    The version number and the tables of one deployed decision, parsed at most once while they stay in memory.

    Raises:
        NotFound: there is none with this id.
    """
    return _decisions.get(decision_id, lambda: _read(session, decision_id))


def in_force(session: Session, key: str) -> dict[str, Any]:
    """
    The newest released version of a decision as it is written: `key`, `name`, `version`, and of a table its `policy`,
    the columns that it `asks` and `answers`, and its `rows`.

    Raises:
        NotFound: none is released.
    """
    decision_id = versions.latest(session, "decision", key)
    if decision_id is None:
        raise NotFound("decision", key)
    version, found = decision(session, decision_id)
    sheet = found.sheet(key) or Sheet(policy="", asks=(), expressions=(), answers=(), rows=())
    columns = {"policy": sheet.policy or None, "asks": sheet.asks, "answers": sheet.answers, "rows": sheet.rows}
    return {"key": key, "name": found.name(key), "version": version, **columns}


def newest(session: Session, key: str) -> Decisions | None:
    """The tables of the newest released version of a decision; None where none is released."""
    decision_id = versions.latest(session, "decision", key)
    return decision(session, decision_id)[1] if decision_id else None


def answered(session: Session, key: str, inputs: Mapping[str, Any], *, now: datetime, zone: ZoneInfo) -> Any:
    """
    The first row that the newest released version of a decision answers; None where it has none, or none is released.

    Raises:
        ExpressionError: the table cannot be asked with these inputs.
    """
    tables = newest(session, key)
    return first(tables, key, inputs, now=now, zone=zone) if tables else None


def first(tables: Decisions, key: str, inputs: Mapping[str, Any], *, now: datetime, zone: ZoneInfo) -> Any:
    """
    The first row that a decision answers; None where it has none.

    Raises:
        ExpressionError: the table cannot be asked with these inputs.
    """
    found = tables.decide(key, dict(inputs), now=now, zone=zone).rows
    return found[0] if found else None


def _read(session: Session, decision_id: UUID) -> tuple[int, Decisions]:
    found = session.execute(BY_ID, {"decision_id": decision_id}).one_or_none()
    if found is None:
        raise NotFound("decision", str(decision_id))
    return found.version, read_decisions(found.data, found.name)
