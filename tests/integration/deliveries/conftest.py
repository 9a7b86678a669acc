"""A mail server on loopback that does as it is told, with TLS and login, and an organisation that is owed mail."""

import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from sqlalchemy import select, update

from engine import outbox
from engine.store.people import PersonRow
from engine.store.records import Delivery, DeliveryAttempt
from engine.transactions import Database
from tests.factories import people
from tests.integration.shell.conftest import House
from webhooks.mail import Mail
from webhooks.sending import drain_deliveries


@dataclass
class Post:
    """What the server got, and how it answers: to RCPT by address, to DATA in order, then 250."""

    refuses: dict[str, str] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    dies: bool = False
    refuses_us: str = ""
    letters: list[EmailMessage] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)

    async def handle_MAIL(self, server: SMTP, _s: Session, envelope: Envelope, address: str, options: Any) -> str:
        if self.refuses_us:
            return self.refuses_us
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, _s: Session, envelope: Envelope, address: str, _options: Any) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.dies:
            self.dies = False
            assert server.transport is not None
            server.transport.abort()
            return "421 gone"
        if self.answers and not (answer := self.answers.pop(0)).startswith("250"):
            return answer
        assert isinstance(envelope.content, bytes)
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 taken"

    def login(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"steward", b"secret")
        self.logins.append(data.login if isinstance(data, LoginPassword) else b"?")
        return AuthResult(success=good, handled=good)


@dataclass
class Office(House):
    """A house that sends mail."""

    post: Post = field(default_factory=Post)
    mail: Mail | None = None

    def owe(self, recipient: str = "anna", event: str = "e1", **more: Any) -> int:
        """Somebody is to be told."""
        notice = outbox.Notice(event=event, recipient=recipient, template=more.pop("template", "notice"), **more)
        with self.database.writing() as session:
            return len(outbox.owe(session, [notice], now=self.now))

    def drain(self, lane: str = "bulk", **more: Any) -> int:
        """A worker sends what is due."""
        assert self.mail is not None
        machine_now = more.get("machine_now", self.now)
        return drain_deliveries(
            self.database, lane, {"mail": self.mail}, now=self.now, machine_now=machine_now, limit=100
        )

    def owed(self) -> dict[str, tuple[str, int]]:
        """Status and tries by recipient."""
        query = select(Delivery.recipient, Delivery.status, Delivery.attempts).order_by(Delivery.id)
        return {row[0]: (row[1], row[2]) for row in self.read(lambda s: s.execute(query).all())}

    def tried(self) -> list[tuple[str, str]]:
        """Outcome and answer of every try."""
        query = select(DeliveryAttempt.outcome, DeliveryAttempt.answer).order_by(DeliveryAttempt.at)
        return [tuple(row) for row in self.read(lambda s: s.execute(query).all())]


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@pytest.fixture(scope="package")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def serving(authority: trustme.CA) -> Iterator[Callable[[Post], Controller]]:
    """Serve a post with STARTTLS and login demanded."""
    made: list[Controller] = []
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)

    def serve(post: Post) -> Controller:
        controller = Controller(
            post,
            hostname="127.0.0.1",
            port=free_port(),
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=post.login,
            ready_timeout=30,
        )
        controller.start()
        made.append(controller)
        return controller

    yield serve
    for one in made:
        one.stop()


@pytest.fixture
def office(
    database: Database, serving: Callable[[Post], Controller], authority: trustme.CA, tmp_path_factory: Any
) -> Office:
    """Anna, bert and carl have mail addresses; dora has none."""
    office = Office(database, people(database, "olga", staff=["anna", "bert", "carl", "dora"]))
    with database.writing() as session:
        for who in ("anna", "bert", "carl"):
            session.execute(update(PersonRow).where(PersonRow.id == who).values(email=f"{who}@example.org"))
    server = serving(office.post)
    trusted = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(trusted)
    office.mail = Mail(
        host="127.0.0.1",
        port=server.port,
        tls="starttls",
        user="steward",
        password="secret",
        sender="steward@example.org",
        public_url="https://steward.example.org/",
        zone="Europe/Berlin",
        ca_file=str(trusted),
        seconds=5,
    )
    return office
