"""Who worked on what in a case: the question behind separation of duties, in one statement."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, join, literal, or_, select, text, union_all

from engine.hot import Hot, among
from engine.store.base import table_of
from engine.store.records import Evidence
from engine.store.running import Answer, Instance, JoinedCall, Task, Variable

COMPLETED = text("tasks.status = 'completed'")
FOR_OTHERS = text("tasks.status = 'completed' AND tasks.acting_for IS NOT NULL")
AMENDED, REPLACED = text("answers.number > 1"), text("evidence.replaces_id IS NOT NULL")


@lru_cache(64)
def query_for(tasks: bool, itself: bool, in_round: bool, variables: bool, calls: bool, narrow: bool) -> Hot:
    """
    One statement for a set of kinds of rules; rows hold kind, rule and person (for kind `person` a variable's value).

    Args:
        tasks, itself, variables, calls: which kinds of rules there are.
        in_round: whether the task is one of a multi-instance, so that `self` means its round.
        narrow: ask about certain people (`who`) only; each part is then a probe of an index.
    """
    here = Task.instance_id == bindparam("instance_id")
    parts: list[Select[str, str, str]] = []
    if tasks:
        parts += _did(Task.element, "task", narrow, here, among(Task.element, "elements"))
    if itself:
        same = [here, Task.element == bindparam("element")]
        if in_round:
            first = _round_began()
            same.append(or_(first.is_(None), Task.id >= first))
        parts += _did(literal("self"), "task", narrow, *same)
    if calls:
        under = _called()
        parts += [part.join(under, under.c.id == Task.instance_id) for part in _did(under.c.rule, "called", narrow)]
        joined = [
            JoinedCall.caller_id == bindparam("instance_id"),
            JoinedCall.called_id == Task.instance_id,
            among(JoinedCall.element, "calls"),
        ]
        parts += _did(JoinedCall.element, "called", narrow, *joined, beside=JoinedCall)
    if variables:
        named = [
            Variable.instance_id == bindparam("instance_id"),
            among(Variable.name, "names"),
        ]
        parts.append(
            select(literal("person").label("kind"), Variable.name.label("rule"), Variable.value.label("person")).where(
                *named
            )
        )
    return Hot(union_all(*parts))


def _did(rule: Any, kind: str, narrow: bool, *where: Any, beside: Any = None) -> list[Select[str, str, str]]:
    """Who completed tasks, for whom somebody else did, and who changed the record afterwards."""
    parts = []
    for source, column, done in (
        (Task, Task.completed_by, COMPLETED),
        (Task, Task.acting_for, FOR_OTHERS),
        (join(Task, Answer, Answer.task_id == Task.id), Answer.by, AMENDED),
        (join(Task, Evidence, Evidence.task_id == Task.id), Evidence.by, REPLACED),
    ):
        part = select(literal(kind).label("kind"), rule.label("rule"), column.label("person"))
        part = part.select_from(source if beside is None else join(source, beside, where[1])).where(done, *where)
        parts.append(part.where(among(column, "who")).distinct() if narrow else part.distinct())
    return parts


def _round_began() -> Any:
    """
    The first item of this task's round, by its id.

    Ids grow with each task; moments do not, where a clock is set: two rounds
    may begin while it stands still.
    """
    other = table_of(Task).alias("first_of_round")
    return (
        select(other.c.id)
        .where(
            other.c.instance_id == bindparam("instance_id"),
            other.c.element == bindparam("element"),
            other.c.opened_at <= bindparam("opened_at"),
            other.c.locals["loopCounter"].as_integer() == 0,
        )
        .order_by(other.c.opened_at.desc(), other.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _called() -> Any:
    """The cases that the named activities of this one called, and those that these called in turn."""
    direct = (
        select(Instance.id, Instance.caller_element.label("rule"))
        .where(
            Instance.caller_id == bindparam("instance_id"),
            among(Instance.caller_element, "calls"),
        )
        .cte("under", recursive=True)
    )
    return direct.union_all(select(Instance.id, direct.c.rule).where(Instance.caller_id == direct.c.id))
