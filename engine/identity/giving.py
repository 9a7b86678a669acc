"""
Giving roles that need the consent of a group, and taking roles back on their day.

One asks, somebody else of that group agrees: never who asked, and never whom
it is about. Until then nothing changes.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from engine import access, acting, audit, outbox, timetable
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.identity import belonging, groups, people
from engine.identity.belonging import Standing
from engine.identity.person import Person
from engine.ids import new_id
from engine.store.base import table_of
from engine.store.people import Membership, RoleWish
from engine.transactions import Database

WISH = table_of(RoleWish)
ASKED = select(WISH).where(WISH.c.agreed.is_(None)).order_by(WISH.c.asked_at, WISH.c.id)
DECIDED = (
    update(WISH)
    .where(WISH.c.id == bindparam("wish"))
    .values(
        decided_by=bindparam("who"), decided_at=bindparam("moment"), agreed=bindparam("says"), answer=bindparam("words")
    )
)


def asked(session: Session, key: str | None = None) -> Sequence[Row[Any]]:
    """The wishes that nobody has answered yet, of one group or of all, the earliest first."""
    return session.execute(ASKED if key is None else ASKED.where(WISH.c.group_key == key)).all()


def ask(
    session: Session,
    key: str,
    person_id: str,
    *,
    standing: Standing = "member",
    until: date | None = None,
    reason: str,
    by: Person,
    now: datetime,
) -> None:
    """
    Ask that somebody gets a role that needs consent; those who may agree are told.

    Args:
        until: the last day on which he holds it.

    Raises:
        Forbidden: `by` does not manage people.
        NotFound: there is no such group, or nobody with this id who has not left.
        Invalid: there is no reason, or the day has passed.
        Conflict: the role needs no consent, or somebody has asked for this already.
    """
    people.must_manage(by)
    found, who = groups.group(session, key, lock=True), people.person(session, person_id)
    if found.consent is None:
        raise Conflict(f"{found.name} needs no consent. Let {who.name} belong to it.")
    if not reason.strip():
        raise Invalid("Say why: those who agree read it.", {"reason": ["A reason is needed."]})
    belonging.must_be_ahead(session, until, now)
    if any(one.person_id == person_id for one in asked(session, key)):
        raise Conflict(f"Somebody has asked already that {who.name} gets {found.name}; it waits for consent.")
    made = {"id": new_id(), "group_key": key, "person_id": person_id, "standing": standing, "until": until}
    made |= {"reason": reason.strip(), "asked_by": by.id}
    undecided = {"decided_by": None, "decided_at": None, "agreed": None, "answer": ""}
    session.execute(insert(WISH), [made | undecided | {"asked_at": now}])
    said = {"wish": made["id"], "person": person_id, "standing": standing, "until": until, "reason": made["reason"]}
    audit.append(session, audit.PLATFORM, "role.asked", key, said, by=by, now=now)
    text = f"{by.name} asks that {who.name} gets the role {found.name}."
    _tell(session, groups.members(session, found.consent) - {person_id}, f"role:{made['id']}", text, by, now)


def answer(
    session: Session, key: str, person_id: str, *, agreed: bool, reason: str = "", by: Person, now: datetime
) -> None:
    """
    Agree that somebody gets a role, or say why not. He has it from then on, and whoever asked is told.

    Raises:
        NotFound: there is no such group, or nobody has asked.
        Forbidden: `by` asked for it, is to get it, or does not belong to the group that agrees.
        Invalid: no, without a reason.
        Conflict, OneHolder: it cannot be given to him any more.
    """
    access.must_act(by)
    found = groups.group(session, key, lock=True)
    wish = next((one for one in asked(session, key) if one.person_id == person_id), None)
    if wish is None:
        raise NotFound("wish", f"{person_id} in {key}")
    if by.id in (wish.asked_by, person_id):
        raise Forbidden(f"{by.name} asked for it, or is to get it.", "Somebody else agrees, or says why not.")
    if found.consent not in by.groups:
        raise Forbidden(f"{by.name} cannot agree to this.", f"Who belongs to {found.consent} can.")
    if not agreed and not reason.strip():
        raise Invalid("Say why not.", {"reason": ["A reason is needed."]})
    given = {"wish": wish.id, "who": by.id, "moment": now, "says": agreed, "words": reason.strip()}
    session.execute(DECIDED, given)
    said = {"wish": wish.id, "person": person_id, "agreed": agreed, "reason": reason.strip()}
    audit.append(session, audit.PLATFORM, "role.answered", key, said, by=by, now=now)
    if agreed:
        belonging.given(session, found, person_id, standing=wish.standing, until=wish.until, by=by, now=now)
    text = f"{by.name} {'agrees' if agreed else 'does not agree'} that {person_id} gets the role {found.name}."
    _tell(session, {wish.asked_by}, f"role-answered:{wish.id}", text, by, now)


def drain_roles(database: Database, *, now: datetime, limit: int = 100) -> int:
    """
    Take back the roles whose last day is over; safe to call from anywhere and at once.

    Returns:
        How many were taken back.
    """
    with database.reading() as session:
        over = select(Membership.group_key, Membership.person_id).where(
            Membership.until < timetable.today(session, now)
        )
        ended = list(session.execute(over.order_by(Membership.until, Membership.group_key).limit(limit)))
    if not ended:
        return 0
    worker = acting.worker(database, now=now)
    for key, person_id in ended:
        database.perform(partial(_take_back, key=key, person_id=person_id, by=worker, now=now), by=worker, now=now)
        database.breathe()
    return len(ended)


def next_due(session: Session, after: datetime) -> datetime | None:
    """The earliest moment strictly after `after` at which the last day of a role is over."""
    zone = ZoneInfo(timetable.zone_in_use(session))
    query = select(func.min(Membership.until)).where(Membership.until >= after.astimezone(zone).date())
    last = session.scalar(query)
    return datetime.combine(last + timedelta(days=1), time(), zone) if last else None


def _take_back(session: Session, *, key: str, person_id: str, by: Person, now: datetime) -> None:
    found, held = groups.group(session, key, lock=True), belonging.held(session, key, person_id)
    if held is None or held.until is None or held.until >= timetable.today(session, now):
        return
    belonging.taken(session, found, person_id, held.standing, because="ended", by=by, now=now)
    text = f"The role {found.name} has ended, as was said when it was given."
    _tell(session, {person_id}, f"role-ended:{key}:{person_id}:{held.until}", text, by, now)


def _tell(session: Session, whom: Any, event: str, text: str, by: Person, now: datetime) -> None:
    more: dict[str, Any] = {"template": "role", "data": {"text": text}, "cause": by.id}
    outbox.owe(session, [outbox.Notice(event=event, recipient=one, **more) for one in sorted(whom)], now=now)
