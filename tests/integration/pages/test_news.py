"""A page learns what others do, without reloading; and asking costs next to nothing while nobody does anything."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import Engine

from engine.transactions import Database
from tests.integration.api.conftest import MORNING, Client
from tests.integration.pages.conftest import Reader, auditing, words
from tests.listening import listening
from web.services import Services

Read = Callable[[str], Reader]
Login = Callable[..., Client]
SCRIPT = {"Sec-Fetch-Mode": "cors"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """These tests are about pages: one database is enough."""
    return sqlite_url


class Watched:
    """A page that stays open, and what its script does about news."""

    def __init__(self, reader: Reader, address: str) -> None:
        self.reader, page = reader, reader.open(address)
        (region,) = page.xpath("//*[@data-live]")
        self.address, self.mark = region.get("data-live"), region.get("data-mark")

    def ask(self, status: int = 200) -> Any:
        """What has changed since it asked before."""
        known = {"headers": {"If-None-Match": f'"{self.mark}"'}}
        answer = self.reader.sent("GET", self.address, status, **known)
        self.mark = answer.headers["ETag"].strip('"')
        return self.reader.tree(answer) if status == 200 else None


def about_cases(engine: Engine, ask: Callable[..., Any], status: int) -> list[str]:
    """The statements about cases and tasks, besides those that say who asks."""
    with listening(engine) as heard:
        ask(status)
    assert len(heard.statements) <= 4
    return [one for one in heard.statements if "instances" in one or "tasks" in one]


def test_whoever_looks_at_a_case_sees_what_others_do_to_it(
    reader: Read, login: Login, three: str, database: Database
) -> None:
    anna = login("anna")
    case = anna.post("/instances", {"process": "three", "title": "A loose label"})["id"]
    task = anna.get("/tasks", view="claimable")["items"][0]["id"]
    seen = Watched(reader("bert"), f"/cases/{case}")
    reader("fred").open(urlsplit(seen.address).path, 404)
    auditing(database, login("adam"), "fred")
    auditor = Watched(reader("fred"), f"/cases/{case}")
    for one in (seen, auditor):
        assert len(about_cases(database.engine, one.ask, 304)) == 1
    read = [one["subject"] for one in login("adam").get("/people/fred/reads")["items"]]
    assert read == [f"/cases/{case}"]

    anna.post(f"/tasks/{task}/claim")
    news = seen.ask()
    assert "Waiting for Anna" in words(news, "//*[@id='state']")
    assert "being done" in words(news, f"//tr[@id='task-{task}']")
    assert words(news, "//*[@role='status']").startswith("1 new entry in the story. Anna took")
    seen.ask(304)
    anna.post(f"/tasks/{task}/complete", {"answers": {}})
    news = seen.ask()
    assert "done" in words(news, f"//tr[@id='task-{task}']")
    assert "new entries in the story." in words(news, "//*[@role='status']")


def test_whoever_has_a_task_open_is_told_what_became_of_it_and_keeps_the_text(
    reader: Read, login: Login, three: str, database: Database
) -> None:
    anna, olga = login("anna"), login("olga")
    case = anna.post("/instances", {"process": "three", "title": "A loose label"})["id"]
    task = anna.get("/tasks", view="claimable")["items"][0]["id"]
    free = Watched(reader("bert"), f"/tasks/{task}")
    anna.post(f"/tasks/{task}/claim")
    assert words(free.ask(), "//*[@role='status']") == "Anna has this task now. Show the task as it is now"
    held = Watched(reader("anna"), f"/tasks/{task}")
    assert len(about_cases(database.engine, held.ask, 304)) == 1
    login("bert").post(f"/instances/{case}/comments", {"text": "The left one?", "task_id": task})
    news = held.ask()
    assert "The left one?" in words(news, "//ol[@id='said']")
    assert words(news, "//*[@role='status']").startswith("1 new comment.")
    draft = {"json": {"answers": {"seen": "half"}, "over": ""}, "headers": {"X-CSRFToken": held.reader.proof}}
    held.reader.sent("POST", f"/tasks/{task}/draft", 200, **draft)
    assert not words(held.ask(), "//*[@role='status']").startswith("It")
    olga.post(f"/tasks/{task}/assign", {"to": "bert", "reason": "She is ill."})
    told = words(held.ask(), "//*[@role='status']")
    assert told.startswith("Bert has this task now. What you typed stays on this page until you leave it.")
    olga.post(f"/instances/{case}/cancel", {"reason": "A mistake."})
    assert words(held.ask(), "//*[@role='status']").startswith("This task is no longer asked for.")
    reader("fred").open(urlsplit(held.address).path, 404)


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(
    reader: Read, login: Login, three: str, services: Services, app: Flask
) -> None:
    case = login("anna").post("/instances", {"process": "three", "title": "A loose label"})["id"]
    pages = [Watched(reader("bert"), at) for at in (f"/cases/{case}", "/")]
    half = services.visits.lasting.idle * 0.6
    for after, status in ((half, 304), (2 * half, 401)):
        later = replace(services, machine_clock=lambda after=after: MORNING + after)
        app.extensions["steward"] = later
        for one in pages:
            one.reader.sent("GET", one.address, status, headers=SCRIPT | {"If-None-Match": f'"{one.mark}"'})
