"""My work as a page: one person's, where a million tasks are open; the whole of it, and all its SQL."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from sqlalchemy import event, func, select

from benchmarks.crowds import quantile
from benchmarks.place import NOW, Place
from benchmarks.reading import fill
from engine.evidence import Store
from engine.hot import Hot
from engine.identity import tokens
from engine.inbox import claimable
from engine.store.running import Task
from web.app import create_app
from web.reads.inbox import MOST
from web.services import Services

Figures = dict[str, float]
ROUNDS, WARM = 120, 20


def inbox_page_of_a_million(place: Place, tasks: int = 1_000_000) -> Figures:
    """
    The page of one person, as a browser asks for it; its SQL against the query for what is free, alone.

    The two are asked in turn, in the same manner: said to the driver, prepared, in transactions of their own.
    """
    with place.database.reading() as session:
        there = session.scalar(select(func.count()).select_from(Task)) or 0
    if there < tasks:
        fill(place, place.start("three"), tasks)
    issued = place.act(tokens.issue, by="ann", name="bench")
    with tempfile.TemporaryDirectory() as folder:
        over = Services(
            database=place.database, clock=lambda: NOW, machine_clock=lambda: NOW, evidence=Store(Path(folder))
        )
        client, headers = create_app(over).test_client(), {"Authorization": f"Bearer {issued.secret}"}
        query, given = claimable(place.who["ann"], limit=MOST)
        alone = Hot(query)
        whole, sql, bare = [], [], []
        with timing(place) as spent:
            for _ in range(ROUNDS):
                spent.clear()
                begun = time.perf_counter()
                answer = client.get("/", headers=headers)
                whole.append((time.perf_counter() - begun) * 1000)
                assert answer.status_code == 200, answer.status
                sql.append(sum(spent))
                spent.clear()
                with place.database.reading() as session:
                    alone.all(session, given)
                bare.append(sum(spent))
    ratio = median(sql[WARM:]) / median(bare[WARM:])
    return {
        "inbox_page_million_p95_ms": round(quantile(whole[WARM:], 0.95), 1),
        "inbox_page_sql_over_bare_query": round(ratio, 2),
    }


@contextmanager
def timing(place: Place) -> Iterator[list[float]]:
    """The milliseconds that statements take meanwhile, until their rows can be read; one figure a journey."""
    spent: list[float] = []
    begun: list[float] = []

    def before(*_: object) -> None:
        begun.append(time.perf_counter())

    def after(*_: object) -> None:
        since = begun.pop()
        if not begun:  # Of those that travel together, the first to leave and the last to come back.
            spent.append((time.perf_counter() - since) * 1000)

    event.listen(place.database.engine, "before_cursor_execute", before)
    event.listen(place.database.engine, "after_cursor_execute", after)
    try:
        yield spent
    finally:
        event.remove(place.database.engine, "before_cursor_execute", before)
        event.remove(place.database.engine, "after_cursor_execute", after)
