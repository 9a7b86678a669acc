"""Who sees a case because he stands in for somebody to whom a piece of work in it belongs."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, text

from engine.store.absence import SubstitutionRow
from engine.store.definitions import DefinitionRow
from engine.store.people import GroupRow, Membership
from engine.store.running import LIVE_TASK, Candidate, Instance, Task

# Conditions of partial indexes are written out: bound, a generic plan would not use them.
ACTIVE = text("substitutions.status = 'active' AND substitutions.stopped_at IS NULL")


def stand_in(which: Any, case: ColumnElement[bool]) -> Select[Any]:
    """
    Those named as `which` (first or second) in absences under way, of people to whom live tasks of a case belong.

    Args:
        case: which tasks are meant, such as `Task.instance_id == Instance.id`.
    """
    person = SubstitutionRow.person_id
    groups = select(literal("group:") + Membership.group_key).where(Membership.person_id == person)
    everybody = select(literal("group:") + GroupRow.key).where(text("groups.everybody"))
    offered = select(Candidate.task_id).where(
        Candidate.task_id == Task.id,
        or_(Candidate.who == literal("person:") + person, Candidate.who.in_(groups), Candidate.who.in_(everybody)),
    )
    his = or_(Task.holder == person, Task.accountable == person, offered.exists())
    process = (
        select(DefinitionRow.key)
        .join(Instance, Instance.definition_id == DefinitionRow.id)
        .where(Instance.id == Task.instance_id)
        .correlate(Task)
        .scalar_subquery()
    )
    scope = or_(SubstitutionRow.process.is_(None), SubstitutionRow.process == process)
    return select(which).join(Task, and_(case, LIVE_TASK, his)).where(ACTIVE, scope, which.is_not(None))


def is_stand_in(person: str, case: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether this person stands in for somebody to whom a live task of the case belongs."""
    mine = or_(SubstitutionRow.first == person, SubstitutionRow.second == person)
    stands_in = select(SubstitutionRow.id).where(ACTIVE, mine).correlate(None)
    found = stand_in(SubstitutionRow.id, case).where(mine).correlate(Instance)
    return stands_in.exists() & found.exists()
