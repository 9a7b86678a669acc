"""What somebody sees of his own account: facts, visits and tokens."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.identity import factors, mandates, visits
from engine.identity.person import Person
from engine.store.people import GroupRow, Membership, PersonRow
from web.reads.people import tokens_of

BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
Known = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Visiting:
    """One of his visits: the browser and the system as far as they can be told, and whether it is this one."""

    id: UUID
    browser: str
    system: str
    began_at: datetime
    seen_at: datetime
    here: bool


def account(
    session: Session,
    person: Person,
    *,
    here: UUID | None,
    lasting: visits.Lasting,
    now: datetime,
    machine_now: datetime,
) -> dict[str, Any]:
    """
    His row, his visits that go on and his tokens that are valid, newest first, and how his second factor stands.

    Also `mandated`, whether he may read at this moment; and `givers`, for an auditor who can give him a mandate.
    """
    going_on = visits.of(session, person.id, lasting=lasting, machine_now=machine_now)
    shown = [
        Visiting(one.id, _found(BROWSERS, one.browser), _found(SYSTEMS, one.browser), *one[2:4], one.id == here)
        for one in going_on
    ]
    valid = [token for token in tokens_of(session, person.id)["items"] if token.expires_at > now]
    factor = {"factor_on": factors.is_on(session, person.id), "codes_left": factors.left(session, person.id)}
    givers = _administrators(session) if person.auditor else []
    known = {"own": session.get_one(PersonRow, person.id), "visits": shown, "tokens": valid, **factor}
    return known | {"mandated": mandates.runs(person, now), "givers": givers}


def _administrators(session: Session, most: int = 5) -> list[str]:
    """The names of some who look after the platform."""
    granted = select(Membership.person_id).join(GroupRow, GroupRow.key == Membership.group_key)
    of_right = or_(PersonRow.platform_admin, PersonRow.id.in_(granted.where(GroupRow.grants == "platform")))
    query = select(PersonRow.name).where(PersonRow.kind == "person", PersonRow.active, of_right)
    return list(session.scalars(query.order_by(PersonRow.name).limit(most)))


def _found(known: Known, said: str) -> str:
    return next((name for sign, name in known if sign in said), "")
