"""Pages over a small organisation, read by its people."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from lxml import html
from werkzeug.test import TestResponse

from tests.integration.api.conftest import (
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
    """Somebody who reads pages, and sends their forms."""

    app: Flask
    client: Client

    def open(self, address: str, status: int = 200) -> Any:
        """A page as a tree; the test fails unless it answers so."""
        return html.fromstring(self._sent("GET", address, status).get_data(as_text=True))

    def press(self, address: str, status: int = 303, **fields: str) -> TestResponse:
        """Send a form."""
        return self._sent("POST", address, status, data=fields)

    def fetch(self, address: str) -> bytes:
        """What lies at an address, byte for byte."""
        return self._sent("GET", address, 200).data

    def hand_in(
        self, address: str, files: dict[str, bytes], status: int = 200, *, htmx: bool = False, **fields: str
    ) -> Any:
        """Send a form with files; what it answers as a tree, if that is a page."""
        data = {"files": [(BytesIO(content), name) for name, content in files.items()], **fields}
        more = {"headers": {"HX-Request": "true"}} if htmx else {}
        answer = self._sent("POST", address, status, data=data, content_type="multipart/form-data", **more)
        return html.fromstring(answer.get_data(as_text=True)) if status != 303 else answer

    def _sent(self, method: str, address: str, status: int, **given: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.client.token}", **given.pop("headers", {})}
        answer = self.app.test_client().open(address, method=method, headers=headers, **given)
        assert answer.status_code == status, f"{answer.status}: {answer.get_data(as_text=True)}"
        return answer


@pytest.fixture
def reader(app: Flask, login: Callable[..., Client]) -> Callable[[str], Reader]:
    """Let somebody read pages."""
    return lambda person: Reader(app, login(person))


def words(tree: Any, path: str = "//main") -> str:
    """What stands there, with single blanks."""
    return " ".join(" ".join(found.text_content() for found in tree.xpath(path)).split())
