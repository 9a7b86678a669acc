"""Pages over a small organisation, clocks of people that can be moved, and authenticators."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from flask import Flask
from sqlalchemy import select

from engine.store.records import AuditEntry, Delivery
from engine.transactions import Database
from tests.integration.api.conftest import PASSWORD, Clock
from tests.integration.pages.conftest import (
    Reader,
    app,
    clock,
    door,
    in_force,
    login,
    organised_file,
    quick_hashing,
    reader,
    sqlite_url,
    stranger,
    words,
)
from tests.integration.pages.conftest import services as usual_services
from web.services import Services

__all__ = [
    "app",
    "clock",
    "door",
    "in_force",
    "login",
    "organised_file",
    "quick_hashing",
    "reader",
    "sqlite_url",
    "stranger",
    "usual_services",
]
FACTOR = "/account/second-factor"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is counted and locked is tried on both databases elsewhere."""
    return sqlite_url


@pytest.fixture
def people_clock() -> Clock:
    """The clock of the machine, of phones and of browsers."""
    return Clock()


@pytest.fixture
def services(usual_services: Services, people_clock: Clock) -> Services:
    """What the application reaches; the machine's clock can be moved."""
    return replace(usual_services, machine_clock=people_clock)


@pytest.fixture
def change(app: Flask) -> Callable[..., None]:
    """Serve under other settings from now on."""

    def change(**settings: Any) -> None:
        app.extensions["steward"] = replace(app.extensions["steward"], **settings)

    return change


@dataclass
class Phone:
    """An authenticator: the secret it has read, and its clock."""

    secret: str
    clock: Clock
    recovery: list[str]

    def code(self, *, steps: int = 0) -> str:
        """What it shows now, or so many half minutes later."""
        at = int(self.clock().timestamp()) + 30 * steps
        return TOTP(base64.b32decode(self.secret), 6, SHA1(), 30).generate(at).decode()

    def next(self) -> str:
        """Wait for the next code, and read it."""
        self.clock.forward(seconds=30)
        return self.code()


@pytest.fixture
def phone(people_clock: Clock) -> Callable[[Reader, str], Phone]:
    """Let somebody at a browser set up a second factor."""

    def set_up(at: Reader, person: str) -> Phone:
        at.open(FACTOR)
        page = at.tree(at.press(FACTOR, 200, password=PASSWORD.format(person)))
        secret = page.xpath("//*[@aria-labelledby='read']//p[contains(@class, 'mono')]/text()")[0]
        phone = Phone(secret.replace(" ", ""), people_clock, [])
        done = at.tree(at.press(f"{FACTOR}/confirm", 200, code=phone.code()))
        phone.recovery = words(done, "//pre").split()
        return phone

    return set_up


@dataclass
class Trail:
    """What the trail says, and what is owed to people."""

    database: Database

    def verbs(self, like: str) -> list[tuple[str, str, str]]:
        """Verb, subject and actor of entries, in order."""
        with self.database.reading() as session:
            found = select(AuditEntry.verb, AuditEntry.subject, AuditEntry.actor)
            return [tuple(row) for row in session.execute(found.where(AuditEntry.verb.like(like)))]

    def letters(self) -> list[tuple[str, str, str]]:
        """Kind, recipient and channel of each letter about an account, in order."""
        with self.database.reading() as session:
            found = select(Delivery.kind, Delivery.recipient, Delivery.channel).order_by(Delivery.id)
            return [tuple(row) for row in session.execute(found)]


@pytest.fixture
def trail(database: Database) -> Trail:
    """What was written down."""
    return Trail(database)
