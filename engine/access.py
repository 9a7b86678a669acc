"""
Who may see a case, and who may act on it: once as a pure function, once as the same rule in SQL.

Whoever has a task of a case, had one, answers for one or was offered one sees
it; so do whoever stands in for one of them while a task of his is open,
whoever started it and whoever was told of a task by its ladder. Its owner sees
and manages it. Administrators of the platform read what is not confidential; a
confidential case does not exist for them, nor for an owner who is not among
its people. An auditor reads what his mandate covers and is not confidential,
and nothing else, whatever he was to a case before. Where a group handles it,
it exists for that group and for whoever has, had or was offered work in it;
that somebody started it, or stands in for one of them, is then no reason.
Nobody of all these sees a case that is shut to him.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    and_,
    bindparam,
    false,
    literal,
    not_,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from engine.absence import sight
from engine.errors import Forbidden, NotFound
from engine.identity.person import Mandate, Person
from engine.store.absence import SubstitutionRow
from engine.store.definitions import DefinitionRow
from engine.store.ladders import LadderTold
from engine.store.running import Candidate, Instance, ShutOut, Task


class Case(Protocol):
    """An instance, as far as rights go."""

    @property
    def id(self) -> UUID:
        """The instance's id."""

    @property
    def owner(self) -> str:
        """Who owns it."""

    @property
    def started_by(self) -> str:
        """Who started it."""

    @property
    def started_at(self) -> datetime:
        """When it began."""

    @property
    def ended_at(self) -> datetime | None:
        """When it ended, if it has."""

    @property
    def confidential(self) -> bool:
        """Whether it exists for its own people only."""

    @property
    def handlers(self) -> str | None:
        """The group that handles it, if one does."""


