"""
The shipped cycles over a simulated year on PostgreSQL, with two workers that are killed all the time.

People answer by chance, stand in for each other and climb ladders; mail and
chat arrive at real peers on loopback; every rule is asked for each day.
"""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.identity import people
from engine.outreach import book, choosing
from engine.store.people import PersonRow
from engine.store.records import Delivery
from engine.strongbox import Strongbox
from steward.keys import secrets_key
from steward.program import Program
from steward.rehearsal.course import Course
from steward.rehearsal.invariants import nothing_due_is_left_lying
from steward.rehearsal.rules import read_rules
from steward.rehearsal.stage import staged
from steward.settings import load
from tests.acceptance.crashes.ground import Kept
from tests.acceptance.program.served import free_port
from tests.integration.deliveries.conftest import Post
from tests.integration.reach.peers import Peer, http_peer

WEEKS = int(os.environ.get("STEWARD_FUZZ_WEEKS", "52"))
ZONE = ZoneInfo("Europe/Berlin")
BEGINS = datetime(2027, 1, 4, tzinfo=ZONE)
WORKERS = 2
PATIENCE = 600
"""How often it is asked whether all that is due has been done, a tenth of a second apart."""

INSTANT = timedelta(microseconds=1)


class Killed(Course):
    """A course beside workers of their own, one of which is killed each day."""

    workers: tuple[Kept, ...] = ()
    chance = Random(0)  # Set for each course.
    kills = 0
    undone = 0

    def _work(self, day: date) -> None:
        victim = self.chance.choice(self.workers)
        victim.kill()
        self.kills += 1
        super()._work(day)
        for one in self.workers:
            one.tend()

    def _check(self) -> None:
        self._let_all_be_done()
        super()._check()

    def _let_all_be_done(self) -> None:
        """What one worker held when it was killed, or when the clock came past, another sees to in a moment."""
        for _ in range(PATIENCE):
            with self.program.database.still() as session:
                if not any(nothing_due_is_left_lying(session, self.program.clock() + INSTANT)):
                    return
            threading.Event().wait(0.1)
        self.undone += 1


@pytest.fixture
def chat() -> Iterator[Peer]:
    with http_peer() as one:
        yield one


@pytest.fixture
def mail() -> Iterator[tuple[Post, Controller]]:
    post = Post()
    served = Controller(post, hostname="127.0.0.1", port=free_port(), ready_timeout=30)
    served.start()
    yield post, served
    served.stop()


def test_a_year_with_workers_that_are_killed(
    postgres_url: str, mail: tuple[Post, Controller], chat: Peer, tmp_path: Path
):
    seed = int.from_bytes(os.urandom(4))
    post, served = mail
    home = tmp_path / "home"
    told = {
        "STEWARD_HOME": str(home),
        "STEWARD_DATABASE_URL": postgres_url,
        "STEWARD_SMTP_HOST": "127.0.0.1",
        "STEWARD_SMTP_PORT": str(served.port),
        "STEWARD_SMTP_TLS": "none",
        "STEWARD_SMTP_FROM": "steward@example.org",
        "STEWARD_ALLOW_HTTP": "true",
        "STEWARD_ALLOW_PRIVATE": "127.0.0.0/8",
    }
    settings = load({"home": str(home), "database_url": postgres_url}, {})
    with staged(settings, BEGINS, keep=home) as program:
        program.senders = {}  # Only the workers send.
        _reachable(program, chat)
        words = ("worker", "--simulated-clock", BEGINS.isoformat())
        workers = tuple(Kept(words, told, tmp_path / f"worker-{number}.log") for number in range(WORKERS))
        for one in workers:
            one.tend()
        rules = read_rules(settings.config_folder / "rehearsal.toml")
        course = Killed(program, rules, BEGINS + timedelta(weeks=WEEKS), seed)
        course.workers, course.chance = workers, Random(seed)
        try:
            faults = course.run().faults
        finally:
            for one in workers:
                one.kill()
        with program.database.reading() as session:
            sent = session.scalar(select(func.count()).where(Delivery.status == "sent"))
    assert not faults, "\n".join([f"seed {seed}", *faults])
    assert course.undone == 0
    assert course.kills >= WEEKS * 4
    letters = Counter(letter["Message-ID"] for letter in post.letters)
    assert sent
    assert len(letters) + len(chat.got) >= sent


def _reachable(program: Program, chat: Peer) -> None:
    """Everybody has a mail address, and every second one reads what concerns him in a chat as well."""
    operator, now = program.operator("rehearsal"), program.clock()
    box = Strongbox(secrets_key(program.settings.folder))

    def settle(session: Session) -> None:
        book.change(session, "team", {"name": "Team", "kind": "slack"}, by=operator, now=now)
        book.set_address(session, "team", chat.url("/team"), box, by=operator, now=now)
        everybody = session.scalars(select(PersonRow.id).where(PersonRow.kind == "person").order_by(PersonRow.id)).all()
        for place, person in enumerate(everybody):
            people.change(session, person, email=f"{person}@example.org", by=operator, now=now)
            if place % 2:
                both = {"ordinary": ["mail", "chat:team"], "urgent": ["mail", "chat:team"], "together": True}
                choosing.choose(session, person, both, by=operator, now=now)

    program.perform(settle, by=operator)
