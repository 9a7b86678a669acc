"""A simulated year: the shipped processes, cycles and ladders, people who answer by chance, every rule on every day."""

from datetime import date, datetime, time
from time import process_time
from zoneinfo import ZoneInfo

from steward.rehearsal.course import Course
from steward.rehearsal.rules import read_rules
from steward.rehearsal.stage import staged, zone_of
from steward.settings import load

FIRST = date(2027, 1, 4)
SEED = 1


def simulated_year() -> dict[str, float]:
    """
    A year on SQLite, in seconds of the processor: whatever else the machine does counts for nothing.

    Beside it the cases that began, the rules that did not hold, and the steps that were stuck at the end.
    """
    settings = load()
    begins = datetime.combine(FIRST, time(), ZoneInfo(zone_of(settings)))
    began = process_time()
    with staged(settings, begins) as program:
        rules = read_rules(settings.config_folder / "rehearsal.toml")
        tally = Course(program, rules, begins.replace(year=FIRST.year + 1), SEED).run()
    return {
        "simulated_year_seconds": round(process_time() - began, 1),
        "simulated_year_cases": tally.started.total(),
        "simulated_year_faults": len(tally.faults),
        "simulated_year_stuck": tally.stuck.total(),
    }
