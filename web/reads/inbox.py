"""What waits for a person, as My work shows it: each row with its case, its rules and his draft."""

from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, literal, select, text
from sqlalchemy.orm import Session

from engine import access, inbox, separation
from engine.core.vocabulary import Node, Rules
from engine.errors import Forbidden, NotFound
from engine.hot import Asked, Hot, among
from engine.identity import competence, views
from engine.identity.person import Person
from engine.models.definitions import Parsed, parsed
from engine.store.definitions import DefinitionRow
from engine.store.people import GroupRow
from engine.store.running import LIVE_TASK, Candidate, Draft, Instance, Task
from web import refusals
from web.reads import tasks as found

MOST = 50
"""As many tasks of one kind as a page shows; whoever has more sees the oldest and narrows."""
SILENT = Rules()
LAST = UUID(int=2**128 - 1)
THROUGH = (
    select(func.min(GroupRow.name))
    .join(Candidate, Candidate.who == literal("group:").concat(GroupRow.key))
    .where(Candidate.task_id == Task.id, among(GroupRow.key, "groups"))
    .correlate(Task)
)
TYPED = select(Draft.saved_at).where(Draft.task_id == Task.id, Draft.person_id == bindparam("reader")).correlate(Task)


def _rows(through: ColumnElement[Any]) -> Select[Any]:
    """What a row shows of a task, of its case and of what the reader typed; `through` as `Waiting` has it."""
    return (
        select(
            Task.id,
            Task.instance_id,
            Instance.definition_id,
            DefinitionRow.key.label("process"),
            Instance.title,
            Instance.business_key,
            Instance.calendar,
            Task.element,
            Task.locals,
            Task.name,
            Task.status,
            Task.holder,
            Task.acting_for,
            Task.opened_at,
            Task.due_at,
            Task.closed_at,
            Task.completed_by,
            Task.version,
            through.label("through"),
            TYPED.scalar_subquery().label("draft_at"),
        )
        .select_from(Task)
        .join(Instance, Instance.id == Task.instance_id)
        .join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
    )


