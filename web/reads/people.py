"""Lists of people and groups. Names and groups are known to everybody who can sign in."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, literal_column, or_, select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.identity import giving
from engine.store.people import GroupRow, Membership, PersonRow, Token
from web.paging import Key, Page, Query, page

PEOPLE = select(
    PersonRow.id,
    PersonRow.name,
    PersonRow.email,
    PersonRow.active,
    PersonRow.platform_admin,
    PersonRow.zone,
    PersonRow.created_at,
    PersonRow.ended_at,
).where(PersonRow.kind == "person")


def people(session: Session, filters: dict[str, Any]) -> Page:
    """People by id; filters `text` and `active`."""
    query: Query = PEOPLE
    if filters["text"]:
        part = filters["text"].lower()
        query = query.where(or_(contains(PersonRow.name, part), contains(PersonRow.id, part)))
    if filters["active"] is not None:
        query = query.where(PersonRow.active.is_(filters["active"]))
    return page(session, query, (Key(PersonRow.id.expression),), limit=filters["limit"], cursor=filters["cursor"])


def one_person(session: Session, person_id: str) -> dict[str, Any]:
    """
    A person with the keys of his groups.

    Raises:
        NotFound: nobody has, or had, this id.
    """
    row = session.execute(PEOPLE.where(PersonRow.id == person_id)).one_or_none()
    if row is None:
        raise NotFound("person", person_id)
    mine = select(Membership.group_key).where(Membership.person_id == person_id).order_by(Membership.group_key)
    return {**row._mapping, "groups": list(session.scalars(mine))}


def groups(session: Session) -> dict[str, Any]:
    """All groups by key."""
    return {"items": session.scalars(select(GroupRow).order_by(GroupRow.key)).all()}


def groups_of(session: Session, people: Sequence[str]) -> dict[str, list[str]]:
    """Names of the groups of each of these people, by name."""
    query = (
        select(Membership.person_id, GroupRow.name)
        .join(GroupRow, GroupRow.key == Membership.group_key)
        .where(Membership.person_id.in_(people))
        .order_by(GroupRow.name)
    )
    found: dict[str, list[str]] = {}
    for person, name in session.execute(query):
        found.setdefault(person, []).append(name)
    return found


def everybody(session: Session, most: int = 500) -> list[Any]:
    """Who is here, by name: `id`, `name`; at most so many, to choose from in a form."""
    query = select(PersonRow.id, PersonRow.name).where(PersonRow.kind == "person", PersonRow.active)
    return list(session.execute(query.order_by(PersonRow.name, PersonRow.id).limit(most)))


def one_group(session: Session, key: str) -> dict[str, Any]:
    """
    A group with its members: lead, deputy, then the others.

    Raises:
        NotFound: there is no such group.
    """
    found = session.get(GroupRow, key)
    if found is None:
        raise NotFound("group", key)
    rank: Any = literal_column("CASE standing WHEN 'lead' THEN 0 WHEN 'deputy' THEN 1 ELSE 2 END")
    query = (
        select(Membership.person_id, PersonRow.name, Membership.standing, Membership.since, Membership.until)
        .join(PersonRow, PersonRow.id == Membership.person_id)
        .where(Membership.group_key == key)
        .order_by(rank, Membership.person_id)
    )
    names = ("key", "name", "description", "everybody", "grants", "single", "consent")
    return {name: getattr(found, name) for name in names} | {
        "members": session.execute(query).all(),
        "wishes": giving.asked(session, key),
    }


def tokens_of(session: Session, person_id: str) -> dict[str, Any]:
    """Tokens of a person that were not revoked, newest first."""
    query = select(Token).where(Token.person_id == person_id, Token.revoked_at.is_(None)).order_by(Token.id.desc())
    return {"items": session.scalars(query).all()}


def contains(column: Any, part: str) -> Any:
    """Whether a column holds `part`, which is in lower case, anywhere and in any case."""
    return func.lower(column).contains(part, autoescape=True)


def whom(session: Session, typed: str) -> str:
    """The id of the person of this name, in any case; what was typed, where it is an id or no single person's name."""
    query = select(PersonRow.id).where(PersonRow.kind == "person", func.lower(PersonRow.name) == typed.lower())
    found = session.scalars(query.limit(2)).all()
    return found[0] if len(found) == 1 else typed


def named_like(session: Session, typed: str, most: int = 6) -> list[dict[str, str]]:
    """People who have not left and whose id, name or a part of whose name begins so: `id`, `name`."""
    part, name = typed.lower(), func.lower(PersonRow.name)
    begins = [PersonRow.id.startswith(part, autoescape=True), name.startswith(part, autoescape=True)]
    query = (
        select(PersonRow.id, PersonRow.name)
        .where(PersonRow.kind == "person", PersonRow.active, or_(*begins, name.contains(f" {part}", autoescape=True)))
        .order_by(PersonRow.name)
        .limit(most)
    )
    return [{"id": row.id, "name": row.name} for row in session.execute(query)]
