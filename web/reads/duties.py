"""What a person is there for: his roles, who stands in for him, and who is on call now."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import oncall
from engine.identity.person import Person
from engine.identity.substitutes import LIVE
from engine.store.absence import SubstitutionRow
from engine.store.people import GroupRow
from engine.subject import Subject
from web.reads import entries, story

MOST = 6


@dataclass(frozen=True)
class OnCall:
    """Who answers for something now: its name, the person's name and id, and until when nothing changes by itself."""

    about: str
    person: str | None
    name: str
    until: datetime | None


@dataclass(frozen=True)
class Duties:
    """
    Args:
        roles: names of his groups, and whether he leads them.
        away: for each absence that is planned or under way, from when, until when, and who stands in.
        on_call: at most six.
    """

    roles: list[tuple[str, bool]]
    away: list[tuple[datetime, datetime, str]]
    on_call: list[OnCall]


def of(session: Session, person: Person, *, now: datetime) -> Duties:
    """The duties of a person at a moment."""
    query = select(GroupRow.key, GroupRow.name).where(GroupRow.key.in_(sorted(person.groups))).order_by(GroupRow.name)
    roles = [(row.name, row.key in person.leads) for row in session.execute(query)]
    rows = list(
        session.scalars(
            select(SubstitutionRow)
            .where(SubstitutionRow.person_id == person.id, LIVE)
            .order_by(SubstitutionRow.begins_at)
        )
    )
    levels = [(about, _first(session, about, now)) for about in oncall.subjects(session)[:MOST]]
    names = story.names(session, [*(row.first for row in rows), *(one.person for _about, one in levels if one)])
    return Duties(
        roles=roles,
        away=[(row.begins_at, row.ends_at, names.get(row.first or "", row.first or "")) for row in rows],
        on_call=[
            OnCall(
                entries.called(session, person, about) or about.rpartition(":")[2],
                one.person,
                names.get(one.person or "", one.person or ""),
                one.until,
            )
            for about, one in levels
            if one
        ],
    )


def _first(session: Session, about: str, now: datetime) -> oncall.OnCall | None:
    return next(iter(oncall.who(session, Subject.of(about) or about, at=now)), None)
