"""
Visits: a person at a browser, from signing in until signing out.

A visit ends by itself when nothing was asked for a while, and in any case
after a day's work; it is over at once when its person signs out, gets another
password or leaves. People sit in front of browsers by the machine's clock, so
these moments are the machine's, whatever the product's clock says.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, insert, select, text, update
from sqlalchemy.orm import Session

from engine import audit
from engine.errors import NotFound
from engine.hot import Hot, together
from engine.identity import people
from engine.identity.person import Person
from engine.ids import new_id
from engine.store.base import table_of
from engine.store.people import PersonRow, Visit

SEEN_AGAIN_AFTER = timedelta(minutes=1)
"""How exactly `seen_at` is kept: more would write with every request."""

LONGEST_NAME = 200

VISIT = table_of(Visit)
OF = (PersonRow.id == Visit.person_id) & (PersonRow.fs_uniquifier == Visit.mark)
ON = text("visits.ended_at IS NULL")
BY_ID = Hot(
    select(Visit.person_id, Visit.seen_at)
    .join(PersonRow, OF)
    .where(
        ON,
        Visit.id == bindparam("visit_id"),
        Visit.began_at > bindparam("began_after"),
        Visit.seen_at > bindparam("seen_after"),
    )
)
ITS_PERSON = people.asking_for(select(Visit.person_id).where(Visit.id == bindparam("visit_id")).scalar_subquery())
SEEN = update(VISIT).where(VISIT.c.id == bindparam("visit_id")).values(seen_at=bindparam("moment"))


@dataclass(frozen=True, kw_only=True)
class Lasting:
    """How long a visit lasts: `idle` without a request, `life` in any case."""

    idle: timedelta = timedelta(hours=2)
    life: timedelta = timedelta(hours=12)


def person_called(session: Session, said: str) -> str:
    """The id of whoever signs in with this id or e-mail address; what was said where there is nobody."""
    mine = (PersonRow.id == said) | (func.lower(PersonRow.email) == said.lower())
    query = select(PersonRow.id).where(mine, PersonRow.kind == "person").order_by(PersonRow.id != said).limit(1)
    return session.execute(query).scalar() or said


def begin(session: Session, *, browser: str, by: Person, now: datetime, machine_now: datetime) -> UUID:
    """
    A new visit of `by`, who has shown who he is.

    Args:
        browser: what it calls itself, to tell visits apart.
    """
    visit_id = new_id()
    row = {"id": visit_id, "person_id": by.id, "mark": mark_of(session, by.id), "browser": browser[:LONGEST_NAME]}
    row |= {"began_at": machine_now, "seen_at": machine_now, "ended_at": None}
    session.execute(insert(VISIT), [row])
    audit.append(session, audit.PLATFORM, "visit.began", visit_id, {"person": by.id}, by=by, now=now)
    return visit_id


def verify(
    session: Session, visit_id: UUID, *, lasting: Lasting, machine_now: datetime, note: bool = True
) -> Person | None:
    """
    Whose visit this is; None when there is none, it is over, or its person has left.

    Args:
        note: write when it was last seen, at most once a minute; otherwise it only reads.
    """
    given = {"visit_id": visit_id, "began_after": machine_now - lasting.life, "seen_after": machine_now - lasting.idle}
    visits, person = together(session, [(BY_ID, [given]), (ITS_PERSON, [{"visit_id": visit_id}])])
    found, who = next(iter(visits), None), people.made(session, person)
    if found is None or who is None:
        return None
    if note and machine_now - found.seen_at >= SEEN_AGAIN_AFTER:
        session.execute(SEEN, {"visit_id": visit_id, "moment": machine_now})
    return who


def of(
    session: Session, person_id: str, *, lasting: Lasting, machine_now: datetime
) -> list[Row[UUID, str, datetime, datetime]]:
    """The visits of a person that are not over, newest first: `id`, `browser`, `began_at`, `seen_at`."""
    query = select(Visit.id, Visit.browser, Visit.began_at, Visit.seen_at).join(PersonRow, OF)
    on = query.where(ON, Visit.person_id == person_id, *_lasts(lasting, machine_now))
    return list(session.execute(on.order_by(Visit.id.desc())).all())


def end(session: Session, visit_id: UUID, *, by: Person, now: datetime, machine_now: datetime) -> None:
    """
    End a visit of one's own. Doing so twice is no error.

    Raises:
        NotFound: there is no such visit of `by`.
    """
    mine = select(Visit.ended_at).where(Visit.id == visit_id, Visit.person_id == by.id).with_for_update()
    found = session.execute(mine).one_or_none()
    if found is None:
        raise NotFound("visit", str(visit_id))
    if found.ended_at is None:
        session.execute(update(VISIT).where(VISIT.c.id == visit_id).values(ended_at=machine_now))
        audit.append(session, audit.PLATFORM, "visit.ended", visit_id, {"person": by.id}, by=by, now=now)


def end_others(session: Session, visit_id: UUID, *, by: Person, now: datetime) -> None:
    """Let all visits of `by` be over, but for this one."""
    end_all(session, by.id, but=visit_id)
    audit.append(session, audit.PLATFORM, "visit.others_ended", visit_id, {"person": by.id}, by=by, now=now)


def end_all(session: Session, person_id: str, *, but: UUID | None = None) -> None:
    """Let all visits of a person be over, but for one; whoever calls this says in the trail why."""
    mark = new_id().hex
    session.execute(update(PersonRow).where(PersonRow.id == person_id).values(fs_uniquifier=mark))
    if but is not None:
        mine = (VISIT.c.id == but) & (VISIT.c.person_id == person_id)
        session.execute(update(VISIT).where(mine).values(mark=mark))


def forget(session: Session, *, lasting: Lasting, machine_now: datetime) -> None:
    """Delete visits that are over for a month; the trail keeps that they were."""
    session.execute(VISIT.delete().where(VISIT.c.began_at < machine_now - lasting.life - timedelta(days=30)))


def _lasts(lasting: Lasting, machine_now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Visit.began_at > machine_now - lasting.life, Visit.seen_at > machine_now - lasting.idle


def mark_of(session: Session, person_id: str) -> str:
    """What the visits of a person are known by: it changes with his password and on request."""
    marked: Select[str] = select(PersonRow.fs_uniquifier).where(PersonRow.id == person_id)
    return session.execute(marked).scalar_one()
