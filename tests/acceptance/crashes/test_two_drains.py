"""One table of timers, drained from two foreign processes: nothing twice, nothing lost."""

import json
import subprocess
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.store.records import AuditEntry
from engine.store.running import Timer
from engine.verify import verify
from steward.clock import utc_now
from tests.acceptance.crashes.gauntlet import begin, put_in_force
from tests.acceptance.program.served import CLEAN, COMMAND, ROOT
from tests.factories import people

CASES, CONFLICT = 60, 4


@pytest.fixture
def due(database):
    """Cases whose timers are due, oldest first."""
    now = utc_now()
    by = people(database, staff=["anna", "bert"])["anna"]
    put_in_force(database, owner="anna", now=now - timedelta(days=1))
    return begin(database, [now - timedelta(seconds=number) for number in range(CASES)], by=by)


def drain(url, home):
    """`steward drain timers --once` in a process of its own."""
    return subprocess.Popen(
        [*COMMAND, "drain", "timers", "--once", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=CLEAN | {"STEWARD_HOME": str(home), "STEWARD_DATABASE_URL": url},
    )


def ended(process):
    """Exit code and what was done."""
    said, wrong = process.communicate(timeout=120)
    assert process.returncode in (0, CONFLICT), wrong
    return json.loads(said)["done"] if process.returncode == 0 else 0


def test_two_foreign_processes_fire_each_timer_once(database, database_url, due, tmp_path):
    first, second = drain(database_url, tmp_path), drain(database_url, tmp_path)
    assert ended(first) + ended(second) == CASES
    with database.reading() as session:
        fired = session.scalars(select(AuditEntry.chain).where(AuditEntry.verb == "timer.fired")).all()
        assert sorted(fired) == sorted(str(case) for case in due)
        assert set(session.scalars(select(Timer.status))) == {"fired"}
        assert verify(session, None).holds
