"""Messages to people: how many a worker sends, and how soon an urgent one goes behind a crowd of others."""

import asyncio
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import update

from benchmarks.crowds import quantile
from benchmarks.lanes import Figures, server_of, url_of, workers
from benchmarks.place import settle
from engine import outbox
from engine.store.people import PersonRow
from engine.transactions import Database
from steward.program import Program, prepare
from steward.settings import load
from tests.acceptance.program.served import free_port

BULK = int(os.environ.get("STEWARD_BENCH_DELIVERIES", "2000"))
URGENT = 20
SENT = 500
"""Messages over which the rate is taken."""


@dataclass
class Post:
    """A mail server on loopback that takes each letter after `seconds`; `enough` once all that are `wanted` came."""

    seconds: float = 0
    came: dict[str, float] = field(default_factory=dict)
    enough: threading.Event = field(default_factory=threading.Event)
    name: str = "b"
    wanted: int = SENT

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a letter; its subject says which it is."""
        await asyncio.sleep(self.seconds)
        assert isinstance(envelope.content, bytes)
        subject = str(message_from_bytes(envelope.content)["Subject"])
        self.came[subject.split()[0]] = time.perf_counter()
        if sum(one.startswith(self.name) for one in self.came) >= self.wanted:
            self.enough.set()
        return "250 taken"


def deliveries_per_second() -> Figures:
    """Letters a second by one worker to a server that takes each at once."""
    post = Post()
    with _office(post) as program:
        _owe(program, "b", SENT, "ordinary")
        assert post.enough.wait(300)
    moments = sorted(post.came.values())
    return {"deliveries_per_second": round((len(moments) - 1) / (moments[-1] - moments[0]), 1)}


def urgent_behind_bulk() -> Figures:
    """From the commit of an urgent message to its arrival, while thousands of others go out, 50 ms each."""
    post = Post(seconds=0.05, name="u", wanted=URGENT)
    owed: dict[str, float] = {}
    with _office(post) as program:
        _owe(program, "b", BULK, "ordinary")
        while len(post.came) < 20:
            time.sleep(0.05)
        for number in range(URGENT):
            _owe(program, f"u{number}-", 1, "urgent")
            owed[f"u{number}-0"] = time.perf_counter()
            time.sleep(0.1)
        assert post.enough.wait(120)
    waits = [(post.came[one] - moment) * 1000 for one, moment in owed.items()]
    return {
        "urgent_behind_bulk_p50_ms": round(quantile(waits, 0.5), 1),
        "urgent_behind_bulk_p99_ms": round(quantile(waits, 0.99), 1),
    }


def _owe(program: Program, name: str, count: int, urgency: str) -> None:
    notices = [
        outbox.Notice(
            event=f"{name}{number}",
            recipient="ann",
            template="notice",
            urgency=urgency,
            data={"text": f"{name}{number}"},
        )
        for number in range(count)
    ]
    now = program.clock()
    with program.database.writing() as session:
        outbox.owe(session, notices, now=now)
    program.ring()


@contextmanager
def _office(post: Post) -> Iterator[Program]:
    """A program that owes, and a worker of its own that sends, on PostgreSQL."""
    served = Controller(post, hostname="127.0.0.1", port=free_port(), ready_timeout=30)
    served.start()
    mail = {"STEWARD_SMTP_HOST": "127.0.0.1", "STEWARD_SMTP_PORT": str(served.port), "STEWARD_SMTP_TLS": "none"}
    mail |= {"STEWARD_SMTP_FROM": "steward@example.org"}
    try:
        with server_of() as server, tempfile.TemporaryDirectory(prefix="steward-bench-") as folder:
            place = settle(Database(url_of(server)))
            with place.database.writing() as session:
                session.execute(update(PersonRow).where(PersonRow.id == "ann").values(email="ann@example.org"))
            place.database.close()
            program = prepare(load({"home": folder, "database_url": url_of(server)}, {}))
            try:
                with workers(url_of(server), 1, **mail):
                    yield program
            finally:
                program.close()
    finally:
        served.stop()
