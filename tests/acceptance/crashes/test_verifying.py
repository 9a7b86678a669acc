"""A process that recomputes everything is killed: another one goes on where it was, and finds each thing once."""

import signal
import subprocess
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select, update

from engine import instances
from engine.store.running import Task
from engine.store.verifications import FindingRow, VerificationRow
from engine.verifications import starting
from engine.verifications.walking import Verifier
from engine.verify import verify
from steward.clock import utc_now
from steward.keys import seal_key
from tests.acceptance.program.served import CLEAN, COMMAND, ROOT
from tests.factories import deploy, people, three_tasks

CASES = 60


def test_what_a_killed_process_began_another_one_ends(database, database_url, tmp_path):
    now, by = utc_now(), people(database, "olga", staff=["anna"])
    admin = replace(by["olga"], platform_admin=True)
    deploy(database, three_tasks(), owner="olga", now=now)
    for _number in range(CASES):
        with database.writing() as session:
            instances.start(session, "three", by=by["anna"], now=now)
    with database.writing() as session:
        session.execute(update(Task).values(name="Other"))
        verification = starting.start(session, by=admin, now=now)

    environment = CLEAN | {"STEWARD_HOME": str(tmp_path), "STEWARD_DATABASE_URL": database_url}
    drain = subprocess.Popen(
        [*COMMAND, "drain", "verifications", "--once"], stdout=subprocess.DEVNULL, cwd=ROOT, env=environment
    )
    while _row(database, verification).tries == 0 and drain.poll() is None:
        pass
    drain.kill()
    assert drain.wait() in (0, -signal.SIGKILL)

    key = seal_key(tmp_path).public_key()
    another, later = Verifier(database, tmp_path / "evidence", lambda: key), utc_now() + timedelta(hours=1)
    while another.drain(now=later, machine_now=later):
        pass
    row = _row(database, verification)
    assert (row.status, row.chains) == ("done", row.in_all)
    with database.reading() as session:
        columns = (FindingRow.chain, FindingRow.entry, FindingRow.why)
        found = [tuple(one) for one in session.execute(select(*columns))]
        told = [(one.chain, one.number, one.why) for one in verify(session, key).findings]
    assert sorted(found) == sorted(told)
    assert len({chain for chain, *_rest in found}) == CASES


def _row(database, verification):
    with database.reading() as session:
        return session.get_one(VerificationRow, verification)
