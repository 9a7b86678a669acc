"""What tables decided in a case: each with the values that were asked with, and its rows as the author wrote them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.core.dmn.sheet import Line, Sheet
from engine.models import decisions
from engine.store.definitions import DecisionRow
from engine.store.running import DecisionMade

MOST = 60
NOTHING = Sheet(policy="", asks=(), expressions=(), answers=(), rows=())


@dataclass(frozen=True, kw_only=True)
class Decided:
    """
    One decision.

    Args:
        id: of the record; `element` names the step that asked.
        sheet: the table; without columns where the decision is none.
        asked: the value in each column that asks; None where the column computes it.
        matched: the numbers of the rows that matched.
        answers: what it answered, by row.
    """

    id: UUID
    element: str
    name: str
    version: int
    at: datetime
    sheet: Sheet
    asked: tuple[Any, ...]
    matched: frozenset[int]
    answers: Sequence[Mapping[str, Any]]

    @property
    def hits(self) -> list[Line]:
        """The rows that matched, in their order."""
        return [row for row in self.sheet.rows if row.number in self.matched]


def in_case(session: Session, instance_id: UUID) -> list[Decided]:
    """What was decided in a case that the reader may see, the newest first."""
    query = select(*DecisionMade.__table__.columns, DecisionRow.key).join(
        DecisionRow, DecisionRow.id == DecisionMade.decision_id
    )
    query = query.where(DecisionMade.instance_id == instance_id).order_by(DecisionMade.id.desc())
    return [_decided(session, row) for row in session.execute(query.limit(MOST))]


def _decided(session: Session, row: Any) -> Decided:
    version, file = decisions.decision(session, row.decision_id)
    sheet = file.sheet(row.key) or NOTHING
    return Decided(
        id=row.id,
        element=row.element,
        name=file.name(row.key),
        version=version,
        at=row.at,
        sheet=sheet,
        asked=tuple(_value(row.inputs, one) for one in sheet.expressions),
        matched=frozenset(one["index"] for one in row.matched if one["table"] == row.key),
        answers=row.rows,
    )


def _value(given: Any, path: str) -> Any:
    """What a plain name, or names parted by dots, stands for."""
    for name in path.split("."):
        given = given.get(name.strip()) if isinstance(given, Mapping) else None
    return given
