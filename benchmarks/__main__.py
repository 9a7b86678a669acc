"""
`python -m benchmarks [WORD...]`: take all figures, or those of the functions whose names contain one of the words.

Prints a table beside the goals and writes `benchmarks/results.json`; with words, the other figures stay as they were.
"""

import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import browser, completions, corrective, crowds, kills, lanes, outbound, pages, proof, reading, year
from benchmarks.place import Place, postgres, sqlite

RESULTS = Path(__file__).parent / "results.json"
Figures = dict[str, float]

GOALS: dict[str, tuple[str, float]] = {
    "completions_per_second": (">=", 400),
    "completions_per_second_corrective_action": (">=", 250),
    "completion_over_floor": ("<=", 2.0),
    "statements_per_completion": ("<=", 12),
    "commits_per_completion": ("<=", 1),
    "thousandth_over_first": ("<=", 1.1),
    "loop_state_bytes": ("<=", 2000),
    "four_at_once_p95_ms": ("<=", 50),
    "four_at_once_errors": ("<=", 0),
    "inbox_million_p95_ms": ("<=", 2),
    "inbox_page_million_p95_ms": ("<=", 50),
    "inbox_page_sql_over_bare_query": ("<=", 3),
    "inbox_kilobytes": ("<=", 100),
    "task_kilobytes": ("<=", 300),
    "diagram_kilobytes": ("<=", 240),
    "completion_p50_ms_sqlite": ("<=", 1.5),
    "eight_writers_longest_wait_ms_sqlite": ("<=", 100),
    "person_write_p99_ms_beside_drain_sqlite": ("<=", 20),
    "timers_10000_seconds_postgres_2": ("<=", 25),
    "person_write_p99_ms_beside_drain_postgres": ("<=", 25),
    "timer_due_to_fired_p99_ms": ("<=", 300),
    "urgent_behind_bulk_p50_ms": ("<=", 100),
    "kills": (">=", 200),
    "timers_lost": ("<=", 0),
    "timers_doubled": ("<=", 0),
    "deliveries_lost": ("<=", 0),
    "deliveries_doubled": ("<=", 0),
    "occurrences_lost": ("<=", 0),
    "occurrences_doubled": ("<=", 0),
    "steps_lost_or_doubled": ("<=", 0),
    "completions_lost": ("<=", 0),
    "cases_that_do_not_hold": ("<=", 0),
    "simulated_year_seconds": ("<=", 120),
    "simulated_year_faults": ("<=", 0),
    "simulated_year_stuck": ("<=", 0),
}


def timers_on_postgres(place: Place) -> Figures:
    """Timers that fall due at once, on PostgreSQL."""
    return crowds.timers_per_second(place, "postgres")


def timers_on_sqlite(place: Place) -> Figures:
    """Timers that fall due at once, on SQLite."""
    return crowds.timers_per_second(place, "sqlite")


ON_POSTGRES: tuple[Callable[[Place], Figures], ...] = (
    completions.bare_commit,
    completions.statements,
    completions.per_second,
    corrective.per_second,
    completions.over_floor,
    completions.thousandth,
    crowds.four_at_once,
    timers_on_postgres,
    reading.parsing,
    proof.replayed,
    reading.inbox_of_a_million,
    pages.inbox_page_of_a_million,
)
ON_SQLITE: tuple[Callable[[Place], Figures], ...] = (
    completions.p50_sqlite,
    crowds.eight_writers,
    crowds.person_beside_drain,
    timers_on_sqlite,
    proof.late_equals_punctual,
)
ALONE: tuple[Callable[[], Figures], ...] = (
    lanes.timers_10000_postgres,
    lanes.timers_10000_sqlite,
    lanes.due_to_fired,
    lanes.idle,
    outbound.deliveries_per_second,
    outbound.urgent_behind_bulk,
    kills.kills,
    year.simulated_year,
    browser.pages_in_a_browser,
)
"""Those that make their own place, with processes of their own."""


def main() -> None:
    """Take the figures, show them, keep them."""
    words = sys.argv[1:]
    figures: Figures = json.loads(RESULTS.read_text())["figures"] if words and RESULTS.exists() else {}
    for one in _taken(words):
        figures |= one
        for name, value in one.items():
            print(f"{name:44} {value:>12} {_judged(name, value)}", flush=True)
    at = datetime.now(UTC).isoformat(timespec="seconds")  # noqa: TID251 - a benchmark says when it was taken
    machine = f"{platform.machine()}, {_cores()} cores, Python {platform.python_version()}, {platform.system()}"
    RESULTS.write_text(json.dumps({"machine": machine, "at": at, "figures": figures}, indent=2) + "\n")
    print(f"written to {RESULTS.name}")


def _taken(words: list[str]) -> Iterator[Figures]:
    wanted = [take for take in ON_POSTGRES if _is_meant(take, words)]
    if wanted:
        with postgres() as place:
            for take in wanted:
                yield take(place)
    for take in ON_SQLITE:
        if _is_meant(take, words):
            with sqlite() as place:
                yield take(place)
    for alone in ALONE:
        if _is_meant(alone, words):
            yield alone()


def _is_meant(take: Callable[..., Figures], words: list[str]) -> bool:
    return not words or any(word in f"{take.__module__}.{take.__name__}" for word in words)


def _judged(name: str, value: float) -> str:
    if name not in GOALS:
        return ""
    sign, goal = GOALS[name]
    met = value >= goal if sign == ">=" else value <= goal
    return f"  goal {sign} {goal:g}{'' if met else '  MISSED'}"


def _cores() -> int:
    return os.cpu_count() or 1


if __name__ == "__main__":
    sys.exit(main())
