"""
Who stands on a rung: people by name, at the moment it is climbed.

A group to which everybody belongs is not told as a whole: of it, only its
lead is. Whoever is absent is told through his substitute. In a confidential
case nobody is told who does not know of it already; where a group handles it,
only its members and who has the task are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from engine import access, oncall, registers
from engine.cases import Case, LiveTask
from engine.core.ladder_text import Whom, read_whom
from engine.core.ladders import Ladder, Rung
from engine.core.vocabulary import Model
from engine.identity import groups
from engine.identity.substitutes import Absences, absences
from engine.running import circle
from engine.store.people import Membership, PersonRow
from engine.store.running import Candidate

OFFERED = select(Candidate.task_id, Candidate.who).where(Candidate.task_id.in_(bindparam("tasks", expanding=True)))
ACTIVE = text("people.active")
MEMBERS = (
    select(Membership.group_key, Membership.standing, PersonRow.id)
    .join(PersonRow, PersonRow.id == Membership.person_id)
    .where(ACTIVE, Membership.group_key.in_(bindparam("keys", expanding=True)))
)
THERE = select(PersonRow.id).where(ACTIVE, PersonRow.id.in_(bindparam("people", expanding=True)))


@dataclass(frozen=True, kw_only=True)
class Reach:
    """
    Whom the rungs of these tasks of a case reach at one moment.

    What decides it is asked for all of them at once, and once: nothing of it changes while ladders are climbed.

    Args:
        climbing: the tasks, each with its ladder.
    """

    session: Session
    case: Case
    model: Model
    at: datetime
    climbing: Sequence[tuple[LiveTask, Ladder]]

    def of(self, task: LiveTask, rung: Rung, *, top: bool) -> tuple[str, ...]:
        """
        The ids of those who are told on this rung, sorted; empty when nobody stands on it.

        Args:
            top: whether it is the last one, on which the owner of the case stands for an empty level.
        """
        found = self._there(self._people(task, self._fitting(task, _named(rung))))
        if not found and top:
            owner = self._people(task, [Whom(kind="owner")])
            found = self._there(owner) or owner
        if self.case.handlers is not None:
            found &= self._circle(task)
            found = found or (frozenset({self.case.owner}) if top else found)
        elif self.case.confidential and found:
            found &= self._initiated
        return tuple(sorted(found))

    def _fitting(self, task: LiveTask, wanted: Sequence[Whom]) -> list[Whom]:
        """Without those who see to other standards; all, where the task is under no clause that anybody sees to."""
        node = self.model.nodes.get(task.element)
        clauses = (node.rules.clauses if node else ()) or self.model.rules.clauses
        standards = {clause.partition(":")[0].strip() for clause in clauses}
        bound = [one for one in wanted if one.standard]
        if not any(one.standard in standards for one in bound):
            return list(wanted)
        return [one for one in wanted if not one.standard or one.standard in standards]

    def _people(self, task: LiveTask, wanted: Iterable[Whom]) -> frozenset[str]:
        offered = self._offered.get(task.id, set())
        parties, led, people = set[str](), set[str](), set[str]()
        for one in wanted:
            if one.kind == "candidates":
                parties |= offered
            elif one.kind == "lead":
                led |= {one.name} if one.name else _groups(offered)
                people |= set() if one.name or self._leads(led) else {task.accountable}
            elif one.kind == "group":
                parties.add(f"group:{one.name}")
            else:
                people |= self._by_name(task, one)
        people |= _persons(parties)
        members = {row.id for key in _groups(parties) for row in self._members.get(key, ())}
        return frozenset(members | (people & self._active) | self._leads(led))

    def _by_name(self, task: LiveTask, one: Whom) -> set[str]:
        """Those whom the task, its case, or what that is about names by themselves."""
        if one.kind in ("oncall", "subject"):
            return self._of_the_subject[one]
        named = {"owner": self.case.owner, "accountable": task.accountable, "person": one.name}
        if one.kind == "assignee":
            return {task.holder} if task.holder else set()
        return {named[one.kind]} if one.kind in named else set()

    def _leads(self, keys: set[str]) -> set[str]:
        """The lead of each group, or its deputy where it has none."""
        found: dict[str, str] = {}
        for key in keys:
            for row in sorted(self._members.get(key, ()), key=lambda row: row.standing == "lead"):
                if row.standing in ("lead", "deputy"):
                    found[key] = row.id
        return set(found.values())

    def _there(self, people: frozenset[str]) -> frozenset[str]:
        """These people, or who stands in for those who are away; nobody for whom nobody does."""
        return frozenset(self._absences.in_place_of(sorted(people), self.model.key, self.at)) if people else people

    def _circle(self, task: LiveTask) -> frozenset[str]:
        """Who handles the case, and who has the task; nobody who is shut out of it."""
        return (self._handlers | frozenset({task.holder} if task.holder else ())) - self._shut_out

    @cached_property
    def _wanted(self) -> frozenset[Whom]:
        return frozenset(one for _, ladder in self.climbing for rung in ladder.rungs for one in _named(rung))

    @cached_property
    def _offered(self) -> Mapping[UUID, set[str]]:
        found = defaultdict[UUID, set[str]](set)
        for row in self.session.execute(OFFERED, {"tasks": [task.id for task, _ in self.climbing]}):
            found[row.task_id].add(row.who)
        return found

    @cached_property
    def _members(self) -> Mapping[str, list[Any]]:
        keys = {one.name for one in self._wanted if one.kind in ("lead", "group") and one.name}
        keys = keys.union(*(_groups(parties) for parties in self._offered.values()))
        found = defaultdict[str, list[Any]](list)
        for row in self.session.execute(MEMBERS, {"keys": sorted(keys)}) if keys else ():
            found[row.group_key].append(row)
        return found

    @cached_property
    def _of_the_subject(self) -> Mapping[Whom, set[str]]:
        """Who is on call for what the case is about, or has a role there; nobody where it is about nothing."""
        about, asked = self.case.subject, [one for one in self._wanted if one.kind in ("oncall", "subject")]
        if about is None:
            return {one: set() for one in asked}
        calls = [one for one in asked if one.kind == "oncall"]
        answering = oncall.answering(self.session, about, at=self.at) if calls else None
        found = {one: set(answering.reached(int(one.name))) for one in calls if answering}
        roles = [one for one in asked if one.kind == "subject"]
        return found | {one: set(registers.holders(self.session, about, one.name)) for one in roles}

    @cached_property
    def _active(self) -> frozenset[str]:
        """Those who have not left, of all who are named by themselves."""
        named = {self.case.owner}.union(*self._of_the_subject.values(), *map(_persons, self._offered.values()))
        named |= {one.name for one in self._wanted if one.kind == "person"}
        named |= {who for task, _ in self.climbing for who in (task.holder, task.accountable) if who}
        return frozenset(self.session.execute(THERE, {"people": sorted(named)}).scalars())

    @cached_property
    def _absences(self) -> Absences:
        return absences(self.session)

    @cached_property
    def _handlers(self) -> frozenset[str]:
        return groups.members(self.session, self.case.handlers or "")

    @cached_property
    def _shut_out(self) -> frozenset[str]:
        return circle.shut_out_of(self.session, self.case.id)

    @cached_property
    def _initiated(self) -> frozenset[str]:
        """Who knows of a confidential case already."""
        facts = access.facts_of(self.session, self.case)
        return facts.people | {facts.started_by} | groups.people_of(self.session, sorted(facts.parties))


def _named(rung: Rung) -> list[Whom]:
    return [read_whom(one) for one in rung.whom]


def _groups(parties: Iterable[str]) -> set[str]:
    return {who.removeprefix("group:") for who in parties if who.startswith("group:")}


def _persons(parties: Iterable[str]) -> set[str]:
    return {who.removeprefix("person:") for who in parties if who.startswith("person:")}
