"""Pages over a small organisation, read by its people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from engine.identity import groups
from engine.identity.people import SETUP
from engine.transactions import Database
from tests.integration.api.conftest import (
    MORNING,
    PASSWORD,
    Client,
    app,
    clock,
    door,
    in_force,
    login,
    organised_file,
    organised_slate,
    postgres_url,
    quick_hashing,
    services,
    sqlite_url,
    three,
)

__all__ = [
    "app",
    "clock",
    "door",
    "in_force",
    "login",
    "organised_file",
    "organised_slate",
    "postgres_url",
    "quick_hashing",
    "services",
    "sqlite_url",
    "three",
]


@dataclass
class Reader:
    """Somebody at a browser without script: reads pages, and sends their forms."""

    client: FlaskClient
    proof: str = ""

    def open(self, address: str, status: int = 200) -> Any:
        """A page as a tree; the test fails unless it answers so."""
        return self.tree(self.sent("GET", address, status))

    def press(self, address: str, /, status: int = 303, **fields: Any) -> TestResponse:
        """Send a form, with the proof that the page before gave."""
        if not self.proof:
            self.open("/")
        return self.sent("POST", address, status, data={"csrf_token": self.proof} | fields)

    def fetch(self, address: str) -> bytes:
        """What lies at an address, byte for byte."""
        return self.sent("GET", address, 200).data

    def hand_in(
        self, address: str, files: dict[str, bytes], status: int = 200, *, htmx: bool = False, **fields: str
    ) -> Any:
        """Send a form with files; what it answers as a tree, if that is a page."""
        if not self.proof:
            self.open("/")
        data = {"files": [(BytesIO(content), name) for name, content in files.items()], **fields}
        data |= {"csrf_token": self.proof}
        more = {"headers": {"HX-Request": "true"}} if htmx else {}
        answer = self.sent("POST", address, status, data=data, content_type="multipart/form-data", **more)
        return html.fromstring(answer.get_data(as_text=True)) if status != 303 else answer

    def sent(self, method: str, address: str, status: int, **given: Any) -> TestResponse:
        """The answer to any request."""
        answer = self.client.open(address, method=method, **given)
        assert answer.status_code == status, f"{answer.status}: {answer.get_data(as_text=True)}"
        return answer

    def tree(self, answer: TestResponse) -> Any:
        """The page of an answer; what proves that a form comes from it is kept."""
        page = html.fromstring(answer.get_data(as_text=True))
        self.proof = next(iter(page.xpath("//meta[@name='csrf-token']/@content")), self.proof)
        return page


def signed_in(client: FlaskClient, person: str) -> Reader:
    """Somebody who has signed in at a browser, through the page, with his password."""
    reader = Reader(client)
    reader.open("/login")
    reader.press("/login", name=person, password=PASSWORD.format(person), next="/")
    reader.proof = ""
    return reader


@pytest.fixture
def reader(app: Flask) -> Callable[[str], Reader]:
    """Let somebody read pages, each at a browser of his own."""
    return lambda person: signed_in(app.test_client(), person)


@pytest.fixture
def stranger(app: Flask) -> Reader:
    """Somebody who has not signed in."""
    return Reader(app.test_client())


def words(tree: Any, path: str = "//main") -> str:
    """What stands there, with single blanks."""
    return " ".join(" ".join(found.text_content() for found in tree.xpath(path)).split())


def auditing(database: Database, adam: Client, person: str) -> None:
    """Somebody audits: he belongs to the auditors, and has a mandate for ten days."""
    with database.writing() as session:
        groups.create(session, "auditors", name="Auditors", grants="read", by=SETUP, now=MORNING)
        groups.join(session, "auditors", person, by=SETUP, now=MORNING)
    until = (MORNING + timedelta(days=10)).isoformat()
    adam.expect(200, adam.send("PUT", f"/people/{person}/mandate", json={"until": until, "ends_at": until}))
