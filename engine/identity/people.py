"""The people of the organisation: who they are, and how they come, change and leave."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import Row, bindparam, func, insert, or_, outerjoin, select, text, update
from sqlalchemy.orm import Session

from engine import audit
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.hot import Hot
from engine.identity import leaving, vacancies
from engine.identity.person import Kind as Kind
from engine.identity.person import Mandate
from engine.identity.person import Person as Person
from engine.ids import new_id
from engine.store.base import table_of
from engine.store.people import GroupRow, Look, MandateRow, Membership, PersonRow

SETUP = Person(id="operator:setup", name="Setting up", kind="operator", platform_admin=True)
"""Who acts while an installation is set up and there is nobody yet."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}\Z")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\Z")
_INSERT = insert(PersonRow)


def asking_for(person_id: Any) -> Hot:
    """The statement that finds a person by an id, given or found by another query; `made` reads its rows."""
    memberships = outerjoin(
        GroupRow, Membership, (Membership.group_key == GroupRow.key) & (Membership.person_id == person_id)
    )
    belongs = or_(text("groups.everybody"), Membership.person_id.is_not(None))
    return Hot(
        select(
            PersonRow.id,
            PersonRow.name,
            PersonRow.kind,
            PersonRow.platform_admin,
            GroupRow.key,
            GroupRow.everybody,
            GroupRow.grants,
            Membership.standing,
        )
        .select_from(outerjoin(PersonRow, memberships, belongs))
        .where(PersonRow.id == person_id, text("people.active"))
    )


_PERSON = asking_for(bindparam("id"))


def person(session: Session, person_id: str) -> Person:
    """
    Somebody who may act, with groups and rights.

    Raises:
        NotFound: nobody has this id, or he has left.
    """
    found = find(session, person_id)
    if found is None:
        raise NotFound("person", person_id)
    return found


def find(session: Session, person_id: str) -> Person | None:
    """As `person`, or None."""
    return made(session, _PERSON.all(session, {"id": person_id}))


def made(session: Session, rows: Sequence[Any]) -> Person | None:
    """A person of what `asking_for` found; None where nobody is there, or he has left."""
    found = _person(rows) if rows else None
    return replace(found, mandate=_mandate(session, found.id)) if found and found.auditor else found


def _mandate(session: Session, person_id: str) -> Mandate | None:
    row = session.get(MandateRow, person_id)
    if row is None:
        return None
    return Mandate(ends_at=row.ends_at, processes=frozenset(row.processes), since=row.since, until=row.until)


def _person(rows: Sequence[Any]) -> Person:
    first = rows[0]
    grants = {row.grants for row in rows}
    auditor = "read" in grants
    belongs = [row for row in rows if row.key and (row.standing or (first.kind == "person" and not auditor))]
    return Person(
        id=first.id,
        name=first.name,
        kind=first.kind,
        groups=frozenset(row.key for row in belongs),
        leads=frozenset(row.key for row in belongs if row.standing in ("lead", "deputy")),
        platform_admin=bool(first.platform_admin) or "platform" in grants,
        auditor=auditor,
    )


def create(
    session: Session,
    person_id: str,
    *,
    name: str,
    email: str | None = None,
    kind: Kind = "person",
    platform_admin: bool = False,
    zone: str | None = None,
    by: Person,
    now: datetime,
) -> Person:
    """
    Welcome somebody. He has no password and no group yet.

    Args:
        person_id: a short name such as `hannah.vogel`; it never changes and is never given away again.
        zone: IANA name of the time zone in which he is shown times; None for the organisation's.

    Raises:
        Forbidden: `by` does not manage people.
        Conflict: somebody has, or had, this id or this e-mail address.
        Invalid: a value cannot be used.
    """
    must_manage(by)
    _check(person_id=person_id if kind == "person" else None, name=name, email=email, zone=zone)
    if session.execute(select(PersonRow.id).where(PersonRow.id == person_id)).first():
        raise Conflict(f"There is, or was, somebody called {person_id}. Choose another id: history keeps the old one.")
    _check_email_is_free(session, email, person_id)
    row = {"id": person_id, "name": name.strip(), "email": email, "kind": kind, "password": None, "active": True}
    more = {"platform_admin": platform_admin, "fs_uniquifier": new_id().hex, "zone": zone, "created_at": now}
    session.execute(_INSERT, [row | more | {"ended_at": None}])
    said = {"name": name.strip(), "email": email, "kind": kind, "platform_admin": platform_admin}
    audit.append(session, audit.PLATFORM, "person.created", person_id, said, by=by, now=now)
    return person(session, person_id)


def operator(session: Session, name: str, *, now: datetime) -> Person:
    """The operator `operator:NAME`, for acts on the machine itself; written down the first time it acts."""
    person_id = f"operator:{name}"
    known = find(session, person_id)
    if known:
        return known
    audit.extend(session, audit.PLATFORM)  # Two processes may begin at once: the second finds what the first wrote.
    return find(session, person_id) or create(
        session, person_id, name=f"Operator ({name})", kind="operator", platform_admin=True, by=SETUP, now=now
    )