ROWS = _rows(THROUGH.scalar_subquery())
HELD = Hot(ROWS.where(Task.holder == bindparam("reader"), found.CLAIMED).order_by(found.DUE, Task.id).limit(MOST))


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case, as far as the rules go that keep people from its tasks."""

    id: UUID
    calendar: str


@dataclass(frozen=True)
class Waiting:
    """
    A task in somebody's list.

    Args:
        task: a row of `ROWS`; `through` is the name of a group of his by which it is or was offered to him,
            `draft_at` when he last typed something that is not handed in.
        rules: what the model says of it.
        refused: why he may not take it on, in a sentence that names who can; empty where he may.
    """

    task: Any
    rules: Rules
    refused: str = ""


@dataclass(frozen=True, kw_only=True)
class Front:
    """
    What My work opens with.

    Args:
        held: what he holds, the soonest due first.
        free: what is offered to him or to a group of his and nobody has taken on, the oldest first, with what keeps
            him from it.
        views: the filters that he keeps.
    """

    held: list[Waiting]
    free: list[Waiting]
    views: list[Any]


def asked(person: Person) -> Asked:
    """What `front` is made of, to be found on one journey."""
    query, given = inbox.claimable(person, limit=MOST, named=True)
    reads = _reads(person)
    return (HELD, [reads]), (_with_facts(query), [reads | given]), (views.OF, [{"person": person.id}])


def front(session: Session, person: Person, found: Sequence[list[Any]], *, now: datetime) -> Front:
    """What My work opens with; `found` is what `asked` found."""
    held, free, kept = found
    judged = [_judged(session, person, one, now) for one in _waiting(session, free)]
    return Front(held=_waiting(session, held), free=judged, views=kept)


def mine(session: Session, person: Person) -> list[Waiting]:
    """What he holds, the soonest due first."""
    return _waiting(session, HELD.all(session, _reads(person)))


def one(session: Session, person: Person, task_id: UUID, *, now: datetime) -> Waiting:
    """
    One task as a line of his list.

    Raises:
        NotFound: there is no such task that he may see.
    """
    found.one_task(session, person, task_id)
    (row,) = _waiting(session, session.execute(ROWS.where(Task.id == task_id), _reads(person)).all())
    return row if row.task.holder == person.id else _judged(session, person, row, now)


def some(session: Session, person: Person, ids: Iterable[UUID], *, now: datetime) -> list[Waiting]:
    """Those of these tasks that he may see, each as `one` tells it."""
    listed = []
    for task_id in ids:
        with suppress(NotFound):
            listed.append(one(session, person, task_id, now=now))
    return listed


def changed(session: Session, person: Person, versions: Mapping[UUID, int]) -> list[UUID]:
    """Which of these tasks, as far as he may see them, are of another version than the one that is known of them."""
    query = select(Task.id, Task.version).join(Instance).where(Task.id.in_(versions))
    rows = session.execute(query.where(access.visible_instances(person)))
    return [row.id for row in rows if row.version != versions[row.id]]


def waited_for(session: Session, person: Person) -> list[Waiting]:
    """What others have to do in cases that he started, or that he answers for; the soonest due first."""
    his = (Instance.started_by == person.id) | (Task.accountable == person.id)
    others = (Task.holder != person.id) | Task.holder.is_(None)
    rows = ROWS.where(LIVE_TASK, his, others, access.visible_instances(person)).order_by(found.DUE, Task.id).limit(MOST)
    return _waiting(session, session.execute(rows, _reads(person)).all())


def done(session: Session, person: Person) -> list[Waiting]:
    """What he has finished, the newest first."""
    rows = ROWS.where(Task.completed_by == person.id, text("tasks.status = 'completed'"))
    rows = rows.order_by(Task.closed_at.desc(), Task.id).limit(MOST)
    return _waiting(session, session.execute(rows, _reads(person)).all())


def came_since(session: Session, person: Person, since: datetime, *, besides: Container[UUID] = ()) -> int:
    """How many tasks have become his, or free for him to take, after a moment, `besides` some; at most fifty."""
    offered = inbox.oldest_claimable(session, person, limit=MOST, after=(since, LAST))
    given = select(Task.id).where(Task.holder == person.id, found.CLAIMED, Task.claimed_at > since).limit(MOST)
    come = {row.task_id for row in offered} | set(session.scalars(given))
    return min(MOST, sum(one not in besides for one in come))


@lru_cache(64)
def _with_facts(query: Select[Any]) -> Hot:
    """The tasks that an inbox query names, with all that a row shows, in one statement."""
    found_ids = query.subquery()
    rows = _rows(found_ids.c.through).join(found_ids, found_ids.c.task_id == Task.id)
    return Hot(rows.order_by(Task.opened_at, Task.id))


def _reads(person: Person) -> dict[str, Any]:
    return {"reader": person.id, "groups": sorted(person.groups)}


def _waiting(session: Session, rows: Iterable[Any]) -> list[Waiting]:
    return [Waiting(row, _rules(session, row)) for row in rows]


def _judged(session: Session, person: Person, waiting: Waiting, now: datetime) -> Waiting:
    """With what keeps him from it, where the model has a rule that might."""
    rules, row = waiting.rules, waiting.task
    if not (rules.separate_from or rules.competence):
        return waiting
    definition: Parsed = parsed(session, row.definition_id)
    case = Case(id=row.instance_id, calendar=row.calendar)
    try:
        separation.check(session, definition, case, row, person)
        competence.check(session, definition, case, row, person, now=now)
    except Forbidden as error:
        return replace(waiting, refused=refusals.told(session, error, person.id))
    return waiting


def _rules(session: Session, row: Any) -> Rules:
    node: Node | None = parsed(session, row.definition_id).model.nodes.get(row.element)
    return node.rules if node else SILENT
