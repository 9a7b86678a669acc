"""Ten years of cycles under a clock that sleeps, stumbles and jumps, and what must have come of it."""

import random
from calendar import monthrange
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine import cycles, timetable
from engine.calendars import CalendarSettings
from engine.identity.people import operator
from engine.store.cycles import OccurrenceRow
from engine.store.running import Instance
from engine.transactions import Database
from engine.verify import verify
from tests.factories import END, START, deploy, people, process, sequence

BEGINS = datetime(2027, 1, 4, 9, tzinfo=UTC)
ANCHOR = date(2026, 12, 31)
MONTHLY = {"process": "tick", "rule": "P1M", "anchor": "2026-12-31T02:30", "on_closed_day": "same"}
PLANS = {
    "berlin": MONTHLY | {"zone": "Europe/Berlin", "on_missed": "run_all"},
    "new_york": MONTHLY | {"zone": "America/New_York", "on_missed": "run_once"},
    "lord_howe": MONTHLY | {"zone": "Australia/Lord_Howe", "on_missed": "skip"},
    "leap": {"process": "tick", "rule": "P1Y", "anchor": "2024-02-29", "lead": "20 bd", "on_closed_day": "after"},
    "quarter": {"process": "tick", "rule": "0 0 9 1 1,4,7,10 ?", "lead": "10 bd", "on_missed": "run_all"},
    "sundays": {"process": "tick", "rule": "FREQ=MONTHLY;BYDAY=-1SU", "anchor": "2027-01-01", "at": "02:30"},
}


@dataclass
class Decade:
    """
    One database, and a clock that is looked at now and then.

    Args:
        wander: after how many days the scheduler looks again, at most.
    """

    database: Database
    chance: random.Random
    years: int = 10
    wander: float = 25
    now: datetime = BEGINS
    furthest: datetime = field(default=BEGINS)

    def set_up(self) -> None:
        """The organisation, its calendar, a process that ends at once, and the plans."""
        people(self.database, "olga")
        deploy(self.database, process("tick", sequence(START, END)), owner="olga", now=self.now)
        with self.database.writing() as session:
            by = operator(session, "setup", now=self.now)
            timetable.adopt(session, CalendarSettings(country="DE", region="BE"), by=by, now=self.now)
            for key, plan in PLANS.items():
                cycles.define(session, key, {"name": key, **plan}, by=by, now=self.now)
                cycles.activate(session, key, by=by, now=self.now)

    def live(self) -> None:
        """Let the years pass: small steps, a month asleep now and then, and a clock that jumps back."""
        end = BEGINS.replace(year=BEGINS.year + self.years)
        while self.furthest < end:
            self.look()
            what = self.chance.random()
            if what < 0.15:
                self.now = max(BEGINS, self.now - timedelta(days=self.chance.uniform(0, 40)))
            elif what < 0.25:
                self.now = self.furthest + timedelta(days=self.chance.uniform(25, 50))
            else:
                self.now += timedelta(days=self.chance.uniform(0, self.wander))
            self.furthest = max(self.furthest, self.now)
        self.now = self.furthest
        self.look()

    def look(self) -> int:
        """A scheduler looks once."""
        return cycles.drain_cycles(self.database, now=self.now)

    def must_hold(self) -> None:
        """Nothing was missed, nothing happened twice, and the record holds."""
        with self.database.reading() as session:
            rows = list(session.scalars(select(OccurrenceRow)))
            cases = len(session.scalars(select(Instance.id)).all())
            assert verify(session, None).findings == []
        assert not [row for row in rows if row.outcome == "failed"]
        assert cases == sum(row.outcome == "started" for row in rows)
        for key in PLANS:
            mine = [row for row in rows if row.cycle == key]
            days = Counter(row.planned_on for row in mine)
            assert set(days.values()) == {1}, key
            known = {row.planned_on for row in mine}
            assert known == {row.planned_on for row in mine if row.planned_at > BEGINS}
            assert _expected(key, BEGINS.date(), self.furthest.date() - timedelta(days=4)) <= known, key
            for row in mine:
                _must_lie_right(key, row, self.furthest)


def _expected(key: str, after: date, until: date) -> set[date]:
    """The days that a plan must have brought, counted here without any of what is tested."""
    every = [after + timedelta(days=number) for number in range(1, (until - after).days + 1)]
    if key == "leap":
        return {day for day in every if day.month == 2 and day.day == monthrange(day.year, 2)[1]}
    if key == "quarter":
        return {day for day in every if day.day == 1 and day.month in (1, 4, 7, 10)}
    if key == "sundays":
        return {day for day in every if day.weekday() == 6 and (day + timedelta(days=7)).month != day.month}
    return {day for day in every if day.day == monthrange(day.year, day.month)[1]}


def _must_lie_right(key: str, row: OccurrenceRow, furthest: datetime) -> None:
    assert row.starts_at <= row.planned_at <= row.limit_at
    assert row.starts_at <= furthest
    zone = PLANS[key].get("zone")
    if zone is None:
        return
    wall = row.planned_at.astimezone(ZoneInfo(zone))
    said = datetime.combine(row.planned_on, wall.time())
    assert wall.date() == row.planned_on
    assert wall.fold == 0
    missing = said.replace(hour=2, minute=30, tzinfo=ZoneInfo(zone))
    shown = missing.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == missing.replace(tzinfo=None)
    assert (wall.hour, wall.minute) == (2, 30) or not shown
