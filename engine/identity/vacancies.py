"""Roles with one holder and one deputy: which of them stand empty, and who is told when one comes to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine import outbox
from engine.identity import leaving
from engine.identity.person import Person
from engine.ids import new_id
from engine.store.people import GroupRow, Membership, PersonRow

PLACES = ("lead", "deputy")


@dataclass(frozen=True)
class Vacancy:
    """A role of which a place is empty: `lead` (its holder), `deputy`, or both."""

    key: str
    name: str
    missing: tuple[str, ...]

    @property
    def said(self) -> str:
        """What is the matter, as a sentence."""
        named = {"lead": "no holder", "deputy": "no deputy"}
        return f"{self.name} has {' and '.join(named[place] for place in self.missing)}."


def vacancies(session: Session) -> list[Vacancy]:
    """The roles with one holder and one deputy of which a place is empty, by name."""
    held = (
        select(Membership.group_key, Membership.standing)
        .join(PersonRow, PersonRow.id == Membership.person_id)
        .where(text("people.active"))
    )
    there = {(row.group_key, row.standing) for row in session.execute(held)}
    found = []
    for group in session.scalars(select(GroupRow).where(GroupRow.single).order_by(GroupRow.name)):
        missing = tuple(place for place in PLACES if (group.key, place) not in there)
        if missing:
            found.append(Vacancy(group.key, group.name, missing))
    return found


def single_of(session: Session, person_id: str) -> list[str]:
    """The keys of the roles with one holder and one deputy in which a person has a place."""
    query = select(GroupRow.key).join(Membership, Membership.group_key == GroupRow.key)
    return list(session.scalars(query.where(GroupRow.single, Membership.person_id == person_id)))


def tell(session: Session, key: str, *, by: Person, now: datetime) -> None:
    """Owe a message to who is left in a role, and to those who manage people, that a place of it is empty."""
    for one in vacancies(session):
        if one.key == key:
            left = select(Membership.person_id).where(Membership.group_key == key)
            people = sorted({*session.scalars(left), *session.scalars(leaving.administrators())})
            event = f"vacant:{key}:{new_id()}"
            more: dict[str, Any] = {
                "template": "vacant",
                "urgency": "urgent",
                "data": {"text": one.said},
                "cause": by.id,
            }
            outbox.owe(session, [outbox.Notice(event=event, recipient=who, **more) for who in people], now=now)
