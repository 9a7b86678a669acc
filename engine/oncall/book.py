"""Saying who takes turns on a level, and who is on call out of turn."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from engine import audit
from engine.core.oncall import LEVELS
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.identity import people
from engine.identity.person import Person
from engine.ids import new_id
from engine.store.absence import OverrideRow, RotationRow
from engine.store.base import table_of
from engine.subject import Subject

ROTATION, OVERRIDE = table_of(RotationRow), table_of(OverrideRow)
IN_FORCE = text("rotations.until IS NULL")
SUBJECT = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}(:[^\s:][^:]{0,199})?\Z")
MOST_DAYS = 366


def name_of(subject: Subject | str) -> str:
    """A subject as it is written here, `REGISTER:ROW`; a service is its own name."""
    return str(subject)


def define(
    session: Session,
    subject: str,
    level: int,
    *,
    people: Sequence[str],
    days: int = 7,
    handover: time = time(9),
    zone: str,
    starts_on: date,
    by: Person,
    now: datetime,
) -> UUID:
    """
    Let these people take turns on a level, in order, from now on; returns the id of the rotation.

    The one before is kept for whoever asks who was on call. Nobody named means that the level is empty.

    Args:
        handover: the time of day, by the clocks of `zone` (an IANA name), at which a turn ends and the next begins.
        starts_on: the day on which the first turn begins.

    Raises:
        Forbidden: `by` does not manage people.
        NotFound: nobody has one of these ids, or he has left.
        Invalid: a value cannot be used.
    """
    _must_manage(by)
    _check(subject, level, people, days, zone)
    for one in people:
        _must_be_able(session, one)
    audit.extend(session, audit.PLATFORM)  # One at a time: the second to define a level replaces the first.
    _replace(session, subject, level, by=by, now=now)
    row = {
        "id": new_id(),
        "subject": subject,
        "level": level,
        "people": list(people),
        "days": days,
        "handover": f"{handover:%H:%M}",
        "zone": zone,
        "starts_on": starts_on,
        "since": now,
        "until": None,
        "by": by.id,
    }
    session.execute(insert(ROTATION), row)
    said = {name: value for name, value in row.items() if name not in ("id", "since", "until", "by")}
    audit.append(session, audit.PLATFORM, "rotation.defined", row["id"], said, by=by, now=now)
    return UUID(str(row["id"]))


def override(
    session: Session,
    subject: str,
    level: int,
    *,
    person: str,
    begins_at: datetime,
    ends_at: datetime,
    reason: str = "",
    by: Person,
    now: datetime,
) -> UUID:
    """
    Let one person be on call for a while, whoever's turn it is; returns the id. Of two, the newer counts.

    Raises:
        Forbidden: `by` neither manages people nor takes turns on this level.
        NotFound: nobody has this id, or he has left.
        Invalid: there is no such level, or the period has no length or is over.
    """
    _check(subject, level, (person,), 1, "UTC")
    if not by.platform_admin and by.id not in _taking_turns(session, subject, level):
        remedy = "Those who take turns on it do, and administrators of the platform."
        raise Forbidden(f"{by.name} does not say who is on call at level {level} of {subject}.", remedy)
    _must_be_able(session, person)
    if not begins_at < ends_at or ends_at <= now:
        raise Invalid("The period ends before it begins, or is over.", {"ends_at": "Name a later moment."})
    row = {
        "id": new_id(),
        "subject": subject,
        "level": level,
        "person_id": person,
        "begins_at": begins_at.astimezone(UTC),
        "ends_at": ends_at.astimezone(UTC),
        "reason": reason,
        "made_by": by.id,
        "made_at": now,
        "cancelled_at": None,
    }
    session.execute(insert(OVERRIDE), row)
    said = {name: value for name, value in row.items() if name not in ("id", "made_by", "made_at", "cancelled_at")}
    audit.append(session, audit.PLATFORM, "override.made", row["id"], said, by=by, now=now)
    return UUID(str(row["id"]))


def cancel(session: Session, override_id: UUID, *, by: Person, now: datetime) -> None:
    """
    Let an override count no more.

    Raises:
        NotFound: there is no such override.
        Forbidden: `by` neither manages people, nor made it, nor is named by it.
        Conflict: it is cancelled already.
    """
    row = session.execute(select(OVERRIDE).where(OVERRIDE.c.id == override_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("override", str(override_id))
    if not by.platform_admin and by.id not in (row.made_by, row.person_id):
        raise Forbidden(f"{by.name} may not cancel this.", f"{row.made_by} made it.")
    if row.cancelled_at is not None:
        raise Conflict("It is cancelled already.")
    session.execute(update(OVERRIDE).where(OVERRIDE.c.id == override_id).values(cancelled_at=now))
    audit.append(session, audit.PLATFORM, "override.cancelled", override_id, {}, by=by, now=now)


def _replace(session: Session, subject: str, level: int, *, by: Person, now: datetime) -> None:
    here = (ROTATION.c.subject == subject, ROTATION.c.level == level, IN_FORCE)
    before = session.execute(select(ROTATION.c.id).where(*here)).scalar()
    if before is not None:
        session.execute(update(ROTATION).where(ROTATION.c.id == before).values(until=now))
        audit.append(session, audit.PLATFORM, "rotation.replaced", before, {}, by=by, now=now)


def _taking_turns(session: Session, subject: str, level: int) -> list[str]:
    here = (ROTATION.c.subject == subject, ROTATION.c.level == level, IN_FORCE)
    found: Any = session.execute(select(ROTATION.c.people).where(*here)).scalar()
    return list(found or ())


def _must_manage(by: Person) -> None:
    people.must_manage(by)


def _must_be_able(session: Session, person_id: str) -> None:
    found = people.person(session, person_id)
    if found.kind != "person" or found.auditor:
        raise Invalid(f"{person_id} takes no part in the work.", {"people": "Name people who may act."})


def _check(subject: str, level: int, named: Sequence[str], days: int, zone: str) -> None:
    problems = {}
    if not SUBJECT.match(subject):
        problems["subject"] = "Write REGISTER:ROW, or the name of a service, such as web-shop."
    if level not in LEVELS:
        problems["level"] = "A level is 1, 2, 3 or 4."
    if len(set(named)) != len(named):
        problems["people"] = "Name each once."
    if not 0 < days <= MOST_DAYS:
        problems["days"] = f"A turn lasts 1 to {MOST_DAYS} days."
    if zone not in available_timezones():
        problems["zone"] = f"There is no time zone {zone!r}. Use an IANA name, such as Europe/Berlin."
    if problems:
        raise Invalid(next(iter(problems.values())), problems)
