"""The rows that verification reads, as they are stored: by what they belong to, with statements that are said often."""

from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.hot import Hot
from engine.store.base import Table, table_of
from engine.store.running import Answer, Task

ANSWERS = Hot(
    select(table_of(Answer)).join(Task, Task.id == Answer.task_id).where(Task.instance_id == bindparam("of_case"))
)


def rows(session: Session, entity: type[Table], **owner: Any) -> list[Any]:
    """The rows of a table whose columns have these values: `rows(session, Timer, instance_id=...)`."""
    return _owned(entity, tuple(owner)).all(session, owner)


def answers(session: Session, instance_id: Any) -> dict[tuple[str, int], Any]:
    """What was answered in a case, by task and number."""
    return {(str(row.task_id), row.number): row for row in ANSWERS.all(session, {"of_case": instance_id})}


@cache
def _owned(entity: type[Table], names: tuple[str, ...]) -> Hot:
    table = table_of(entity)
    return Hot(select(table).where(*(table.c[name] == bindparam(name) for name in names)))
