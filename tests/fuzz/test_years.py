"""Years of the shipped product with faults at random: workers asleep, clocks that jump, people who answer by chance."""

import os
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from steward.rehearsal.course import Course
from steward.rehearsal.rules import read_rules
from steward.rehearsal.stage import staged
from steward.settings import load

YEARS = int(os.environ.get("STEWARD_FUZZ_YEARS", "10"))
ZONE = ZoneInfo("Europe/Berlin")


class Faulty(Course):
    """A course in which nobody looks for a while now and then, up to a month."""

    faults = Random(0)  # Set for each course.

    def _work(self, day: date) -> None:
        if day >= self.asleep_until:
            super()._work(day)
            if self.faults.random() < 0.02:
                self.asleep_until = day + timedelta(days=self.faults.choice((1, 2, 7, 31)))

    asleep_until = date(2000, 1, 1)

    def _check(self) -> None:
        if self.program.clock().date() >= self.asleep_until:
            super()._check()
            told = "\n".join([f"seed {self.seed}", *self.tally.faults])
            assert not self.tally.faults, told  # On its day: nobody waits ten years for it.


def test_every_rule_holds_over_years_of_outages():
    seed = int.from_bytes(os.urandom(4))
    begins = datetime(2027, 1, 4, tzinfo=ZONE)
    settings = load()
    with staged(settings, begins) as program:
        rules = read_rules(settings.config_folder / "rehearsal.toml")
        course = Faulty(program, rules, begins.replace(year=2027 + YEARS), seed)
        course.faults = Random(seed)
        faults = course.run().faults
        assert not faults, "\n".join([f"seed {seed}", *faults])
