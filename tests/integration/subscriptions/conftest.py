"""A house whose events go out, and receivers on loopback that check signatures as the world does."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook

from engine import outbox, strongbox
from engine.identity.person import Person
from engine.store.records import Delivery, DeliveryAttempt
from engine.strongbox import Strongbox
from engine.subscriptions import book
from engine.verify import Report, verify
from tests.factories import END, START, process, sequence, user_task
from tests.integration.reach.peers import Got, Peer, http_peer
from tests.integration.shell.conftest import House
from tests.integration.shell.conftest import house as plain_house
from webhooks.outbound import Webhooks
from webhooks.safe_http import Rules
from webhooks.sending import Sender, drain_deliveries

__all__ = ["plain_house"]

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
MEND = process("mend", sequence(START, user_task("T_mend", groups="staff"), END))


@dataclass
class Outpost(House):
    """The house, and the way out of it."""

    box: Strongbox = field(default_factory=Strongbox.fleeting)
    rules: Rules = field(default_factory=lambda: Rules(networks=LOOPBACK, insecure=True, seconds=5))
    peer: Peer = field(default_factory=Peer)

    def subscribe(self, key: str, address: str | None = None, /, *, secret: bool = True, **parts: Any) -> None:
        """Make a subscription, or change it; a new one gets a secret."""
        content = {"name": key, "address": address or self.peer.url(f"/{key}"), **parts}
        self.perform(lambda s: book.change(s, key, content, by=self.admin, now=self.now))
        if secret and not self.secrets(key):
            self.rotate(key)

    def rotate(self, key: str, **more: Any) -> str:
        """Give a subscription another secret."""
        given = {"by": self.admin, "now": self.now, **more}
        return self.perform(lambda s: strongbox.rotate(s, book.owner_of(key), self.box, **given))

    def secrets(self, key: str) -> list[str]:
        """The secrets that are valid now, the newest first."""
        return self.read(lambda s: strongbox.valid(s, book.owner_of(key), self.box, at=self.now))

    @property
    def admin(self) -> Person:
        """Who looks after the platform."""
        return replace(self.who["olga"], platform_admin=True)

    def perform(self, verb: Any) -> Any:
        """One transaction of hers."""
        return self.database.perform(verb, by=self.admin, now=self.now)

    @property
    def sender(self) -> Webhooks:
        """The way out, as it is now."""
        return Webhooks(
            database=self.database,
            box=lambda: self.box,
            source="https://steward.example.org",
            rules=self.rules,
            clock=lambda: self.now,
            machine_clock=lambda: datetime.now(UTC),  # noqa: TID251 - receivers hold it against theirs.
        )

    def send(self, sender: Sender | None = None, *, machine_now: datetime | None = None) -> int:
        """Let the worker send what is due."""
        given = {"now": self.now, "machine_now": machine_now or self.now, "limit": 100}
        senders = {"webhook": sender or self.sender}
        return sum(drain_deliveries(self.database, lane, senders, **given) for lane in ("urgent", "webhooks"))

    def owed(self) -> list[Delivery]:
        """All that is or was owed to subscriptions, the oldest first."""
        query = select(Delivery).where(Delivery.channel == "webhook").order_by(Delivery.owed_at, Delivery.id)
        return self.read(lambda s: list(s.scalars(query)))

    def kinds(self, key: str) -> list[str]:
        """The types of events that a subscription was owed, in their order."""
        return [one.kind for one in self.owed() if one.recipient == f"subscription:{key}"]

    def state(self) -> list[tuple[str, int]]:
        """How each delivery stands, and after how many tries."""
        return [(one.status, one.attempts) for one in self.owed()]

    def tried(self) -> list[str]:
        """What came of each try, in order."""
        query = select(DeliveryAttempt.answer).order_by(DeliveryAttempt.at, DeliveryAttempt.delivery_id)
        return self.read(lambda s: list(s.scalars(query)))

    def once_more(self, delivery_id: UUID) -> None:
        """Send once more by hand what is dead."""
        self.perform(lambda s: outbox.retry(s, delivery_id, by=self.admin, now=self.now))

    def verified(self) -> Report:
        """What a verification finds."""
        return self.read(lambda s: verify(s, None))

    def lapse(self, *, hours: float = 3) -> None:
        """Let so much time pass that whatever rests is due."""
        self.now += timedelta(hours=hours)


def opened(got: Got, secret: str) -> Any:
    """What a receiver reads after it has checked the signature."""
    return Webhook(secret).verify(got.body, got.headers)


@pytest.fixture
def outpost(plain_house: House) -> Iterator[Outpost]:
    """The house with a process of one task, and a receiver."""
    with http_peer() as peer:
        found = Outpost(plain_house.database, plain_house.who, peer=peer)
        found.deploy(MEND)
        yield found
