"""What waits for a person, as My work shows it: each row with its case, its rules and his draft."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.core.vocabulary import Node, Rules
from engine.definitions import parsed
from engine.person import Person
from engine.store.running import Draft, Instance
from web.reads import tasks as found

MOST = 200
"""As many tasks of one kind as a page shows; whoever has more sees the oldest and narrows."""
SILENT = Rules()


@dataclass(frozen=True)
class Waiting:
    """
    A task in somebody's list.

    Args:
        task: as `web.reads.tasks` finds it.
        key: of its case; None where it has none.
        rules: what the model says of it.
        draft_at: when he last typed something that is not handed in.
    """

    task: Any
    key: str | None
    rules: Rules
    draft_at: datetime | None


def mine(session: Session, person: Person, *, now: datetime) -> list[Waiting]:
    """What he holds, the soonest due first."""
    return _waiting(session, person, "mine", "due", now)


def free(session: Session, person: Person, *, now: datetime) -> list[Waiting]:
    """What is offered to him or to a group of his and nobody has taken on, the oldest first."""
    return _waiting(session, person, "claimable", "opened", now)


def _waiting(session: Session, person: Person, view: str, sort: str, now: datetime) -> list[Waiting]:
    wanted = {"late": None, "due_before": None, "process": None, "element": None, "instance": None, "status": None}
    filters = {**wanted, "view": view, "sort": sort, "limit": MOST, "cursor": None}
    rows = found.tasks(session, person, filters, now=now).items
    drafts, keys = _drafts(session, person, rows), _keys(session, rows)
    return [Waiting(row, keys.get(row.instance_id), _rules(session, row), drafts.get(row.id)) for row in rows]


def _rules(session: Session, row: Any) -> Rules:
    node: Node | None = parsed(session, row.definition_id).model.nodes.get(row.element)
    return node.rules if node else SILENT


def _drafts(session: Session, person: Person, rows: Iterable[Any]) -> dict[UUID, datetime]:
    ids = [row.id for row in rows]
    query = select(Draft.task_id, Draft.saved_at).where(Draft.person_id == person.id, Draft.task_id.in_(ids))
    return {one[0]: one[1] for one in session.execute(query)} if ids else {}


def _keys(session: Session, rows: Iterable[Any]) -> dict[UUID, str | None]:
    ids = {row.instance_id for row in rows}
    query = select(Instance.id, Instance.business_key).where(Instance.id.in_(ids))
    return {one[0]: one[1] for one in session.execute(query)} if ids else {}
