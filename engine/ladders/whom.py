"""
Who stands on a rung: people by name, at the moment it is climbed.

A group to which everybody belongs is not told as a whole: of it, only its
lead is. Whoever is absent is told through his substitute. In a confidential
case nobody is told who does not know of it already; where a group handles it,
only its members and who has the task are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from engine import access, oncall, registers
from engine.cases import Case, LiveTask
from engine.core.ladder_text import Whom, read_whom
from engine.core.ladders import Rung
from engine.core.vocabulary import Model
from engine.identity import groups
from engine.identity.substitutes import in_place_of
from engine.running import circle
from engine.store.people import Membership, PersonRow
from engine.store.running import Candidate

OFFERED = select(Candidate.who).where(Candidate.task_id == bindparam("of_task"))
ACTIVE = text("people.active")
MEMBERS = (
    select(Membership.group_key, Membership.standing, PersonRow.id)
    .join(PersonRow, PersonRow.id == Membership.person_id)
    .where(ACTIVE, Membership.group_key.in_(bindparam("keys", expanding=True)))
)
THERE = select(PersonRow.id).where(ACTIVE, PersonRow.id.in_(bindparam("people", expanding=True)))


@dataclass(frozen=True, kw_only=True)
class Level:
    """A task of a locked case that climbs, and what decides who stands on its rungs."""

    case: Case
    task: LiveTask
    model: Model
    at: datetime


def reached(session: Session, level: Level, rung: Rung, *, top: bool) -> tuple[str, ...]:
    """
    The ids of those who are told on this rung, sorted; empty when nobody stands on it.

    Args:
        top: whether it is the last one, on which the owner of the case stands for an empty level.
    """
    wanted = _fitting([read_whom(one) for one in rung.whom], level)
    found = _there(session, level, _people(session, level, wanted))
    if not found and top:
        owner = _people(session, level, [Whom(kind="owner")])
        found = _there(session, level, owner) or owner
    if level.case.handlers is not None:
        found &= _circle(session, level)
        found = found or (frozenset({level.case.owner}) if top else found)
    elif level.case.confidential and found:
        found &= _initiated(session, level)
    return tuple(sorted(found))


def _fitting(wanted: Sequence[Whom], level: Level) -> list[Whom]:
    """Without those who see to other standards; all, where the task is under no clause that anybody sees to."""
    node = level.model.nodes.get(level.task.element)
    clauses = (node.rules.clauses if node else ()) or level.model.rules.clauses
    standards = {clause.partition(":")[0].strip() for clause in clauses}
    bound = [one for one in wanted if one.standard]
    if not any(one.standard in standards for one in bound):
        return list(wanted)
    return [one for one in wanted if not one.standard or one.standard in standards]


def _people(session: Session, level: Level, wanted: Iterable[Whom]) -> frozenset[str]:
    task = level.task
    parties, led, people = set[str](), set[str](), set[str]()
    for one in wanted:
        if one.kind == "candidates":
            parties |= _offered(session, task)
        elif one.kind == "lead":
            led |= {one.name} if one.name else _groups(_offered(session, task))
            people |= set() if one.name or _leads(session, led) else {task.accountable}
        elif one.kind == "group":
            parties.add(f"group:{one.name}")
        else:
            people |= _by_name(session, level, one)
    people |= {who.removeprefix("person:") for who in parties if who.startswith("person:")}
    members = {row.id for row in _members(session, _groups(parties))}
    there = set(session.execute(THERE, {"people": sorted(people)}).scalars()) if people else set()
    return frozenset(members | there | _leads(session, led))


def _by_name(session: Session, level: Level, one: Whom) -> set[str]:
    """Those whom the task, its case, or what that is about names by themselves."""
    if one.kind in ("oncall", "subject"):
        return _of_the_subject(session, level, one)
    task, named = level.task, {"owner": level.case.owner, "accountable": level.task.accountable, "person": one.name}
    if one.kind == "assignee":
        return {task.holder} if task.holder else set()
    return {named[one.kind]} if one.kind in named else set()


def _of_the_subject(session: Session, level: Level, one: Whom) -> set[str]:
    """Who is on call for what the case is about, or has a role there; nobody where it is about nothing."""
    about = level.case.subject
    if about is None:
        return set()
    if one.kind == "oncall":
        return set(oncall.reached(session, about, int(one.name), at=level.at))
    return set(registers.holders(session, about, one.name))


def _offered(session: Session, task: LiveTask) -> set[str]:
    return set(session.execute(OFFERED, {"of_task": task.id}).scalars())


def _groups(parties: Iterable[str]) -> set[str]:
    return {who.removeprefix("group:") for who in parties if who.startswith("group:")}


def _members(session: Session, keys: set[str]) -> list[Any]:
    return list(session.execute(MEMBERS, {"keys": sorted(keys)})) if keys else []


def _leads(session: Session, keys: set[str]) -> set[str]:
    """The lead of each group, or its deputy where it has none."""
    found: dict[str, str] = {}
    for row in sorted(_members(session, keys), key=lambda row: row.standing == "lead"):
        if row.standing in ("lead", "deputy"):
            found[row.group_key] = row.id
    return set(found.values())


def _there(session: Session, level: Level, people: frozenset[str]) -> frozenset[str]:
    """These people, or who stands in for those who are away; nobody for whom nobody does."""
    if not people:
        return people
    return frozenset(in_place_of(session, sorted(people), level.model.key, level.at))


def _circle(session: Session, level: Level) -> frozenset[str]:
    """Who handles the case, and who has the task; nobody who is shut out of it."""
    holder = frozenset({level.task.holder} if level.task.holder else ())
    members = groups.members(session, level.case.handlers or "")
    return (members | holder) - circle.shut_out_of(session, level.case.id)


def _initiated(session: Session, level: Level) -> frozenset[str]:
    """Who knows of a confidential case already."""
    facts = access.facts_of(session, level.case)
    return facts.people | {facts.started_by} | groups.people_of(session, sorted(facts.parties))
