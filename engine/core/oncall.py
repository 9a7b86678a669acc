"""
Whose turn it is: rotations by the clocks of a zone, and what overrides them.

A handover comes every so many days at one time of day. Where clocks are put
forward and that time is never shown, it is the first moment after the gap;
where they are put back and it is shown twice, the first of the two.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from engine.core.walltime import RecordedZone, wall_clock

LEVELS = (1, 2, 3, 4)


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """
    People who take turns, in order, over and over.

    Args:
        people: their ids; empty means that nobody is on call.
        days: how long one turn lasts.
        handover: at which time of day, by the clocks of `zone`, a turn ends and the next begins.
        starts_on: the day on which the first turn begins; before it nobody is on call.
    """

    people: tuple[str, ...]
    days: int
    handover: time
    zone: RecordedZone
    starts_on: date

    def begins(self, turn: int) -> datetime:
        """The moment, in UTC, at which a turn begins; the first is number 0."""
        day = self.starts_on + timedelta(days=turn * self.days)
        return self.zone.place(datetime.combine(day, self.handover))

    def turn(self, at: datetime) -> int:
        """The number of the turn that runs at `at`; negative before the first."""
        days = (wall_clock(at, self.zone).date() - self.starts_on).days
        turn = days // self.days
        while self.begins(turn) > at:
            turn -= 1
        while self.begins(turn + 1) <= at:
            turn += 1
        return turn

    def order(self, at: datetime) -> tuple[str, ...]:
        """Whose turn it is at `at`, then those who follow him, each once; empty before the first turn."""
        turn = self.turn(at)
        if turn < 0 or not self.people:
            return ()
        first = turn % len(self.people)
        return tuple(dict.fromkeys((*self.people[first:], *self.people[:first])))


@dataclass(frozen=True, kw_only=True)
class Override:
    """One person is on call from `begins_at` up to, and without, `ends_at`, whoever's turn it is."""

    person: str
    begins_at: datetime
    ends_at: datetime
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class Level:
    """One level of a subject or service: its rotation, if it has one, and its overrides."""

    rotation: Rotation | None = None
    overrides: tuple[Override, ...] = ()

    def named(self, at: datetime) -> tuple[str, ...]:
        """Who is named for this moment, the one who counts first: the newest override, then whose turn it is."""
        standing = [one for one in self.overrides if one.begins_at <= at < one.ends_at]
        over = sorted(standing, key=lambda one: (one.made_at, one.begins_at, one.person), reverse=True)
        turn = self.rotation.order(at) if self.rotation else ()
        return tuple(dict.fromkeys((*(one.person for one in over[:1]), *turn)))

    def changes(self, begins: datetime, ends: datetime) -> Iterator[datetime]:
        """The moments within the period, its beginning included, at which somebody else may be named."""
        yield begins
        for one in self.overrides:
            yield from (at for at in (one.begins_at, one.ends_at) if begins < at < ends)
        if self.rotation and self.rotation.people:
            turn = max(self.rotation.turn(begins) + 1, 0)
            while (at := self.rotation.begins(turn)) < ends:
                if at > begins:
                    yield at
                turn += 1


@dataclass(frozen=True, kw_only=True)
class Away:
    """Somebody is away from `begins_at` up to `ends_at`; `stand_ins` do it for him, in order."""

    person: str
    begins_at: datetime
    ends_at: datetime
    stand_ins: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class People:
    """
    Who of those named is really there.

    Args:
        gone: who has left.
        away: absences from everything.
    """

    gone: frozenset[str] = frozenset()
    away: tuple[Away, ...] = ()

    def absence(self, person: str, at: datetime) -> Away | None:
        """His absence at that moment."""
        return next((one for one in self.away if one.person == person and one.begins_at <= at < one.ends_at), None)

    def reached(self, named: Sequence[str], at: datetime) -> str | None:
        """Who answers: the first named who has not left; where he is away, who stands in; else nobody."""
        person = next((one for one in named if one not in self.gone), None)
        absence = self.absence(person, at) if person else None
        if absence is None:
            return person
        return next((one for one in absence.stand_ins if one not in self.gone and not self.absence(one, at)), None)


@dataclass(frozen=True)
class Gap:
    """Nobody is on call on a level from `begins` until `ends`."""

    level: int
    begins: datetime
    ends: datetime


def gaps(levels: Mapping[int, Level], people: People, begins: datetime, ends: datetime) -> tuple[Gap, ...]:
    """Where nobody is on call within a period, up to the highest level that is defined; by level, then by time."""
    found = []
    for level in range(1, max(levels, default=0) + 1):
        for stretch in _empty(levels.get(level, Level()), people, begins, ends):
            found.append(Gap(level, *stretch))
    return tuple(found)


def _empty(level: Level, people: People, begins: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
    marks = sorted({*level.changes(begins, ends), *_absences(people, begins, ends)})
    since: datetime | None = None
    for at in marks:
        empty = people.reached(level.named(at), at) is None
        if empty and since is None:
            since = at
        elif not empty and since is not None:
            yield since, at
            since = None
    if since is not None:
        yield since, ends


def _absences(people: People, begins: datetime, ends: datetime) -> Iterable[datetime]:
    return (at for one in people.away for at in (one.begins_at, one.ends_at) if begins < at < ends)