def change(session: Session, person_id: str, *, by: Person, now: datetime, **changes: Any) -> Person:
    """
    Change a person's `name`, `email`, `zone` or `platform_admin`; history keeps what was.

    Raises:
        Forbidden: `by` does not manage people.
        NotFound: nobody has this id.
        Invalid: a value cannot be used, or there is no such field.
        Conflict: somebody else has this e-mail address, or nobody would be left to manage people.
    """
    must_manage(by)
    before = _locked(session, person_id)
    if unknown := sorted(set(changes) - {"name", "email", "zone", "platform_admin"}):
        raise Invalid(f"A person has no {unknown[0]} that could be changed.", {unknown[0]: "Cannot be changed."})
    _check(**{key: value for key, value in changes.items() if key != "platform_admin"})
    _check_email_is_free(session, changes.get("email"), person_id)
    if changes.get("platform_admin") is False:
        leaving.keep_an_admin(session, person_id)
    differs = {key: value for key, value in changes.items() if getattr(before, key) != value}
    if differs:
        session.execute(update(PersonRow).where(PersonRow.id == person_id).values(differs))
        said = {key: {"before": getattr(before, key), "after": value} for key, value in differs.items()}
        audit.append(session, audit.PLATFORM, "person.changed", person_id, said, by=by, now=now)
    return person(session, person_id)


def settle_in(session: Session, *, zone: str | None, theme: str | None, roomy: bool, by: Person, now: datetime) -> None:
    """
    Say in which zone one is shown times and how pages are to look; everybody for himself.

    Args:
        zone: IANA name; None for the organisation's.
        theme: `light` or `dark`; None for what the system says.
        roomy: with more air between rows.

    Raises:
        Invalid: there is no such zone or theme.
    """
    _check(zone=zone)
    if theme not in (None, "light", "dark"):
        raise Invalid("A page is light, dark, or as the system says.", {"theme": "light, dark or nothing."})
    before = _locked(session, by.id).zone
    session.execute(update(PersonRow).where(PersonRow.id == by.id).values(zone=zone))
    session.merge(Look(person_id=by.id, theme=theme, roomy=roomy))
    if zone != before:
        said = {"zone": {"before": before, "after": zone}}
        audit.append(session, audit.PLATFORM, "person.changed", by.id, said, by=by, now=now)


def end(session: Session, person_id: str, *, reason: str = "", by: Person, now: datetime) -> None:
    """
    Let somebody leave: he can act no more, and his tokens are void. History keeps his name, and the trail why.

    Raises:
        Forbidden: `by` does not manage people.
        NotFound: nobody has this id, or he has left already.
        Conflict: tasks, groups or processes would be left without him; `why` lists them.
    """
    must_manage(by)
    if not _locked(session, person_id).active:
        raise NotFound("person", person_id)
    if held := leaving.still_held(session, person_id, by=by):
        raise Conflict(f"{person_id} cannot leave yet: {'; '.join(held)}. Hand these over first.")
    leaving.keep_an_admin(session, person_id)
    session.execute(
        update(PersonRow).where(PersonRow.id == person_id).values(active=False, ended_at=now, password=None)
    )
    held = vacancies.single_of(session, person_id)
    leaving.let_go(session, person_id, now)
    said = {"reason": reason} if reason else {}
    audit.append(session, audit.PLATFORM, "person.ended", person_id, said, by=by, now=now)
    for key in held:
        vacancies.tell(session, key, by=by, now=now)


def must_manage(by: Person) -> None:
    """
    Refuse whoever does not manage people.

    Raises:
        Forbidden: `by` is no administrator of the platform.
    """
    if not by.platform_admin:
        raise Forbidden(f"{by.name} does not manage people and groups.", "Ask an administrator of the platform.")


def _locked(session: Session, person_id: str) -> Row[Any]:
    query = select(table_of(PersonRow)).where(PersonRow.id == person_id).with_for_update(key_share=True)
    row = session.execute(query).first()
    if row is None:
        raise NotFound("person", person_id)
    return row


def _check(
    person_id: str | None = None, name: str | None = "-", email: str | None = None, zone: str | None = None
) -> None:
    problems = {}
    if person_id is not None and not _ID.match(person_id):
        problems["id"] = "Use letters, digits and . _ - @ +, such as hannah.vogel; at most 100."
    if not name or not name.strip():
        problems["name"] = "A person needs a name."
    if email is not None and not _EMAIL.match(email):
        problems["email"] = f"{email!r} is no e-mail address."
    if zone is not None and zone not in available_timezones():
        problems["zone"] = f"There is no time zone {zone!r}. Use an IANA name, such as Europe/Berlin."
    if problems:
        raise Invalid(next(iter(problems.values())), problems)


def _check_email_is_free(session: Session, email: str | None, person_id: str) -> None:
    if email is None:
        return
    same = select(PersonRow.id).where(func.lower(PersonRow.email) == email.lower(), PersonRow.id != person_id)
    if other := session.execute(same).scalar():
        raise Conflict(f"{other} has the e-mail address {email}. Each person needs an address of his own.")
