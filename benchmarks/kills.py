"""What kill -9 costs: servers and workers are killed at random, on both databases, while everything goes on."""

import os
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

from benchmarks.place import DURABLE
from tests.acceptance.crashes.gauntlet import Toll
from tests.acceptance.crashes.ground import Ground
from tests.conftest import migrate
from tests.postgres import PostgresServer

Figures = dict[str, float]
KILLS = int(os.environ.get("STEWARD_BENCH_KILLS", "200"))
SEED = 2027
CASES_A_KILL = 3
SECONDS_A_KILL = 0.9


def kills() -> Figures:
    """Half of the kills on PostgreSQL, which is started again in the middle, and half on SQLite."""
    tolls = [_on_postgres(KILLS // 2), _on_sqlite(KILLS - KILLS // 2)]
    figures = {"kills": float(KILLS)}
    for name in ("timers", "deliveries", "occurrences"):
        for how in ("lost", "doubled"):
            figures[f"{name}_{how}"] = sum(getattr(toll, f"{name}_{how}") for toll in tolls)
    for toll in tolls:
        if not toll.nothing:
            print(toll, file=sys.stderr)
    figures["steps_lost_or_doubled"] = sum(toll.steps_lost + toll.steps_doubled for toll in tolls)
    figures["completions_lost"] = sum(toll.completions_lost for toll in tolls)
    figures["cases_that_do_not_hold"] = sum(toll.stuck + toll.differ + (not toll.verified) for toll in tolls)
    return figures


def _on_postgres(kills: int) -> Toll:
    server = PostgresServer(DURABLE, in_memory=False)

    def restart(number: int) -> None:
        if number == kills // 2:
            server.stop()
            server.start()

    url = server.url.render_as_string(hide_password=False)
    migrate(url)
    try:
        with tempfile.TemporaryDirectory(prefix="steward-kills-") as folder:
            return _survived(Ground(Path(folder), url, workers=2), kills, restart)
    finally:
        server.remove()


def _on_sqlite(kills: int) -> Toll:
    with tempfile.TemporaryDirectory(prefix="steward-kills-") as folder:
        url = f"sqlite:///{folder}/steward.sqlite"
        migrate(url)
        return _survived(Ground(Path(folder), url), kills, lambda _number: None)


def _survived(ground: Ground, kills: int, between: Callable[[int], None]) -> Toll:
    try:
        ground.settle(CASES_A_KILL * kills, timedelta(seconds=SECONDS_A_KILL * kills))
        ground.start()
        ground.kill_some(kills, Random(SEED), between)
        ground.come_to_rest()
        return ground.end()
    finally:
        ground.clear()
