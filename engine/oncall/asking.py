"""Who is on call: at a moment, level by level, and where nobody is going to be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, text
from sqlalchemy.orm import Session

from engine import registers
from engine.calendars import clock_changes
from engine.core import oncall as core
from engine.core.walltime import RecordedZone
from engine.identity.substitutes import ENDS
from engine.oncall.book import name_of
from engine.store.absence import OverrideRow, RotationRow, SubstitutionRow
from engine.store.people import PersonRow
from engine.subject import Subject

AHEAD = 3
"""Years after the moment asked about for which the clocks of a zone are looked up."""

HERE: Any = bindparam("subject")
ROTATIONS = select(RotationRow).where(
    RotationRow.subject == HERE,
    RotationRow.since <= bindparam("at"),
    or_(RotationRow.until.is_(None), RotationRow.until > bindparam("at")),
)
OVERRIDES = select(OverrideRow).where(
    OverrideRow.subject == HERE, or_(OverrideRow.cancelled_at.is_(None), OverrideRow.cancelled_at > bindparam("at"))
)
AWAY = select(
    SubstitutionRow.person_id,
    SubstitutionRow.begins_at,
    ENDS.label("ends_at"),
    SubstitutionRow.first,
    SubstitutionRow.second,
).where(text("substitutions.process IS NULL AND substitutions.status <> 'cancelled'"), SubstitutionRow.begins_at < ENDS)
GONE = select(PersonRow.id).where(text("NOT people.active"))


@dataclass(frozen=True, kw_only=True)
class OnCall:
    """
    One level at one moment.

    Args:
        person: who answers; None where nobody does.
        standing_in_for: whom he replaces, who is away.
        skipped: those named before him who have left.
        overridden: whether he, or whom he replaces, is on call out of turn.
        until: when somebody else may be named next; None where nothing changes by itself.
    """

    level: int
    person: str | None
    standing_in_for: str | None
    skipped: tuple[str, ...]
    overridden: bool
    until: datetime | None


@dataclass(frozen=True)
class Answering:
    """Who answers for one subject or service at one moment."""

    levels: Mapping[int, core.Level]
    people: core.People
    at: datetime

    def reached(self, level: int) -> tuple[str, ...]:
        """Who is on call at this level, or, where it is empty, at the next one above it that is not; else nobody."""
        named = (self.levels.get(one, core.Level()).named(self.at) for one in core.LEVELS if one >= level)
        found = (self.people.reached(people, self.at) for people in named)
        person = next((one for one in found if one), None)
        return (person,) if person else ()


def who(session: Session, subject: Subject | str, *, at: datetime) -> tuple[OnCall, ...]:
    """Each level of a subject or service at `at`, up to the highest that is defined."""
    levels, people = _known(session, name_of(subject), at)
    return tuple(
        _standing(level, levels.get(level, core.Level()), people, at) for level in range(1, max(levels, default=0) + 1)
    )


def now_on_call(session: Session, subject: Subject | str, level: int, *, at: datetime) -> tuple[str, ...]:
    """Who is on call at one level; empty where nobody is. Whoever is away is replaced by who stands in for him."""
    levels, people = _known(session, name_of(subject), at)
    found = people.reached(levels.get(level, core.Level()).named(at), at)
    return (found,) if found else ()


def answering(session: Session, subject: Subject | str, *, at: datetime) -> Answering:
    """
    Who answers for a subject or service at `at`, whatever the level.

    A subject for which nobody takes turns is answered for by the service that its row names for `oncall`.
    """
    levels, people = _known(session, _service(session, subject, at), at)
    return Answering(levels, people, at)


def reached(session: Session, subject: Subject | str, level: int, *, at: datetime) -> tuple[str, ...]:
    """Who of those who answer is reached on one level."""
    return answering(session, subject, at=at).reached(level)


def gaps_of(session: Session, subject: Subject | str, *, days: int, now: datetime) -> tuple[core.Gap, ...]:
    """Where nobody is going to be on call within so many days from now."""
    levels, people = _known(session, name_of(subject), now)
    return core.gaps(levels, people, now, now + timedelta(days=days))


def subjects(session: Session) -> tuple[str, ...]:
    """The subjects and services for which somebody takes turns."""
    query = select(RotationRow.subject).where(text("rotations.until IS NULL")).distinct()
    return tuple(sorted(session.scalars(query)))


def _service(session: Session, subject: Subject | str, at: datetime) -> str:
    name = name_of(subject)
    if isinstance(subject, str) or session.scalars(ROTATIONS, {"subject": name, "at": at}).first() is not None:
        return name
    return next(iter(registers.holders(session, subject, "oncall")), name)


def _standing(number: int, level: core.Level, people: core.People, at: datetime) -> OnCall:
    named = level.named(at)
    person = people.reached(named, at)
    there = [one for one in named if one not in people.gone]
    skipped = named[: named.index(there[0])] if there else named
    ahead = sorted(one for one in level.changes(at, at + timedelta(days=_ahead(level))) if one > at)
    standing = {one.person for one in level.overrides if one.begins_at <= at < one.ends_at}
    return OnCall(
        level=number,
        person=person,
        standing_in_for=there[0] if there and person != there[0] else None,
        skipped=skipped,
        overridden=bool(standing) and bool(there) and there[0] in standing,
        until=ahead[0] if ahead else None,
    )


def _ahead(level: core.Level) -> int:
    """How many days ahead a change is looked for: a turn, and a little more."""
    return level.rotation.days + 2 if level.rotation else 366


def _known(session: Session, subject: str, at: datetime) -> tuple[Mapping[int, core.Level], core.People]:
    given = {"subject": subject, "at": at}
    rotations = {row.level: _rotation(row, at) for row in session.scalars(ROTATIONS, given)}
    overrides: dict[int, list[core.Override]] = {}
    for row in session.scalars(OVERRIDES, given):
        one = core.Override(person=row.person_id, begins_at=row.begins_at, ends_at=row.ends_at, made_at=row.made_at)
        overrides.setdefault(row.level, []).append(one)
    levels = {
        level: core.Level(rotation=rotations.get(level), overrides=tuple(overrides.get(level, ())))
        for level in sorted(rotations.keys() | overrides.keys())
    }
    away = tuple(_away(row) for row in session.execute(AWAY))
    return levels, core.People(gone=frozenset(session.scalars(GONE)), away=away)


def _rotation(row: RotationRow, at: datetime) -> core.Rotation:
    first, last = (
        date(min(row.starts_on.year, at.year) - 1, 1, 1),
        date(max(row.starts_on.year, at.year) + AHEAD, 12, 31),
    )
    return core.Rotation(
        people=tuple(row.people),
        days=row.days,
        handover=time.fromisoformat(row.handover),
        zone=RecordedZone(row.zone, clock_changes(row.zone, first, last)),
        starts_on=row.starts_on,
    )


def _away(row: Any) -> core.Away:
    stand_ins = tuple(one for one in (row.first, row.second) if one)
    return core.Away(person=row.person_id, begins_at=row.begins_at, ends_at=row.ends_at, stand_ins=stand_ins)
