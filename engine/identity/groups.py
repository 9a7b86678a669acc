"""Groups: the roles that people hold, who leads them, and who stands in."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Row, bindparam, insert, select, text, union, update
from sqlalchemy.orm import Session

from engine import audit
from engine.errors import Conflict, Invalid, NeedsConsent, NotFound, OneHolder
from engine.hot import Hot, among
from engine.identity import belonging, people
from engine.identity.belonging import Standing
from engine.identity.person import Person
from engine.store.base import table_of
from engine.store.people import GroupRow, Membership, PersonRow

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}\Z")
_ACTIVE = text("people.active")
_MEMBERS = (
    select(PersonRow.id)
    .join(Membership, Membership.person_id == PersonRow.id)
    .where(Membership.group_key == bindparam("key"), _ACTIVE)
)
_EVERYBODY = select(PersonRow.id).where(_ACTIVE, PersonRow.kind == "person")
_ANY = select(GroupRow.key).where(GroupRow.key == bindparam("key"), text("groups.everybody"))
_ALL_MEMBERS = Hot(union(_MEMBERS, _EVERYBODY.where(_ANY.exists())))
_EACH = select(GroupRow.key).where(among(GroupRow.key, "keys"), text("groups.everybody"))
_PEOPLE_OF = Hot(
    union(
        select(PersonRow.id).where(_ACTIVE, among(PersonRow.id, "people")),
        select(PersonRow.id)
        .join(Membership, Membership.person_id == PersonRow.id)
        .where(_ACTIVE, among(Membership.group_key, "keys")),
        _EVERYBODY.where(_EACH.exists()),
    )
)
_LEAD = _MEMBERS.where(Membership.standing == "lead")


def create(
    session: Session,
    key: str,
    *,
    name: str,
    description: str = "",
    everybody: bool = False,
    grants: Literal["platform", "read"] | None = None,
    single: bool = False,
    consent: str | None = None,
    by: Person,
    now: datetime,
) -> None:
    """
    Make a group.

    Args:
        key: what a model calls it, such as `quality_manager`.
        everybody: each person belongs, without a membership.
        grants: a right that comes with it: `platform` (deploy, manage people) or `read` (read, change nothing).
        single: it has one holder, who leads it, and one deputy, and nobody besides.
        consent: the group of which one agrees before somebody gets this role.

    Raises:
        Forbidden: `by` does not manage people.
        Conflict: there is such a group.
        Invalid: a value cannot be used.
    """
    people.must_manage(by)
    if not _KEY.match(key):
        raise Invalid(f"{key!r} cannot be the key of a group. Use letters, digits and _ - ., such as quality_manager.")
    if not name.strip():
        raise Invalid("A group needs a name.", {"name": "A group needs a name."})
    if everybody and grants:
        raise Invalid("A group to which everybody belongs cannot grant rights. Name its members instead.")
    if everybody and single:
        raise Invalid("A group to which everybody belongs has more than one holder.")
    if session.execute(select(GroupRow.key).where(GroupRow.key == key)).first():
        raise Conflict(f"There is a group {key} already.")
    row = {"key": key, "name": name.strip(), "description": description, "everybody": everybody, "grants": grants}
    row |= {"single": single, "consent": _consenting(session, key, everybody, consent)}
    session.execute(insert(GroupRow), [row])
    audit.append(session, audit.PLATFORM, "group.created", key, row, by=by, now=now)


def change(
    session: Session,
    key: str,
    *,
    name: str,
    description: str,
    single: bool = False,
    consent: str | None = None,
    by: Person,
    now: datetime,
) -> None:
    """
    Give a group another name or description, let it have one holder and one deputy, or say who agrees to members.

    Raises:
        Forbidden: `by` does not manage people.
        NotFound: there is no such group.
        Invalid: the name is empty, or the group that agrees is not there.
        OneHolder: it has members besides, or everybody belongs to it.
    """
    people.must_manage(by)
    before = group(session, key, lock=True)
    if single and (before.everybody or _besides(session, key)):
        raise OneHolder(f"{before.name} has members besides its holder and its deputy. Take them out of it first.")
    if not name.strip():
        raise Invalid("A group needs a name.", {"name": "A group needs a name."})
    after = {"name": name.strip(), "description": description, "single": single}
    after |= {"consent": _consenting(session, key, before.everybody, consent)}
    session.execute(update(GroupRow).where(GroupRow.key == key).values(after))
    said = {"before": {name: getattr(before, name) for name in after}, "after": after}
    audit.append(session, audit.PLATFORM, "group.changed", key, said, by=by, now=now)


def join(
    session: Session,
    key: str,
    person_id: str,
    *,
    standing: Standing = "member",
    until: date | None = None,
    by: Person,
    now: datetime,
) -> None:
    """
    Let a person belong to a group, or change how. Asking twice is not an error.

    A new lead or deputy takes the place of the one before, who stays a member; of a group with one holder he leaves.

    Args:
        until: the last day on which he belongs to it.

    Raises:
        Forbidden: `by` does not manage people.
        NotFound: there is no such group, or nobody with this id who has not left.
        NeedsConsent: somebody of another group agrees first (`engine.identity.giving`).
        OneHolder: the group has one holder and one deputy, and he is to be neither.
        Invalid: the last day has passed.
    """
    people.must_manage(by)
    found, who = group(session, key, lock=True), people.person(session, person_id)
    if found.everybody and standing == "member":
        return
    if who.kind != "person":
        raise Invalid(f"{person_id} stands for acts on the machine and belongs to no group.")
    belonging.must_be_ahead(session, until, now)
    known = belonging.held(session, key, person_id)
    same = known is not None and (known.standing, known.until) == (standing, until)
    if found.consent is not None and by.kind != "operator" and not same:
        raise NeedsConsent(f"Nobody is given {found.name} alone. Ask for it: somebody of {found.consent} agrees.")
    belonging.given(session, found, person_id, standing=standing, until=until, by=by, now=now)


def _consenting(session: Session, key: str, everybody: bool, consent: str | None) -> str | None:
    if consent is not None:
        if everybody or consent == key:
            why = "Another group agrees to who belongs to it, and not to everybody."
            raise Invalid(why, {"consent": [why]})
        group(session, consent)
    return consent


def _besides(session: Session, key: str) -> bool:
    query = select(Membership.person_id).where(Membership.group_key == key, Membership.standing == "member")
    return session.execute(query.limit(1)).first() is not None


def leave(session: Session, key: str, person_id: str, *, by: Person, now: datetime) -> None:
    """
    Take a person out of a group. What he has claimed stays his.

    Raises:
        Forbidden: `by` does not manage people.
        NotFound: there is no such group, or he does not belong to it.
        Conflict: he leads it, or is the last administrator.
    """
    people.must_manage(by)
    found, before = group(session, key, lock=True), belonging.held(session, key, person_id)
    if before is None:
        raise NotFound("membership", f"{person_id} in {key}")
    if before.standing == "lead":
        raise Conflict(f"{person_id} leads {key} and answers for its tasks. Name another lead first.")
    belonging.taken(session, found, person_id, before.standing, by=by, now=now)


def group(session: Session, key: str, *, lock: bool = False) -> Row[Any]:
    """
    The row of a group.

    Raises:
        NotFound: there is no such group.
    """
    query = select(table_of(GroupRow)).where(GroupRow.key == key)
    found = session.execute(query.with_for_update(key_share=True) if lock else query).first()
    if found is None:
        raise NotFound("group", key)
    return found


def members(session: Session, key: str) -> frozenset[str]:
    """The ids of those who belong to a group and have not left; empty when there is no such group."""
    return frozenset(row.id for row in _ALL_MEMBERS.all(session, {"key": key}))


def names(session: Session, key: str) -> dict[str, str]:
    """The same people, name by id."""
    named = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(members(session, key)))
    return {row.id: row.name for row in session.execute(named)}


def lead(session: Session, key: str) -> str | None:
    """The id of whoever leads a group."""
    return session.execute(_LEAD, {"key": key}).scalar()


def keys(session: Session) -> frozenset[str]:
    """The keys of all groups."""
    return frozenset(session.execute(select(GroupRow.key)).scalars())


def people_of(session: Session, parties: Sequence[str]) -> frozenset[str]:
    """The ids of those behind `person:ID` and `group:KEY` who have not left. One statement."""
    return frozenset(row.id for row in _PEOPLE_OF.all(session, parties_of(parties)))


def parties_of(parties: Sequence[str]) -> dict[str, list[str]]:
    """`person:ID` and `group:KEY` parted into the parameters `people` and `keys`."""
    return {
        "people": sorted(who.removeprefix("person:") for who in parties if who.startswith("person:")),
        "keys": sorted(who.removeprefix("group:") for who in parties if who.startswith("group:")),
    }


def seed(session: Session, content: Mapping[str, Any], *, by: Person, now: datetime) -> None:
    """
    Make the groups of `config/people.toml` that are not there yet; those that are stay as they are.

    Raises:
        Invalid: a group has a field that there is not, or a value that cannot be.
    """
    there, wanted = keys(session), content.get("groups", {})
    for key, given in wanted.items():
        if strange := sorted(set(given) - {"name", "description", "everybody", "grants", "single", "consent"}):
            raise Invalid(f"people.toml: the group {key} has no field {strange[0]}.")
    new = [(key, given) for key, given in wanted.items() if key not in there]
    for key, given in sorted(new, key=lambda one: "consent" in one[1]):
        create(session, key, **{"name": key.replace("_", " ").capitalize(), **given}, by=by, now=now)
