"""A small organisation for tests: people, groups and, where no diagram is needed, bare cases and tasks."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine.core.vocabulary import Model, Node, Rules
from engine.identity import groups, people
from engine.identity.people import SETUP, Person
from engine.ids import new_id
from engine.store.definitions import CalendarRow, DefinitionRow, Deployment, Resource
from engine.store.running import Candidate, Instance, Task

NOW = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)


def person(session: Session, person_id: str, *, admin: bool = False, **more: Any) -> Person:
    """Somebody new, called by his id."""
    name = person_id.replace(".", " ").title()
    return people.create(session, person_id, name=name, platform_admin=admin, by=SETUP, now=NOW, **more)


def group(session: Session, key: str, *members: str, lead: str | None = None, **more: Any) -> None:
    """A new group with these members; the lead is one of them."""
    groups.create(session, key, name=key.replace("_", " ").capitalize(), by=SETUP, now=NOW, **more)
    for member in members:
        groups.join(session, key, member, standing="lead" if member == lead else "member", by=SETUP, now=NOW)


def model(**tasks: Rules) -> Model:
    """A model of user tasks with these rules; nothing else of it is looked at."""
    nodes = {
        key: Node(id=key, kind="userTask", name=key.removeprefix("T_"), rules=rules) for key, rules in tasks.items()
    }
    return Model(key="sample", name="Sample", nodes=nodes, flows={}, starts=(), lanes={})


@dataclass(frozen=True)
class Parsed:
    """A parsed definition, as far as rules go."""

    model: Model


@dataclass(frozen=True)
class Piece:
    """A task as the core opens it."""

    element: str
    token: int = 1
    name: str = ""
    at: datetime = NOW
    lane: str | None = None
    assignee: str | None = None
    candidate_users: tuple[str, ...] = ()
    candidate_groups: tuple[str, ...] = ()
    locals: dict[str, Any] = field(default_factory=dict)


def definition(session: Session, *, owner: str | None, key: str = "sample", version: int = 1) -> UUID:
    """A released definition without content."""
    people.find(session, "operator:setup") or people.operator(session, "setup", now=NOW)
    deployment, resource, version_id = new_id(), new_id(), new_id()
    released = {"status": "released", "released_at": NOW, "released_by": "operator:setup", "at_once": True}
    made = {"name": key, "source": "", "deployed_at": NOW, "deployed_by": "operator:setup", "owner": owner}
    session.execute(insert(Deployment), [{"id": deployment, "warnings": [], **made, **released}])
    file = {"deployment_id": deployment, "name": f"{key}.bpmn", "sha256": b"", "data": b""}
    session.execute(insert(Resource), [{"id": resource, **file}])
    row = {"deployment_id": deployment, "resource_id": resource, "key": key, "version": version, "name": key}
    more = {"version_tag": None, "translated": b"", "translator": 1, "suspended_at": None}
    session.execute(insert(DefinitionRow), [{"id": version_id, **row, **more}])
    return version_id


def case(session: Session, definition_id: UUID, *, owner: str, by: str, **more: Any) -> UUID:
    """A running case without content."""
    if session.get(CalendarRow, "none") is None:
        session.execute(insert(CalendarRow), [{"digest": "none", "body": b"", "stored_at": NOW}])
    row = {
        "id": new_id(),
        "definition_id": definition_id,
        "title": "A case",
        "business_key": None,
        "status": "running",
        "started_at": NOW,
        "started_by": by,
        "ended_at": None,
        "owner": owner,
        "caller_id": None,
        "caller_token": None,
        "caller_element": None,
        "confidential": False,
        "calendar": "none",
        "version": 0,
        "state": b"{}",
        "events": 0,
        "chain_length": 0,
        "chain_head": b"",
    }
    session.execute(insert(Instance), [row | more])
    return (row | more)["id"]


def task(
    session: Session,
    instance_id: UUID,
    element: str,
    *,
    accountable: str,
    done_by: str | None = None,
    holder: str | None = None,
    acting_for: str | None = None,
    candidates: tuple[str, ...] = (),
    minutes: int = 0,
    token: int | None = None,
    **more: Any,
) -> Any:
    """A task of a case, opened `minutes` after NOW; completed, claimed or open, as far as people are named."""
    at = NOW + timedelta(minutes=minutes)
    row = {
        "id": new_id(),
        "instance_id": instance_id,
        "token": token if token is not None else new_id().int % 2**30,
        "element": element,
        "name": element.removeprefix("T_"),
        "lane": None,
        "status": "completed" if done_by else "claimed" if holder else "open",
        "accountable": accountable,
        "accountable_because": "owner",
        "holder": holder or done_by,
        "acting_for": acting_for,
        "claimed_at": at if holder or done_by else None,
        "opened_at": at,
        "due_at": None,
        "first_due_at": None,
        "follow_up_at": None,
        "priority": 50,
        "locals": {},
        "version": 1,
        "closed_at": at if done_by else None,
        "completed_by": done_by,
        "closed_because": None,
    }
    session.execute(insert(Task), [row | more])
    for who in candidates:
        closed = at if holder or done_by else None
        session.execute(insert(Candidate), [{"task_id": row["id"], "who": who, "opened_at": at, "closed_at": closed}])
    return session.get(Task, row["id"])