class Owned(Protocol):
    """A case, as far as managing it goes."""

    @property
    def owner(self) -> str:
        """Who owns it."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """
    What decides who sees a case.

    Args:
        people: who holds, did, stood in for or answers for a task of it, or was told of one by its ladder.
        stand_ins: who stands in for somebody to whom an open one belongs.
        parties: to whom a task was ever offered, as `person:ID` and `group:KEY`.
        handlers: the group that handles it.
        process: the key of its process; empty where it was not asked for.
        started_at, ended_at: when it ran.
        shut_out: for whom it does not exist, whatever else they are to it.
    """

    owner: str
    started_by: str
    started_at: datetime
    ended_at: datetime | None = None
    process: str = ""
    confidential: bool = False
    handlers: str | None = None
    people: frozenset[str] = frozenset()
    stand_ins: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    shut_out: frozenset[str] = frozenset()


def may_see(by: Person, facts: Facts) -> bool:
    """Whether the case exists for this person."""
    if by.kind == "operator":
        return True
    if by.auditor:
        return not facts.confidential and _audits(by, facts)
    if by.id in facts.shut_out:
        return False
    if by.id in facts.people or by.parties & facts.parties:
        return True
    if facts.handlers is not None:
        return facts.handlers in by.groups
    if by.id == facts.started_by or by.id in facts.stand_ins:
        return True
    return not facts.confidential and (by.id == facts.owner or by.platform_admin)


def _audits(by: Person, facts: Facts) -> bool:
    return by.mandate is not None and by.mandate.covers(facts.process, facts.started_at, facts.ended_at)


def may_manage(by: Person, facts: Facts) -> bool:
    """Whether this person assigns, cancels, suspends, corrects and retries."""
    return may_see(by, facts) and manages(by, facts)


def manages(by: Person, case: Owned) -> bool:
    """`may_manage` of a case that this person is known to see."""
    return not by.auditor and (by.kind == "operator" or by.id == case.owner)


def visible_instances(by: Person) -> ColumnElement[bool]:
    """`may_see` as a condition on `Instance`: every list, count and export uses it."""
    if by.kind == "operator":
        return true()
    if by.auditor:
        return audited(by.mandate) if by.mandate is not None else false()
    here = Task.instance_id == Instance.id
    touched = select(Task.id).where(
        here,
        or_(Task.holder == by.id, Task.completed_by == by.id, Task.accountable == by.id, Task.acting_for == by.id),
    )
    offered = (
        select(Task.id).join(Candidate, Candidate.task_id == Task.id).where(here, Candidate.who.in_(sorted(by.parties)))
    )
    told = select(LadderTold.task_id).where(LadderTold.instance_id == Instance.id, LadderTold.person_id == by.id)
    open_to_all = or_(Instance.owner == by.id, literal(by.platform_admin).is_(True))
    shut = select(ShutOut.person_id).where(ShutOut.instance_id == Instance.id, ShutOut.person_id == by.id)
    return not_(shut.correlate(Instance).exists()) & or_(
        Instance.handlers.is_(None) & (Instance.started_by == by.id),
        Instance.handlers.in_(sorted(by.groups)),
        touched.correlate(Instance).exists(),
        offered.correlate(Instance).exists(),
        told.exists(),
        Instance.handlers.is_(None) & sight.is_stand_in(by.id, here),
        not_(Instance.confidential) & open_to_all,
    )


def tellable(by: Person) -> ColumnElement[bool]:
    """
    Whether this person may be told of something that speaks of a case or of none.

    A condition on `Instance`, left-joined: it is not a confidential case that he may not see.
    """
    if by.kind == "operator":
        return true()
    return or_(Instance.id.is_(None), not_(Instance.confidential), visible_instances(by))


def audited(mandate: Mandate) -> ColumnElement[bool]:
    """What a mandate covers, as a condition on `Instance`; never anything confidential."""
    named = select(DefinitionRow.id).where(DefinitionRow.key.in_(sorted(mandate.processes)))
    return and_(
        not_(Instance.confidential),
        *([Instance.definition_id.in_(named)] if mandate.processes else []),
        *([or_(Instance.ended_at.is_(None), Instance.ended_at >= mandate.since)] if mandate.since else []),
        *([Instance.started_at < mandate.until] if mandate.until else []),
    )


def facts_of(session: Session, case: Case) -> Facts:
    """What decides who sees this case. One statement."""
    people: set[str] = set()
    sets: dict[str, set[str]] = {"party": set(), "shut out": set(), "process": set(), "stands in": set()}
    for kind, who in session.execute(_FACTS, {"instance_id": case.id}):
        sets.get(kind, people).add(who or "")
    return Facts(
        owner=case.owner,
        started_by=case.started_by,
        started_at=case.started_at,
        ended_at=case.ended_at,
        process=next(iter(sets["process"]), ""),
        confidential=case.confidential,
        handlers=case.handlers,
        people=frozenset(people),
        stand_ins=frozenset(sets["stands in"]),
        parties=frozenset(sets["party"]),
        shut_out=frozenset(sets["shut out"]),
    )


def must_see(session: Session, by: Person, case: Case) -> None:
    """
    Let the case not exist for whoever may not know of it.

    Raises:
        NotFound: `by` may not know of it.
    """
    if not may_see(by, _enough(session, by, case)):
        raise NotFound("case", str(case.id))


def must_know(session: Session, by: Person, case_id: UUID) -> None:
    """
    Let pass whoever may know of the case that he names. One statement, whether it is there or not.

    Raises:
        NotFound: there is no such case, or `by` may not know of it.
    """
    query = select(Instance.id).where(Instance.id == case_id, visible_instances(by))
    if session.execute(query).first() is None:
        raise NotFound("case", str(case_id))


def must_manage(session: Session, by: Person, case: Case) -> None:
    """
    Refuse whoever does not own the case.

    Raises:
        NotFound: `by` may not know of it.
        Forbidden: `by` sees it and neither owns it nor is an operator.
    """
    facts = _enough(session, by, case)
    if not may_see(by, facts):
        raise NotFound("case", str(case.id))
    if not may_manage(by, facts):
        raise Forbidden(f"{by.name} does not manage this case.", f"Ask its owner, {case.owner}.")


def is_shut_out(session: Session, case: Case, person: Person) -> bool:
    """Whether a case is shut to somebody."""
    return case.handlers is not None and person.id in facts_of(session, case).shut_out


def must_act(by: Person) -> None:
    """
    Refuse whoever only reads.

    Raises:
        Forbidden: `by` is an auditor.
    """
    if by.auditor:
        raise Forbidden(f"{by.name} may read and change nothing.", "An auditor takes no part in what he audits.")


def _enough(session: Session, by: Person, case: Case) -> Facts:
    """All facts, or those of the row alone where they decide already."""
    alone = Facts(
        owner=case.owner,
        started_by=case.started_by,
        started_at=case.started_at,
        ended_at=case.ended_at,
        confidential=case.confidential,
    )
    return alone if case.handlers is None and may_see(by, alone) else facts_of(session, case)


_HERE = Task.instance_id == bindparam("instance_id")
_FACTS: CompoundSelect[str, str | None] = union_all(
    select(literal("shut out"), ShutOut.person_id).where(ShutOut.instance_id == bindparam("instance_id")),
    select(literal("process"), DefinitionRow.key)
    .join(Instance, Instance.definition_id == DefinitionRow.id)
    .where(Instance.id == bindparam("instance_id")),
    select(literal("holder"), Task.holder).where(_HERE, Task.holder.is_not(None)).distinct(),
    select(literal("doer"), Task.completed_by).where(_HERE, text("tasks.completed_by IS NOT NULL")).distinct(),
    select(literal("accountable"), Task.accountable).where(_HERE).distinct(),
    select(literal("stood for"), Task.acting_for).where(_HERE, text("tasks.acting_for IS NOT NULL")).distinct(),
    select(literal("told"), LadderTold.person_id).where(LadderTold.instance_id == bindparam("instance_id")).distinct(),
    *(
        select(literal("stands in"), sight.stand_in(which, _HERE).subquery().c[0]).distinct()
        for which in (SubstitutionRow.first, SubstitutionRow.second)
    ),
    select(literal("party"), Candidate.who).join(Task, Task.id == Candidate.task_id).where(_HERE).distinct(),
)
