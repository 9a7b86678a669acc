"""One person completes a task: how fast, in how many statements, and against what floor."""

import time
from collections.abc import Callable
from contextlib import suppress
from statistics import median
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import event, select

from benchmarks.place import ANSWERS, NOW, Place
from engine import tasks
from engine.store.running import Instance, Task
from engine.transactions import Database

Figures = dict[str, float]


def per_second(place: Place, count: int = 600) -> Figures:
    """Completions a second of one thread, over all three tasks of many cases."""
    spent, done = 0.0, 0
    for element, by in (("T_first", "ann"), ("T_second", "bob"), ("T_third", "ann")):
        cases = cases_at(place, element, count // 3)
        held = [place.claimed(case, element, by) for case in cases]
        begun = time.perf_counter()
        for task in held:
            place.complete(task, by)
        spent += time.perf_counter() - begun
        done += len(held)
    return {"completions_per_second": round(done / spent, 1)}


def cases_at(place: Place, element: str, count: int) -> list[Any]:
    """Cases of the process of three tasks that stand at `element`."""
    if element == "T_first":
        return [place.start("three") for _ in range(count)]
    with place.database.reading() as session:
        query = select(Task.instance_id).where(Task.element == element, Task.closed_at.is_(None)).order_by(Task.id)
        return list(session.scalars(query.limit(count)))


def statements(place: Place) -> Figures:
    """Statements and commits of one completion that opens the next task, and statements of one start."""
    warm = place.start("three")
    place.complete(place.claimed(warm, "T_first", "ann"), "ann")
    task = place.claimed(place.start("three"), "T_first", "ann")
    with place.counting() as completing:
        place.complete(task, "ann")
    with place.counting() as starting:
        place.start("three")
    begins = 1 if place.database.is_sqlite else 0
    return {
        "statements_per_completion": completing["statements"] - begins,
        "commits_per_completion": completing["commits"],
        "statements_per_start": starting["statements"] - begins,
    }


class Undone(Exception):
    """Raised to undo what was only done to take it down."""


def bare_commit(place: Place, count: int = 300) -> Figures:
    """One row and one commit by the driver alone: what this disk allows anybody."""
    url = place.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as bare:
        bare.execute("CREATE TABLE bare (number integer)")
        bare.commit()

        def one() -> None:
            bare.execute("INSERT INTO bare VALUES (1)")
            bare.commit()

        spent = [_timed(one) for _ in range(count)]
        bare.execute("DROP TABLE bare")
        bare.commit()
    return {"bare_commit_ms": round(median(spent), 2)}


def over_floor(place: Place, count: int = 300) -> Figures:
    """
    A completion against bare SQL: the same statements sent one after another by the driver alone.

    For every second case the verb runs in a transaction that is undone, on a
    connection of its own, while its statements are taken down; the driver then
    sends them and commits, so the same rows are written. Both take turns
    within one run and see the same machine.
    """
    url = place.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    ours, floor = [], []
    held = [place.claimed(place.start("three"), "T_first", "ann") for _ in range(2 * count)]
    aside = Place(Database(place.database.engine.url.render_as_string(hide_password=False)), place.who)
    with psycopg.connect(url) as bare:
        for mine, theirs in zip(held[::2], held[1::2], strict=True):
            ours.append(_timed(lambda task=mine: place.complete(task, "ann")))  # type: ignore[misc]
            taken = _taken_down(aside, theirs)
            floor.append(_timed(lambda sent=taken: _sent_bare(bare, sent)))  # type: ignore[misc]
    aside.database.close()
    return {"completion_over_floor": round(median(ours) / median(floor), 2), "completion_ms": round(median(ours), 2)}


def _taken_down(place: Place, task: UUID) -> list[tuple[str, Any, bool]]:
    """The statements of one completion, as the driver got them; the completion itself is undone."""
    taken: list[tuple[str, Any, bool]] = []

    def take(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        taken.append((statement, parameters, many))

    event.listen(place.database.engine, "before_cursor_execute", take)
    with suppress(Undone), place.database.writing() as session:
        tasks.complete(session, task, answers=ANSWERS, by=place.who["ann"], now=NOW)
        raise Undone
    event.remove(place.database.engine, "before_cursor_execute", take)
    return taken


def _sent_bare(connection: psycopg.Connection[Any], taken: list[tuple[str, Any, bool]]) -> None:
    """The same statements by the driver alone, one after another, with one commit."""
    numbered, named = psycopg.RawCursor(connection), connection.cursor()
    for statement, parameters, many in taken:
        cursor: Any = numbered if "$1" in statement else named
        for one in parameters if many else [parameters]:
            cursor.execute(statement, one)
    connection.commit()


AGAIN = {"said": "again", "how": "well"}


def thousandth(place: Place, rounds: int = 1000, pairs: int = 60) -> Figures:
    """
    The 1,000th completion of one case against the first of others, and the size of its state.

    After a thousand rounds the old case and new ones take turns, so that both see the same machine.
    """
    old = place.start("round")
    for _ in range(rounds):
        place.complete(place.claimed(old, "T_again", "ann"), "ann", AGAIN)
    late, early = [], []
    for _ in range(pairs):
        new = place.start("round")
        for case, spent in ((old, late), (new, early)):
            task = place.claimed(case, "T_again", "ann")
            spent.append(_timed(lambda task=task: place.complete(task, "ann", AGAIN)))  # type: ignore[misc]
    with place.database.reading() as session:
        state = session.scalars(select(Instance.state).where(Instance.id == old)).one()
    return {"thousandth_over_first": round(median(late) / median(early), 2), "loop_state_bytes": len(state)}


def p50_sqlite(place: Place, count: int = 300) -> Figures:
    """The median completion on SQLite."""
    held = [place.claimed(place.start("three"), "T_first", "ann") for _ in range(count)]
    spent = [_timed(lambda task=task: place.complete(task, "ann")) for task in held]  # type: ignore[misc]
    return {"completion_p50_ms_sqlite": round(median(spent), 2)}


def _timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000
