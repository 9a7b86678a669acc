"""Lists of tasks, narrowed to what the caller may see."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, false, func, literal, or_, select, text
from sqlalchemy.orm import Session

from engine import access, inbox
from engine.errors import NotFound
from engine.identity import people
from engine.identity.person import Person
from engine.identity.substitutes import absences
from engine.store.base import Moment
from engine.store.definitions import DefinitionRow
from engine.store.running import LIVE_TASK, Candidate, Instance, ShutOut, Task
from web.paging import Key, Page, decoded, page
from web.reads.cases import one_case

FAR = literal(datetime(9999, 1, 1, tzinfo=UTC), Moment())
TASKS = (
    select(
        Task.id,
        Task.instance_id,
        Instance.definition_id,
        DefinitionRow.key.label("process"),
        Instance.title,
        Task.element,
        Task.name,
        Task.lane,
        Task.status,
        Task.accountable,
        Task.accountable_because,
        Task.holder,
        Task.acting_for,
        Task.opened_at,
        Task.claimed_at,
        Task.due_at,
        Task.follow_up_at,
        Task.priority,
        Task.version,
        Task.closed_at,
        Task.completed_by,
        Task.closed_because,
    )
    .join(Instance, Instance.id == Task.instance_id)
    .join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
)
OPENED, BY_ID = Task.opened_at.expression, Key(Task.id.expression)
DUE = func.coalesce(Task.due_at, FAR, type_=Moment())
SORTED = {
    "opened": (Key(OPENED), BY_ID),
    "-opened": (Key(OPENED, True), Key(Task.id.expression, True)),
    "due": (Key(DUE), BY_ID),
    "-priority": (Key(Task.priority.expression, True), Key(OPENED), BY_ID),
}
# Conditions of partial indexes are written out: bound, a generic plan would not use the index.
CLAIMED = text("tasks.status = 'claimed'")


def tasks(session: Session, person: Person, filters: dict[str, Any], *, now: datetime) -> Page:
    """The tasks of one view, by the filters of `TaskQuery`; `late` is decided at `now`."""
    keys, limit, cursor = SORTED[filters["sort"]], filters["limit"], filters["cursor"]
    wanted = _wanted(filters, now)
    if filters["view"] == "for_others":
        return page(session, _for_others(session, person, now).where(*wanted), keys, limit=limit, cursor=cursor)
    if filters["view"] == "claimable" and filters["sort"] == "opened" and not wanted:
        query = TASKS.where(Task.id.in_(_oldest(session, person, limit, cursor)))
    else:
        query = TASKS.where(*_view(person, filters), *wanted)
    return page(session, query, keys, limit=limit, cursor=cursor)


def _oldest(session: Session, person: Person, limit: int, cursor: str | None) -> list[UUID]:
    """The ids of one page of an inbox as it is looked at most, found without looking at anybody else's."""
    after = tuple(decoded(cursor, SORTED["opened"])) if cursor is not None else None
    found = inbox.oldest_claimable(session, person, limit=limit + 1, after=after)
    return [row.task_id for row in found]


def of_case(session: Session, person: Person, instance_id: UUID, filters: dict[str, Any]) -> Page:
    """All tasks of a case, oldest first."""
    one_case(session, person, instance_id)
    query = TASKS.where(Task.instance_id == instance_id)
    return page(session, query, SORTED["opened"], limit=filters["limit"], cursor=filters["cursor"])


def one_task(session: Session, person: Person, task_id: UUID) -> Any:
    """
    A task.

    Raises:
        NotFound: there is no such task in a case that `person` may see.
    """
    return _one(session, task_id, access.visible_instances(person))


def after_verb(session: Session, task_id: UUID) -> Any:
    """A task that the caller has just acted on, which proved his right; he may not see the case any more."""
    return _one(session, task_id)


def _one(session: Session, task_id: UUID, *narrowed: ColumnElement[bool]) -> Any:
    row = session.execute(TASKS.where(Task.id == task_id, *narrowed)).one_or_none()
    if row is None:
        raise NotFound("task", str(task_id))
    return row


def _view(person: Person, filters: dict[str, Any]) -> list[ColumnElement[bool] | Any]:
    if filters["view"] == "mine":
        return [Task.holder == person.id, CLAIMED]
    if filters["view"] == "claimable":
        return [_offered(person), text("tasks.status = 'open'")]
    status = filters["status"]
    if status is None:
        return [access.visible_instances(person)]
    return [access.visible_instances(person), LIVE_TASK if status == "live" else Task.status == status]


def _for_others(session: Session, person: Person, now: datetime) -> Any:
    """What those for whom `person` stands in at `now` could claim, each with the first of them in `for_whom`."""
    known, cases = absences(session), []
    for absence in known.stood_for(person.id, now):
        away = people.find(session, absence.person)
        if away is None:
            continue
        could = _offered(away) | (Task.accountable == away.id)
        narrower = {
            one.process for one in known.all if one.person == away.id and one.process and one.covers(one.process, now)
        }
        if absence.process:
            could &= DefinitionRow.key == absence.process
        elif narrower:
            could &= DefinitionRow.key.not_in(sorted(narrower))
        cases.append((could, literal(away.id)))
    if not cases:
        return TASKS.where(false())
    query = TASKS.add_columns(case(*cases).label("for_whom"))
    return query.where(text("tasks.status = 'open'"), or_(*(could for could, _ in cases)))


def _offered(person: Person) -> ColumnElement[bool]:
    mine = Candidate.who.in_(sorted(person.parties))
    shut = exists().where(ShutOut.instance_id == Task.instance_id, ShutOut.person_id == person.id)
    offered = select(Candidate.task_id).where(Candidate.task_id == Task.id, mine, Candidate.closed_at.is_(None))
    return exists(offered) & ~shut


def _wanted(filters: dict[str, Any], now: datetime) -> list[ColumnElement[bool] | Any]:
    wanted: list[Any] = []
    if filters["late"] is not None:
        late = literal(now, Moment()) >= DUE
        wanted += [LIVE_TASK, late if filters["late"] else ~late]
    if filters["due_before"]:
        wanted.append(Task.due_at < filters["due_before"])
    if filters["process"]:
        wanted.append(DefinitionRow.key == filters["process"])
    if filters["element"]:
        wanted.append(Task.element == filters["element"])
    if filters["instance"]:
        wanted.append(Task.instance_id == filters["instance"])
    return wanted


def candidates(session: Session, task_id: UUID) -> list[str]:
    """Who was or is offered the task."""
    query = select(Candidate.who).where(Candidate.task_id == task_id).order_by(Candidate.who)
    return list(session.scalars(query))
