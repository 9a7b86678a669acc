"""The course of a rehearsal: day after day, people work, the clock moves, and every rule is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from engine import timetable, verify
from engine.core.calendar import Calendar
from engine.replay import Replayed
from engine.store.definitions import DefinitionRow
from engine.store.running import Instance, StuckStep
from steward.keys import public_key
from steward.program import Program
from steward.rehearsal.crowd import Crowd
from steward.rehearsal.invariants import CHECKS
from steward.rehearsal.rules import Rules
from steward.rehearsal.tally import Tally

AWAY = timedelta(days=7)
DAY = timedelta(days=1)
STUCK = (
    select(DefinitionRow.key, StuckStep.element, StuckStep.error)
    .join(Instance, Instance.definition_id == DefinitionRow.id)
    .join(StuckStep, StuckStep.instance_id == Instance.id)
    .where(StuckStep.resolved_at.is_(None))
)


@dataclass
class Course:
    """
    One rehearsal.

    Args:
        until: the moment at which it ends, aware.
        seed: the same seed on the same folder gives the same deeds.
    """

    program: Program
    rules: Rules
    until: datetime
    seed: int = 0
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self._calendar = self._calendar_in_use()
        self._zone = ZoneInfo(self._calendar.zone)
        self._chance = Random(self.seed)  # noqa: S311 - a rehearsal must be repeatable
        self._crowd = Crowd(self.program, self.rules, self._chance, self._zone, self.tally)
        self._away: dict[str, date] = {}
        self._seen: dict[str, tuple[int, bytes]] = {}
        self._replays: dict[UUID, Replayed] = {}

    def run(self) -> Tally:
        """Play every day to its end; what does not hold is in the tally's faults."""
        for day in self._days():
            if self._calendar.is_open_day(day):
                self._work(day)
            self._move(datetime.combine(day + DAY, time(), self._zone))
            self._check()
        self._check_all()
        self._count()
        return self.tally

    def _days(self) -> Iterator[date]:
        day = self.program.clock().astimezone(self._zone).date()
        while datetime.combine(day + DAY, time(), self._zone) <= self.until:
            yield day
            day += DAY

    def _work(self, day: date) -> None:
        self._go_away(day)
        away = frozenset(self._away)
        for number, at in enumerate(self.rules.people.looks_at):
            self._move(datetime.combine(day, at, self._zone))
            if number == 0:
                self._crowd.begin()
            self._crowd.look(away)
            self._move(self.program.clock())

    def _go_away(self, day: date) -> None:
        self._away = {person: back for person, back in self._away.items() if back > day}
        for person in self._crowd.everybody():
            if person not in self._away and self._chance.random() < self.rules.people.away:
                self._away[person] = day + AWAY

    def _move(self, to: datetime) -> None:
        if to >= self.program.clock():
            self.program.move(to)

    def _check(self) -> None:
        now = self.program.clock()
        with self.program.database.still() as session:
            for check in CHECKS:
                for said in check(session, now):
                    self.tally.fault(now, said)
            ends = verify.ends(session)
            grown = {chain for chain, end in ends.items() if self._seen.get(chain) != end}
            report = verify.verify(session, None, only=grown, replays=self._replays)
        self._seen = ends
        for finding in report.findings:
            self.tally.fault(now, str(finding))

    def _check_all(self) -> None:
        """The whole record, with its seals."""
        self.program.seal()
        now, folder = self.program.clock(), self.program.settings.folder
        with self.program.database.still() as session:
            report = verify.verify(session, public_key(folder / "seal.pub"), evidence=folder / "evidence")
        for finding in report.findings:
            self.tally.fault(now, str(finding))

    def _count(self) -> None:
        query = select(DefinitionRow.key, func.count()).join(Instance, Instance.definition_id == DefinitionRow.id)
        with self.program.database.reading() as session:
            for key, count in session.execute(query.group_by(DefinitionRow.key)):
                self.tally.started[key] = count
            for key, element, error in session.execute(STUCK):
                self.tally.stuck[f"{key}: {element}: {error}"[:200]] += 1

    def _calendar_in_use(self) -> Calendar:
        operator, now = self.program.operator("rehearsal"), self.program.clock()
        digest = self.program.perform(lambda session: timetable.in_use(session, by=operator, now=now), by=operator)
        with self.program.database.reading() as session:
            return timetable.calendar(session, digest)
