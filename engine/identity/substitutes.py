"""
Who stands in for whom at one moment.

An absence stands by its period alone, whether or not anybody has moved tasks
for it yet. Where two cover one piece of work, the one for its process counts
before the one for everything. Who stands in is the first named, or, where he
is away himself or has left, the second; it is never passed on further.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, aliased

from engine.cache import Cache
from engine.store.absence import SubstitutionRow
from engine.store.people import PersonRow

FIRST, SECOND = aliased(PersonRow), aliased(PersonRow)
ENDS: Any = func.coalesce(SubstitutionRow.stopped_at, SubstitutionRow.ends_at, type_=SubstitutionRow.ends_at.type)
# Written out, not bound: a bound value hides the partial index from a generic plan.
LIVE = text("substitutions.status IN ('planned', 'active')")
ALL = (
    select(
        SubstitutionRow.id,
        SubstitutionRow.person_id,
        SubstitutionRow.begins_at,
        ENDS.label("ends_at"),
        SubstitutionRow.process,
        SubstitutionRow.first,
        SubstitutionRow.second,
        FIRST.active.label("first_there"),
        SECOND.active.label("second_there"),
    )
    .join(FIRST, FIRST.id == SubstitutionRow.first)
    .outerjoin(SECOND, SECOND.id == SubstitutionRow.second)
    .where(LIVE)
    .order_by(SubstitutionRow.id)
)
KEPT = ALL.with_for_update(read=True, of=SubstitutionRow)
_known: Cache[bytes, "Absences"] = Cache(64)


@dataclass(frozen=True, kw_only=True)
class Absence:
    """
    One person is away from `begins_at` up to, and without, `ends_at`.

    Args:
        process: the key of the process it is about; None means everything.
        stand_ins: who was named, in order, without those who have left.
    """

    id: UUID
    person: str
    begins_at: datetime
    ends_at: datetime
    process: str | None
    stand_ins: tuple[str, ...]

    def covers(self, process: str | None, at: datetime) -> bool:
        """Whether it stands at this moment for work of this process; None asks about what is of no process."""
        return self.begins_at <= at < self.ends_at and self.process in (None, process)


@dataclass(frozen=True)
class Absences:
    """All absences that are planned or under way, to be asked about one moment."""

    all: tuple[Absence, ...] = ()

    def of(self, person: str, process: str | None, at: datetime) -> Absence | None:
        """The absence that counts for one person, the narrower before the wider; None where he is there."""
        found = [one for one in self.all if one.person == person and one.covers(process, at)]
        return max(found, key=lambda one: one.process is not None, default=None)

    def stand_ins(self, person: str, process: str | None, at: datetime) -> tuple[str, ...]:
        """Who may do his work now, in order: those of his stand-ins who are there themselves. Empty if he is there."""
        absence = self.of(person, process, at)
        named = absence.stand_ins if absence else ()
        return tuple(one for one in named if self.of(one, process, at) is None)

    def in_place_of(self, people: Sequence[str], process: str | None, at: datetime) -> tuple[str, ...]:
        """These people, each who is away replaced by who stands in, or left out where nobody does; each once."""
        found = (
            one
            for person in people
            for one in (self.stand_ins(person, process, at)[:1] if self.of(person, process, at) else (person,))
        )
        return tuple(dict.fromkeys(found))

    def stood_for(self, person: str, at: datetime) -> tuple[Absence, ...]:
        """The absences in which this person is the one who stands in at this moment."""
        standing = [one for one in self.all if one.begins_at <= at < one.ends_at and person in one.stand_ins]
        return tuple(one for one in standing if person in self.stand_ins(one.person, one.process, at)[:1])


def absences(session: Session, *, organisation: bytes | None = None, keep: bool = False) -> Absences:
    """
    The absences that are planned or under way. One statement; none where the head of the platform is known.

    Args:
        organisation: the head of the platform's chain; every change of an absence moves it.
        keep: let none of them be changed until this transaction ends.
    """
    if organisation is not None and not keep:
        return _known.get(organisation, lambda: _read(session, keep=False))
    return _read(session, keep=keep)


def stand_ins(session: Session, people: Iterable[str], process: str | None, at: datetime) -> dict[str, str]:
    """Of these people, those who are away at `at` from work of `process` (None: of no process), and who stands in."""
    known = absences(session)
    found = {person: known.stand_ins(person, process, at) for person in sorted(set(people))}
    return {person: order[0] for person, order in found.items() if order}


def _read(session: Session, *, keep: bool) -> Absences:
    rows = session.connection().execute(KEPT if keep else ALL).all()
    return Absences(tuple(_absence(row) for row in rows))


def _absence(row: Any) -> Absence:
    named = ((row.first, row.first_there), (row.second, row.second_there))
    return Absence(
        id=row.id,
        person=row.person_id,
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        process=row.process,
        stand_ins=tuple(one for one, there in named if one is not None and there),
    )
