"""What a person still holds, so that nothing is left unowned when he goes."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, delete, except_, func, or_, select, text, union, update
from sqlalchemy.orm import Session

from engine import access
from engine.errors import Conflict
from engine.identity.person import Person
from engine.ladders import book
from engine.store.absence import RotationRow
from engine.store.accounts import RecoveryCode, SecondFactor
from engine.store.definitions import Binding, DefinitionRow, Deployment
from engine.store.people import GroupRow, Membership, PersonRow, Token
from engine.store.running import LIVE_TASK, Instance, Task

SHOWN = 5
UNSEEN_THINGS = "what you may not see"


def still_held(session: Session, person_id: str, *, by: Person) -> list[str]:
    """What would be unowned without this person, in words; empty when nothing would. Names only what `by` may see."""
    seen = access.visible_instances(by)
    his = LIVE_TASK, or_(Task.holder == person_id, Task.accountable == person_id)
    owned = Instance.owner == person_id, Instance.ended_at.is_(None)
    tasks = select(Task.name).join(Instance, Instance.id == Task.instance_id).where(*his, seen)
    leads = select(Membership.group_key).where(Membership.person_id == person_id, Membership.standing == "lead")
    running = select(Instance.title).where(*owned, seen)
    newest = versions_in_force().subquery()
    in_force = (DefinitionRow.key == newest.c.key) & (DefinitionRow.version == newest.c.version)
    processes = (
        select(DefinitionRow.key)
        .join(newest, in_force)
        .join(Deployment, Deployment.id == DefinitionRow.deployment_id)
        .where(Deployment.owner == person_id)
    )
    bound = (
        select(Binding.role)
        .distinct()
        .join(DefinitionRow, DefinitionRow.id == Binding.definition_id)
        .join(newest, in_force)
        .where(Binding.who == f"person:{person_id}")
    )
    turns = select(RotationRow.subject).distinct().where(text("rotations.until IS NULL"), _names(person_id))
    found = {
        "has to see to the tasks": tasks,
        "leads the groups": leads,
        "owns the running cases": running,
        "owns the processes": processes,
        "stands for the roles": bound,
        "takes turns on call for": turns,
    }
    held = {words: list(session.execute(query.limit(SHOWN + 1)).scalars()) for words, query in found.items()}
    held["is told by the ladders"] = book.naming(session, person_id)
    if some_unseen(session, union(select(Instance.id).where(*owned), select(Task.instance_id).where(*his)), by=by):
        held["holds"] = [UNSEEN_THINGS]
    return [said for words, names in held.items() if (said := _listed(words, names))]


def some_unseen(session: Session, cases: Any, *, by: Person) -> bool:
    """Whether one of the cases whose ids this finds does not exist for `by`."""
    ids = cases.subquery()
    seen = select(Instance.id).where(Instance.id.in_(select(ids.c[0])), access.visible_instances(by))
    return session.execute(except_(select(ids.c[0]), seen).limit(1)).first() is not None


def _names(person_id: str) -> ColumnElement[bool]:
    """Whether a rotation names a person; ids hold no quotes."""
    return cast(RotationRow.people, Text).like(f'%"{person_id}"%')


def versions_in_force() -> Select[str, int]:
    """The newest released version of each process; what older ones say of people binds no new case."""
    return (
        select(DefinitionRow.key, func.max(DefinitionRow.version).label("version"))
        .join(Deployment, Deployment.id == DefinitionRow.deployment_id)
        .where(Deployment.status == "released")
        .group_by(DefinitionRow.key)
    )


def _listed(words: str, names: list[str]) -> str:
    more = " and more" if len(names) > SHOWN else ""
    return f"{words} {', '.join(names[:SHOWN])}{more}" if names else ""


def keep_an_admin(session: Session, without: str) -> None:
    """
    Refuse what would leave nobody to manage people.

    Raises:
        Conflict: this person is the last one who manages the platform.
    """
    others = administrators().where(PersonRow.id != without)
    is_one = administrators().where(PersonRow.id == without)
    if session.execute(is_one).first() and not session.execute(others.limit(1)).first():
        raise Conflict(f"{without} is the last one who manages the platform. Name another administrator first.")


def administrators() -> Select[str]:
    """The ids of those who manage the platform and have not left."""
    by_group = (
        select(Membership.person_id)
        .join(GroupRow, GroupRow.key == Membership.group_key)
        .where(GroupRow.grants == "platform")
    )
    return select(PersonRow.id).where(
        PersonRow.kind == "person",
        text("people.active"),
        or_(text("people.platform_admin"), PersonRow.id.in_(by_group)),
    )


def let_go(session: Session, person_id: str, now: datetime) -> None:
    """Take a leaving person out of his groups, and make his tokens and his second factor void."""
    for table in (Membership, RecoveryCode, SecondFactor):
        session.execute(delete(table).where(table.person_id == person_id))
    session.execute(
        update(Token).where(Token.person_id == person_id, Token.revoked_at.is_(None)).values(revoked_at=now)
    )
