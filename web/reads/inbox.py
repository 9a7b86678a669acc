"""What waits for a person, as My work shows it: each row with its case, its rules and his draft."""

from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from engine import access, inbox, separation
from engine.cases import look
from engine.core.vocabulary import Node, Rules
from engine.errors import Forbidden, NotFound
from engine.identity import competence
from engine.identity.person import Person
from engine.models.definitions import Parsed, parsed
from engine.store.people import GroupRow
from engine.store.running import LIVE_TASK, Candidate, Draft, Instance, Task
from web import refusals
from web.reads import tasks as found

MOST = 50
"""As many tasks of one kind as a page shows; whoever has more sees the oldest and narrows."""
SILENT = Rules()
LAST = UUID(int=2**128 - 1)
ROWS = found.TASKS.add_columns(Instance.business_key)


@dataclass(frozen=True)
class Waiting:
    """
    A task in somebody's list.

    Args:
        task: as `web.reads.tasks` finds it, with the `business_key` of its case.
        rules: what the model says of it.
        draft_at: when he last typed something that is not handed in.
        refused: why he may not take it on, in a sentence that names who can; empty where he may.
    """

    task: Any
    rules: Rules
    draft_at: datetime | None = None
    refused: str = ""


def mine(session: Session, person: Person) -> list[Waiting]:
    """What he holds, the soonest due first."""
    held = ROWS.where(Task.holder == person.id, found.CLAIMED).order_by(found.DUE, Task.id).limit(MOST)
    return _waiting(session, person, session.execute(held).all())


def free(session: Session, person: Person, *, now: datetime) -> list[Waiting]:
    """What is offered to him or to a group of his and nobody has taken on, the oldest first, with what keeps him."""
    query, given = inbox.claimable(person, limit=MOST)
    rows = session.execute(_with_facts(query), given).all()
    return [_judged(session, person, one, now) for one in _waiting(session, person, rows, drafts=False)]


def one(session: Session, person: Person, task_id: UUID, *, now: datetime) -> Waiting:
    """
    One task as a line of his list.

    Raises:
        NotFound: there is no such task that he may see.
    """
    found.one_task(session, person, task_id)
    (row,) = _waiting(session, person, session.execute(ROWS.where(Task.id == task_id)).all())
    return row if row.task.holder == person.id else _judged(session, person, row, now)


def some(session: Session, person: Person, ids: Iterable[UUID], *, now: datetime) -> list[Waiting]:
    """Those of these tasks that he may see, each as `one` tells it."""
    listed = []
    for task_id in ids:
        with suppress(NotFound):
            listed.append(one(session, person, task_id, now=now))
    return listed


def changed(session: Session, versions: Mapping[UUID, int]) -> list[UUID]:
    """Which of these tasks are of another version than the one that is known of them."""
    rows = session.execute(select(Task.id, Task.version).where(Task.id.in_(versions)))
    return [row.id for row in rows if row.version != versions[row.id]]


def waited_for(session: Session, person: Person) -> list[Waiting]:
    """What others have to do in cases that he started, or that he answers for; the soonest due first."""
    his = (Instance.started_by == person.id) | (Task.accountable == person.id)
    others = (Task.holder != person.id) | Task.holder.is_(None)
    rows = ROWS.where(LIVE_TASK, his, others, access.visible_instances(person)).order_by(found.DUE, Task.id).limit(MOST)
    return _waiting(session, person, session.execute(rows).all(), drafts=False)


def done(session: Session, person: Person) -> list[Waiting]:
    """What he has finished, the newest first."""
    rows = ROWS.where(Task.completed_by == person.id, text("tasks.status = 'completed'"))
    rows = rows.order_by(Task.closed_at.desc(), Task.id).limit(MOST)
    return _waiting(session, person, session.execute(rows).all(), drafts=False)


def came_since(session: Session, person: Person, since: datetime, *, besides: Container[UUID] = ()) -> int:
    """How many tasks have become his, or free for him to take, after a moment, `besides` some; at most fifty."""
    offered = inbox.oldest_claimable(session, person, limit=MOST, after=(since, LAST))
    given = select(Task.id).where(Task.holder == person.id, found.CLAIMED, Task.claimed_at > since).limit(MOST)
    come = {row.task_id for row in offered} | set(session.scalars(given))
    return min(MOST, sum(one not in besides for one in come))


def offered_to(session: Session, person: Person, rows: Iterable[Waiting]) -> dict[UUID, str]:
    """Through which of his groups tasks are offered to him: the group's name by task."""
    ids, keys = [one.task.id for one in rows], [f"group:{key}" for key in sorted(person.groups)]
    if not ids or not keys:
        return {}
    query = select(Candidate.task_id, Candidate.who).where(Candidate.task_id.in_(ids), Candidate.who.in_(keys))
    through = {row.task_id: row.who.removeprefix("group:") for row in session.execute(query)}
    named = select(GroupRow.key, GroupRow.name).where(GroupRow.key.in_(sorted(set(through.values()))))
    names = {row.key: row.name for row in session.execute(named)}
    return {task: names[key] for task, key in through.items()}


@lru_cache(64)
def _with_facts(query: Select[Any]) -> Select[Any]:
    """The tasks that an inbox query names, with all that a row shows, in one statement."""
    found_ids = query.subquery()
    return ROWS.join(found_ids, found_ids.c.task_id == Task.id).order_by(Task.opened_at, Task.id)


def _waiting(session: Session, person: Person, rows: Sequence[Any], *, drafts: bool = True) -> list[Waiting]:
    typed = _drafts(session, person, rows) if drafts else {}
    return [Waiting(row, _rules(session, row), typed.get(row.id)) for row in rows]


def _judged(session: Session, person: Person, waiting: Waiting, now: datetime) -> Waiting:
    """With what keeps him from it, where the model has a rule that might."""
    rules, row = waiting.rules, waiting.task
    if not (rules.separate_from or rules.competence):
        return waiting
    definition: Parsed = parsed(session, row.definition_id)
    case, task = look(session, row.instance_id), session.get_one(Task, row.id)
    try:
        separation.check(session, definition, case, task, person)
        competence.check(session, definition, case, task, person, now=now)
    except Forbidden as error:
        return replace(waiting, refused=refusals.told(session, error, person.id))
    return waiting


def _rules(session: Session, row: Any) -> Rules:
    node: Node | None = parsed(session, row.definition_id).model.nodes.get(row.element)
    return node.rules if node else SILENT


def _drafts(session: Session, person: Person, rows: Iterable[Any]) -> dict[UUID, datetime]:
    ids = [row.id for row in rows]
    query = select(Draft.task_id, Draft.saved_at).where(Draft.person_id == person.id, Draft.task_id.in_(ids))
    return {one[0]: one[1] for one in session.execute(query)} if ids else {}
