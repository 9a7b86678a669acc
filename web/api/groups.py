"""Groups."""

from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from engine.identity import giving, workload
from engine.identity import groups as verbs
from engine.identity.person import Person
from web.acts import act, look
from web.auth import caller
from web.operations import Theme
from web.reads import people as found
from web.schemas.base import list_of
from web.schemas.clauses import SpanQuery
from web.schemas.identity import (
    AnswerRole,
    AskForRole,
    ChangeGroup,
    CreateGroup,
    DecidedOut,
    GroupOut,
    GroupWithMembersOut,
    OpenWorkOut,
    SetMember,
)

theme = Theme("groups", __name__, description="Roles that people hold.")
LIST = list_of(GroupOut)
WHOLE = GroupWithMembersOut()
WORK, DECIDED = list_of(OpenWorkOut), list_of(DecidedOut)


@theme.operation("GET", "/groups", scope="read", gives=LIST)
def all_groups() -> Response:
    """All groups by key."""
    return look(lambda session, _: found.groups(session), LIST)


@theme.operation("GET", "/figures/open-work", scope="read", gives=WORK)
def open_work() -> Response:
    """The open work of each group, by key: too much of it in one place is seen at once."""
    now = caller().now
    return look(lambda session, person: {"items": workload.open_work(session, by=person, now=now)}, WORK)


@theme.operation("GET", "/groups/<key>/decisions", scope="read", query=SpanQuery, gives=DECIDED)
def decisions(query: dict[str, Any], key: str) -> Response:
    """What was decided in this role in a period: the newest two hundred tasks, each with its entry in the trail."""

    def read(session: Session, person: Person) -> dict[str, Any]:
        found.one_group(session, key)
        return {"items": workload.decisions(session, key, **query, by=person)}

    return look(read, DECIDED)


@theme.operation("POST", "/groups", scope="admin", body=CreateGroup, gives=WHOLE, status=201, refused=(409,))
def create(body: dict[str, Any]) -> Response:
    """Make a group."""
    key = body.pop("key")

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        verbs.create(session, key, **body, by=by, now=now)
        return found.one_group(session, key)

    return act(verb, WHOLE, status=201, at=lambda group: f"/api/v1/groups/{group['key']}")


@theme.operation("GET", "/groups/<key>", scope="read", gives=WHOLE)
def one(key: str) -> Response:
    """One group with its members: lead, deputy, then the others."""
    return look(lambda session, _: found.one_group(session, key), WHOLE)


@theme.operation("PATCH", "/groups/<key>", scope="admin", body=ChangeGroup, gives=WHOLE)
def change(body: dict[str, Any], key: str) -> Response:
    """Give a group another name or description, let it have one holder and one deputy, or say who agrees to members."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        before = verbs.group(session, key)
        after = {name: getattr(before, name) for name in ("name", "description", "single", "consent")} | body
        verbs.change(session, key, **after, by=by, now=now)
        return found.one_group(session, key)

    return act(verb, WHOLE)


@theme.operation("PUT", "/groups/<key>/members/<person_id>", scope="admin", body=SetMember, gives=WHOLE, refused=(409,))
def join(body: dict[str, Any], key: str, person_id: str) -> Response:
    """Let somebody belong to a group, or change how. A new lead or deputy replaces the one before."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        verbs.join(session, key, person_id, **body, by=by, now=now)
        return found.one_group(session, key)

    return act(verb, WHOLE)


@theme.operation("DELETE", "/groups/<key>/members/<person_id>", scope="admin", refused=(409,))
def leave(key: str, person_id: str) -> Response:
    """Take somebody out of a group. What he has claimed stays his."""
    return act(lambda session, by, now: verbs.leave(session, key, person_id, by=by, now=now))


@theme.operation(
    "POST", "/groups/<key>/members/<person_id>/ask", scope="admin", body=AskForRole, gives=WHOLE, refused=(409,)
)
def ask(body: dict[str, Any], key: str, person_id: str) -> Response:
    """Ask that somebody gets a role that needs consent; those who may agree are told."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        giving.ask(session, key, person_id, **body, by=by, now=now)
        return found.one_group(session, key)

    return act(verb, WHOLE)


@theme.operation(
    "POST", "/groups/<key>/members/<person_id>/answer", scope="work", body=AnswerRole, gives=WHOLE, refused=(409,)
)
def answer(body: dict[str, Any], key: str, person_id: str) -> Response:
    """Agree that somebody gets a role, or say why not; never whoever asked, nor whom it is about."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        giving.answer(session, key, person_id, **body, by=by, now=now)
        return found.one_group(session, key)

    return act(verb, WHOLE)
