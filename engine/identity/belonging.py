"""Who belongs to a group: how it is written down, with its trail, whoever has decided it."""

from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from engine import audit, timetable
from engine.errors import Invalid, OneHolder
from engine.identity import leaving, vacancies
from engine.identity.person import Person
from engine.store.people import Membership

Standing = Literal["member", "lead", "deputy"]


def held(session: Session, key: str, person_id: str) -> Row[str, date | None] | None:
    """How a person belongs to a group, and until which day: `standing`, `until`; None where he does not."""
    query = select(Membership.standing, Membership.until)
    return session.execute(query.where(Membership.group_key == key, Membership.person_id == person_id)).one_or_none()


def must_be_ahead(session: Session, until: date | None, now: datetime) -> None:
    """
    Let pass a last day that is still to come, by the organisation's clocks, and none.

    Raises:
        Invalid: it is over.
    """
    if until is not None and until < timetable.today(session, now):
        raise Invalid("The last day has passed.", {"until": ["Say a day that is still to come, or none."]})


def given(
    session: Session,
    found: Row[Any],
    person_id: str,
    *,
    standing: Standing,
    until: date | None = None,
    by: Person,
    now: datetime,
) -> None:
    """
    Let a person belong to a locked group, or change how and until when; the same twice is nothing.

    A new lead or deputy takes the place of the one before, who stays a member; of a group with one holder he leaves.

    Raises:
        OneHolder: the group has one holder and one deputy, and he is to be neither.
    """
    key, before = found.key, held(session, found.key, person_id)
    if before is not None and (before.standing, before.until) == (standing, until):
        return
    moves = before is None or before.standing != standing
    if moves and found.single:
        _make_room(session, found, standing, by=by, now=now)
    elif moves and standing != "member":
        holds = (Membership.group_key == key) & (Membership.standing == standing)
        session.execute(update(Membership).where(holds).values(standing="member"))
    row = {"standing": standing, "until": until, "since": now}
    if before is None:
        session.execute(insert(Membership), [row | {"group_key": key, "person_id": person_id, "single": found.single}])
    else:
        mine = (Membership.group_key == key) & (Membership.person_id == person_id)
        session.execute(update(Membership).where(mine).values(row))
    said: dict[str, Any] = {"person": person_id, "before": before.standing if before else None, "after": standing}
    said |= {"until": until} if until or (before and before.until) else {}
    audit.append(session, audit.PLATFORM, "group.joined", key, said, by=by, now=now)
    if found.single and before is not None and moves:
        vacancies.tell(session, key, by=by, now=now)


def taken(
    session: Session, found: Row[Any], person_id: str, standing: str, *, because: str = "", by: Person, now: datetime
) -> None:
    """
    Take a person out of a locked group.

    Raises:
        Conflict: he is the last administrator.
    """
    if found.grants == "platform":
        leaving.keep_an_admin(session, person_id)
    _left(session, found.key, person_id, standing, because, by, now)
    if found.single:
        vacancies.tell(session, found.key, by=by, now=now)


def _make_room(session: Session, found: Row[Any], standing: str, *, by: Person, now: datetime) -> None:
    """Whoever holds the place until now leaves the group."""
    if standing == "member":
        remedy = "Let him be its holder or its deputy, in whose place he then is."
        raise OneHolder(f"{found.name} has one holder and one deputy, and nobody besides. {remedy}")
    here = select(Membership.person_id).where(Membership.group_key == found.key, Membership.standing == standing)
    for other in list(session.scalars(here)):
        _left(session, found.key, other, standing, "", by, now)


def _left(session: Session, key: str, person_id: str, standing: str, because: str, by: Person, now: datetime) -> None:
    session.execute(delete(Membership).where(Membership.group_key == key, Membership.person_id == person_id))
    said = {"person": person_id, "before": standing} | ({"because": because} if because else {})
    audit.append(session, audit.PLATFORM, "group.left", key, said, by=by, now=now)
