"""What a person may claim, oldest first, however many tasks wait for everybody else."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from engine.identity.person import Person
from engine.store.base import table_of
from engine.store.people import GroupRow
from engine.store.running import Candidate, ShutOut, Task

CANDIDATE, TASK, SHUT, GROUP = table_of(Candidate), table_of(Task), table_of(ShutOut), table_of(GroupRow)
SHUT_TO_HIM = (
    select(TASK.c.id)
    .join(SHUT, SHUT.c.instance_id == TASK.c.instance_id)
    .where(SHUT.c.person_id == bindparam("person"))
    .cte("shut_to_him")
    .prefix_with("MATERIALIZED", dialect="postgresql")
)
"""Found once, and only for whom it is not empty. Asked of each candidate, it would make plans too dear to be kept."""
IS_SHUT_OUT = exists().where(SHUT.c.person_id == bindparam("person"))
"""Nearly nobody is. Where there are many tasks, looking for none of them would start parallel workers each time."""


def oldest_claimable(
    session: Session, person: Person, *, limit: int, after: tuple[datetime, UUID] | None = None
) -> list[Row[Any]]:
    """
    The tasks that are offered to a person or to one of his groups and that nobody has claimed: `task_id`, `opened_at`.

    Reads at most `limit` entries for each of his groups, whatever their size.

    Args:
        after: the moment at which the last task of the page before was opened, and its id.
    """
    query, given = claimable(person, limit=limit, after=after)
    return list(session.connection().execute(query, given).all())


def claimable(
    person: Person, *, limit: int, after: tuple[datetime, UUID] | None = None, named: bool = False
) -> tuple[Select[Any], dict[str, Any]]:
    """
    The query behind `oldest_claimable` and what it is given, for who joins more to it.

    Args:
        named: with a column `through`, the name of a group of his to which the task is offered; None where there is
            none.
    """
    parties = sorted(person.parties)
    given: dict[str, Any] = {f"who_{place}": who for place, who in enumerate(parties)} | {
        "person": person.id,
    }
    if after is not None:
        given |= {"opened": after[0], "task": after[1]}
    return _statement(len(parties), after is not None, limit, named), given


@lru_cache(64)
def _statement(parties: int, goes_on: bool, limit: int, named: bool) -> Select[Any]:
    """
    The oldest of the oldest of each.

    The condition of the partial index is written as it stands there, and how many are wanted is written out: a plan
    that is made once for all would else expect a tenth of everything.
    """
    at_most: ColumnElement[int] = literal_column(str(int(limit)))
    of_each = [_oldest_of(place, goes_on, at_most, named) for place in range(parties)]
    offered = union_all(*(select(each) for each in of_each)).subquery()
    through = [func.min(offered.c.through).label("through")] if named else []
    query = select(offered.c.task_id, offered.c.opened_at, *through).group_by(offered.c.task_id, offered.c.opened_at)
    return query.order_by(offered.c.opened_at, offered.c.task_id).limit(at_most)


def _oldest_of(place: int, goes_on: bool, at_most: ColumnElement[int], named: bool) -> Any:
    through = [_name_of(place).label("through")] if named else []
    query = select(CANDIDATE.c.task_id, CANDIDATE.c.opened_at, *through).where(
        CANDIDATE.c.who == bindparam(f"who_{place}"),
        CANDIDATE.c.closed_at.is_(None),
        or_(~IS_SHUT_OUT, CANDIDATE.c.task_id.not_in(select(SHUT_TO_HIM.c.id))),
    )
    if goes_on:
        opened: ColumnElement[Any] = bindparam("opened", type_=CANDIDATE.c.opened_at.type)
        task: ColumnElement[Any] = bindparam("task", type_=CANDIDATE.c.task_id.type)
        later = and_(CANDIDATE.c.opened_at == opened, CANDIDATE.c.task_id > task)
        query = query.where(CANDIDATE.c.opened_at >= opened, or_(CANDIDATE.c.opened_at > opened, later))
    order = (CANDIDATE.c.opened_at, CANDIDATE.c.task_id)
    return query.order_by(*order).limit(at_most).subquery()


def _name_of(place: int) -> Any:
    """The name of the group that a party is, looked up once; a person is none, and no key is like what follows his."""
    key = func.substr(bindparam(f"who_{place}", type_=String), len("group:") + 1)
    return select(GROUP.c.name).where(GROUP.c.key == key).scalar_subquery()
