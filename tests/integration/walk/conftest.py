"""The small organisation that the interface is tried on."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from engine.transactions import Database
from tests.integration.api.conftest import (
    PASSWORD,
    Client,
    app,
    clock,
    door,
    in_force,
    login,
    make_auditor,
    organised_file,
    organised_slate,
    postgres_url,
    quick_hashing,
    services,
    sqlite_url,
)
from tests.integration.walk import secret
from tests.integration.walk.walking import Somebody

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
]
OUTSIDERS = ("fred", "anna", "olga", "carl")
"""
Nobody in particular; a lead who owns another process and began an older case of this one; the owner of this process,
who is an administrator; and an auditor.
"""
ENDS = {"ends_at": "2027-02-01T00:00:00Z"}
AUDITORS: dict[str, dict[str, Any]] = {"carl": ENDS, "cora": {**ENDS, "processes": ["caller"]}, "nora": {}}
"""One whose mandate covers all, one of a single process, one without."""
People = Callable[[str], Somebody]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The same rules in SQL are tested on both databases elsewhere; the walk is about the addresses."""
    return sqlite_url


@pytest.fixture
def known(login: Callable[..., Client], in_force: Callable[[bytes], str], database: Database) -> dict[str, str]:
    """What addresses name of an organisation in which bert is the board, which handles secrets; and three auditors."""
    adam = login("adam")
    adam.post("/groups", {"key": "board", "name": "Board"})
    adam.expect(200, adam.send("PUT", "/groups/board/members/bert", json={"standing": "lead"}))
    found = secret.prepare(database, login, in_force)
    for auditor, mandate in AUDITORS.items():
        if auditor != "carl":
            adam.post("/people", {"id": auditor, "name": auditor.title(), "password": PASSWORD.format(auditor)})
        make_auditor(adam, auditor, **mandate)
    return found


@pytest.fixture
def somebody(app: Flask, login: Callable[..., Client], known: dict[str, str]) -> People:
    """Let somebody ask."""

    def come(person: str) -> Somebody:
        found = Somebody.of(app, login, person, known)
        found.browser.open("/")
        return found

    return come
