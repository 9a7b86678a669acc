"""What a person holds, thing by thing: what must be somebody else's before he can leave."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, func, or_, select, text, union
from sqlalchemy.orm import Session

from engine import access, registers
from engine.identity.leaving import UNSEEN_THINGS, some_unseen, versions_in_force
from engine.identity.person import Person
from engine.identity.substitutes import LIVE
from engine.store.absence import RotationRow, SubstitutionRow
from engine.store.definitions import Binding, DefinitionRow, Deployment
from engine.store.people import Membership, PersonRow
from engine.store.running import LIVE_TASK, Instance, Task

ROLES = ("steward", "people", "oncall", "pause", "page")


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One thing that a person holds. `kind` reads as a sentence would; `id` names it, and `name` is for people."""

    kind: str
    id: str
    name: str


UNSEEN = Holding(kind="unseen", id="", name=UNSEEN_THINGS)
"""Stands once for all that must be handed over and does not exist for who looks: neither what, nor how much."""


def cases(session: Session, person: str) -> list[UUID]:
    """The cases in which something is his: the case itself, or a task that is open, by id."""
    return sorted(session.scalars(_cases(person)))


def _cases(person: str) -> CompoundSelect[UUID]:
    owned = select(Instance.id).where(Instance.owner == person, Instance.ended_at.is_(None))
    return union(owned, select(Task.instance_id).where(LIVE_TASK, _his(person)))


def _his(person: str) -> ColumnElement[bool]:
    return or_(Task.holder == person, Task.accountable == person, Task.acting_for == person)


def of(session: Session, person: str, *, by: Person) -> list[Holding]:
    """Everything that would be unowned without him, as far as `by` may see it; last, once, `UNSEEN` for the rest."""
    found = [*_in_cases(session, person, by), *_on_platform(session, person), *in_registers(session, person, by=by)]
    return sorted(dict.fromkeys(found), key=lambda one: one == UNSEEN)


def _in_cases(session: Session, person: str, by: Person) -> Iterator[Holding]:
    seen = access.visible_instances(by)
    tasks = select(Task.id, Task.name).join(Instance, Instance.id == Task.instance_id)
    for row in session.execute(tasks.where(LIVE_TASK, _his(person), seen).order_by(Task.id)):
        yield Holding(kind="task", id=str(row.id), name=row.name)
    owned = select(Instance.id, Instance.title).where(Instance.owner == person, Instance.ended_at.is_(None), seen)
    for row in session.execute(owned.order_by(Instance.id)):
        yield Holding(kind="case", id=str(row.id), name=row.title)
    if some_unseen(session, _cases(person), by=by):
        yield UNSEEN


def _on_platform(session: Session, person: str) -> Iterator[Holding]:
    for key, standing in standings(session, person):
        yield Holding(kind=standing, id=key, name=key)
    for deployment, key in processes(session, person):
        yield Holding(kind="process", id=str(deployment), name=key)
    for definition, role in bindings(session, person):
        yield Holding(kind="binding", id=f"{definition} {role}", name=role)
    for one in rotations(session, person):
        yield Holding(kind="rotation", id=str(one.id), name=f"level {one.level} of {one.subject}")
    for away in substitutions(session, person):
        yield Holding(kind="substitution", id=str(away.id), name=f"absence of {away.person_id}")


def in_registers(session: Session, person: str, *, by: Person) -> Iterator[Holding]:
    """The entries that name him for a role; `UNSEEN` for those of a register that `by` may not read."""
    for row in entries(session, person):
        if registers.may_read(registers.defined(session, row.register), by):
            yield Holding(kind="register", id=f"{row.register}:{row.key}", name=row.title)
        else:
            yield UNSEEN


def standings(session: Session, person: str) -> list[tuple[str, str]]:
    """The groups that he leads or deputises, or is the last in: key and `lead`, `deputy` or `last member`."""
    mine = select(Membership.group_key, Membership.standing).where(Membership.person_id == person)
    found = []
    for key, standing in session.execute(mine.order_by(Membership.group_key)).all():
        others = (
            select(func.count())
            .select_from(Membership)
            .join(PersonRow, PersonRow.id == Membership.person_id)
            .where(Membership.group_key == key, Membership.person_id != person, text("people.active"))
        )
        if standing != "member":
            found.append((key, standing))
        elif not session.scalar(others):
            found.append((key, "last member"))
    return found


def processes(session: Session, person: str) -> list[tuple[UUID, str]]:
    """The deployments of processes in force that he owns, each with one of its processes."""
    newest = versions_in_force().subquery()
    query = (
        select(Deployment.id, func.min(DefinitionRow.key))
        .join(DefinitionRow, DefinitionRow.deployment_id == Deployment.id)
        .join(newest, (DefinitionRow.key == newest.c.key) & (DefinitionRow.version == newest.c.version))
        .where(Deployment.owner == person)
        .group_by(Deployment.id)
        .order_by(Deployment.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def bindings(session: Session, person: str) -> list[tuple[UUID, str]]:
    """The roles of processes in force for which he stands: definition and role."""
    newest = versions_in_force().subquery()
    query = (
        select(Binding.definition_id, Binding.role)
        .join(DefinitionRow, DefinitionRow.id == Binding.definition_id)
        .join(newest, (DefinitionRow.key == newest.c.key) & (DefinitionRow.version == newest.c.version))
        .where(Binding.who == f"person:{person}")
        .order_by(Binding.definition_id, Binding.role)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def rotations(session: Session, person: str) -> list[RotationRow]:
    """The rotations in force in which he takes turns."""
    rows = session.scalars(select(RotationRow).where(text("rotations.until IS NULL")).order_by(RotationRow.id))
    return [row for row in rows if person in row.people]


def substitutions(session: Session, person: str) -> list[SubstitutionRow]:
    """The absences, planned or under way, that name him: as who is away, or as who stands in."""
    his = or_(SubstitutionRow.person_id == person, SubstitutionRow.first == person, SubstitutionRow.second == person)
    query = select(SubstitutionRow).where(LIVE, SubstitutionRow.stopped_at.is_(None), his)
    return list(session.scalars(query.order_by(SubstitutionRow.id)))


def entries(session: Session, person: str) -> list[registers.Row]:
    """The rows of registers that name him for one of the roles they provide."""
    found = []
    for one in registers.all_registers(session):
        for row in registers.matching(session, one.definition.key, {}):
            if any(person in one.definition.holders(row.values, role, None) for role in ROLES):
                found.append(row)
    return found


def replaced(value: Any, person: str, to: str) -> Any:
    """The same value with another name in it."""
    if isinstance(value, dict):
        return {key: replaced(held, person, to) for key, held in value.items()}
    if isinstance(value, list):
        return list({str(one): one for one in (replaced(held, person, to) for held in value)}.values())
    return to if value == person else value
