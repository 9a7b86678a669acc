"""Several people at once: parallel tasks of one case, writers on SQLite, and people beside a busy worker."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from benchmarks.place import NOW, WORKERS, Place
from engine import timers

Figures = dict[str, float]


def quantile(values: list[float], share: float) -> float:
    """The value below which `share` of all lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def side_by_side(works: list[Callable[[], None]]) -> None:
    """Each in a thread of its own, begun together, all ended."""
    gate = threading.Barrier(len(works))

    def begin(work: Callable[[], None]) -> None:
        gate.wait()
        work()

    threads = [threading.Thread(target=begin, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def four_at_once(place: Place, rounds: int = 50) -> Figures:
    """Four people hand in the four parallel tasks of one case at the same moment."""
    waits: list[float] = []
    errors: list[Exception] = []
    for _ in range(rounds):
        case = place.start("four")
        held = {name: place.claimed(case, f"T_{part}", name) for name, part in zip(WORKERS, "abcd", strict=True)}

        def one(name: str, task: Any) -> Callable[[], None]:
            def work() -> None:
                begun = time.perf_counter()
                try:
                    place.complete(task, name)
                except Exception as error:
                    errors.append(error)
                waits.append((time.perf_counter() - begun) * 1000)

            return work

        side_by_side([one(name, task) for name, task in held.items()])
    return {"four_at_once_p95_ms": round(quantile(waits, 0.95), 1), "four_at_once_errors": len(errors)}


def eight_writers(place: Place, each: int = 30) -> Figures:
    """Eight threads that write on SQLite: the longest that anybody waited."""
    waits: list[float] = []
    held = [[place.claimed(place.start("three"), "T_first", "ann") for _ in range(each)] for _ in range(8)]

    def one(tasks: list[Any]) -> Callable[[], None]:
        def work() -> None:
            for task in tasks:
                begun = time.perf_counter()
                place.complete(task, "ann")
                waits.append((time.perf_counter() - begun) * 1000)

        return work

    side_by_side([one(tasks) for tasks in held])
    return {"eight_writers_longest_wait_ms_sqlite": round(max(waits), 1)}


def timers_per_second(place: Place, kind: str, count: int = 400) -> Figures:
    """Timers that fell due at once, worked off by one drain."""
    for _ in range(count):
        place.start("timer")
    later = NOW + timedelta(hours=2)
    begun = time.perf_counter()
    fired = _drained(place, later)
    return {f"timers_per_second_{kind}": round(fired / (time.perf_counter() - begun), 1)}


def person_beside_drain(place: Place, count: int = 600) -> Figures:
    """A person's write on SQLite while a worker drains timers."""
    for _ in range(count):
        place.start("timer")
    held = [place.claimed(place.start("three"), "T_first", "ann") for _ in range(150)]
    waits: list[float] = []
    idle = threading.Event()

    def drain() -> None:
        _drained(place, NOW + timedelta(hours=2))
        idle.set()

    def person() -> None:
        for task in held:
            if idle.is_set():
                break
            begun = time.perf_counter()
            place.complete(task, "ann")
            waits.append((time.perf_counter() - begun) * 1000)

    side_by_side([drain, person])
    return {"person_write_p99_ms_beside_drain_sqlite": round(quantile(waits, 0.99), 1)}


def _drained(place: Place, now: Any) -> int:
    total = 0
    while done := timers.drain_timers(place.database, now=now, limit=100):
        total += done
    return total
