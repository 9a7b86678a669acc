"""
The calendars in use, kept by digest: what a recorded event was counted with can always be found again.

A case keeps the calendar it started with.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import audit
from engine.cache import Cache
from engine.calendars import CalendarSettings, build_calendar
from engine.core.calendar import Calendar
from engine.errors import Broken
from engine.identity.person import Person
from engine.store.base import table_of
from engine.store.definitions import CalendarRow
from engine.store.records import Setting

SETTING = "calendar"
BEFORE, AFTER = 3, 15
"""Years that a snapshot reaches back and ahead of the moment it is made."""

BODY = select(CalendarRow.body).where(CalendarRow.digest == bindparam("digest"))
IN_USE = select(Setting.value).where(Setting.key == SETTING)
KEEP = {
    "postgresql": postgresql.insert(table_of(CalendarRow)).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(table_of(CalendarRow)).on_conflict_do_nothing(),
}

_calendars: Cache[str, Calendar] = Cache(32)


def calendar(session: Session, digest: str) -> Calendar:
    """
    The snapshot with this digest.

    Raises:
        Broken: it was never stored.
    """
    return _calendars.get(digest, lambda: _read(session, digest))


def adopt(session: Session, settings: CalendarSettings, *, by: Person, now: datetime) -> str:
    """
    Use these opening hours and holidays for all cases that start from now on; returns the snapshot's digest.

    Raises:
        CalendarError: a zone, country, region, weekday or stretch of hours that does not exist.
    """
    digest = keep(session, build_calendar(settings, now.year - BEFORE, now.year + AFTER), now=now)
    session.merge(Setting(key=SETTING, value={"digest": digest, "until": now.year + AFTER}))
    session.flush()
    audit.append(session, audit.PLATFORM, "calendar.adopted", digest, {"zone": settings.zone}, by=by, now=now)
    return digest


def keep(session: Session, snapshot: Calendar, *, now: datetime) -> str:
    """Store a snapshot under its digest, unless it is there."""
    row = {"digest": snapshot.digest, "body": snapshot.to_bytes(), "stored_at": now}
    session.execute(KEEP[session.get_bind().dialect.name], row)
    return snapshot.digest


def in_use(session: Session, *, by: Person, now: datetime) -> str:
    """The digest of the calendar that new cases get. Where none was adopted: Monday to Friday, 9 to 17."""
    value = session.execute(IN_USE).scalar_one_or_none()
    return value["digest"] if value else adopt(session, CalendarSettings(), by=by, now=now)


def zone_in_use(session: Session) -> str:
    """The zone of the organisation, as the calendar says that new cases get; the usual one where none was adopted."""
    return zone_of(current(session))


def today(session: Session, now: datetime) -> date:
    """Which day it is by the clocks of the organisation."""
    return now.astimezone(ZoneInfo(zone_in_use(session))).date()


def zone_of(known: Calendar | None) -> str:
    """The zone of a calendar; the usual one where there is none."""
    return known.zone if known else CalendarSettings().zone


def current(session: Session) -> Calendar | None:
    """The calendar that new cases get; None where none was adopted."""
    return adopted(session, session.execute(IN_USE).scalar_one_or_none())


def adopted(session: Session, value: Mapping[str, Any] | None) -> Calendar | None:
    """The calendar that `value`, found by `IN_USE`, means; None where nothing was found."""
    return calendar(session, value["digest"]) if value else None


def _read(session: Session, digest: str) -> Calendar:
    body = session.execute(BODY, {"digest": digest}).scalar_one_or_none()
    if body is None:
        raise Broken(f"The calendar {digest} is missing; nothing that was counted with it can be replayed.")
    return Calendar.from_bytes(body)
