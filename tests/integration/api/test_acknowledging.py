"""The page behind the link in a call: it shows to whoever looks, and acts once, for one person, when it is told to."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from engine import outbox
from engine.identity.people import SETUP
from engine.ladders.climbing import drain_ladders
from engine.outreach.links import Acknowledgement, signed
from engine.store.people import PersonRow
from engine.store.records import AuditEntry
from engine.store.running import Instance, Task
from engine.transactions import Database
from tests.integration.api.conftest import Clock
from tests.integration.api.test_traffic import Login
from tests.integration.ladders.conftest import one_task
from web.services import Services
from webhooks.links import Links

RUNGS = [
    {"when": "PT0S from ${opened_at}", "whom": ["person:bert"], "urgency": "urgent", "words": "call"},
    {"when": "PT30M from ${opened_at}", "whom": ["person:olga"], "urgency": "urgent", "words": "call"},
    {"when": "PT9H from ${opened_at}", "whom": ["person:olga"], "urgency": "urgent", "words": "call"},
]
LADDER = {"name": "Severe", "severe": True, "stale": "PT1H", "rungs": RUNGS}
Call = Callable[..., str]


class Caller:
    """Bert is called to a task, and gets a link."""

    def __init__(self, app: Flask, services: Services, clock: Clock, task: str) -> None:
        self.app, self.services, self.clock, self.task = app, services, clock, task

    def link(self, **other: Any) -> str:
        """What stands in his letter, or another link."""
        usual = {"task_id": UUID(self.task), "person": "bert", "episode": 1, "until": self.clock() + timedelta(hours=4)}
        return signed(self.services.links_key, Acknowledgement(**usual | other))

    def get(self, link: str) -> TestResponse:
        return self.app.test_client().get(f"/acknowledge/{link}")

    def post(self, link: str) -> TestResponse:
        return self.app.test_client().post(f"/acknowledge/{link}")

    def row(self) -> Task:
        """The task."""
        with self.services.database.reading() as session:
            return session.get_one(Task, UUID(self.task))


@pytest.fixture
def called(
    app: Flask, services: Services, database: Database, clock: Clock, login: Login, in_force: Callable[[bytes], str]
) -> Caller:
    adam = login("adam")
    adam.expect(200, adam.send("PUT", "/ladders/ordinary", json=LADDER))
    in_force(one_task("one"))
    case = login("anna").post("/instances", {"process": "one"})["id"]
    drain_ladders(database, now=clock())
    [task] = login("anna").get(f"/instances/{case}/tasks")["items"]
    return Caller(app, services, clock, task["id"])


def test_the_link_in_a_letter_is_the_one_that_the_page_takes(called: Caller, database: Database, clock: Clock):
    given: dict[str, Any] = {"limit": 1, "lock": "l", "by": SETUP, "now": clock(), "machine_now": clock()}
    with database.writing() as session:
        [owed], _ = outbox.take(session, "urgent", ["mail"], **given)
    link = Links(key=lambda: called.services.links_key, address="").acknowledging(owed)
    assert link is not None
    assert called.post(link.rpartition("/")[2]).status_code == 200
    assert called.row().acknowledged_by == "bert"


def test_looking_at_it_changes_nothing_however_often(called: Caller):
    link = called.link()
    for _ in range(3):
        page = called.get(link)
        assert page.status_code == 200
        assert called.app.test_client().head(f"/acknowledge/{link}").status_code == 200
    assert called.row().acknowledged_at is None
    said = page.get_data(as_text=True)
    assert "Bert" in said
    assert '<form method="post">' in said
    assert "<script" not in said
    assert page.headers["Cache-Control"] == "no-store"
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert "script" not in page.headers["Content-Security-Policy"]


def test_it_acts_once_in_the_name_of_its_person_and_the_trail_says_through_what(called: Caller, database: Database):
    assert called.post(called.link()).status_code == 200
    again = called.post(called.link())
    assert again.status_code == 410
    assert "Bert has acknowledged it already" in again.get_data(as_text=True)
    assert called.get(called.link()).status_code == 410
    with database.reading() as session:
        query = select(AuditEntry).where(AuditEntry.verb == "ladder.acknowledged")
        [entry] = session.scalars(query).all()
    assert entry.actor == "bert"
    assert orjson.loads(entry.body or b"")["through"] == "link"


def test_a_link_of_an_earlier_climb_stops_no_later_one(called: Caller, database: Database, clock: Clock):
    link = called.link(until=clock() + timedelta(days=2))
    assert called.post(link).status_code == 200
    clock.forward(hours=2)
    drain_ladders(database, now=clock())
    assert called.row().episode == 2
    assert called.post(link).status_code == 410
    assert called.row().acknowledged_at is None
    assert called.post(called.link(episode=2)).status_code == 200


def test_it_holds_for_hours_only(called: Caller, clock: Clock):
    link = called.link()
    clock.forward(hours=4)
    assert called.get(link).status_code == 410
    assert called.post(link).status_code == 410
    assert called.row().acknowledged_at is None


def test_a_link_gives_nobody_a_right_that_he_has_not(called: Caller, database: Database):
    assert called.post(called.link(person="olga")).status_code in (403, 404, 409)
    assert called.post(called.link(person="nobody")).status_code == 404
    assert called.post(called.link(task_id=UUID(int=1))).status_code == 404
    with database.writing() as session:
        session.execute(update(PersonRow).where(PersonRow.id == "bert").values(active=False))
    assert called.post(called.link()).status_code == 404
    assert called.row().acknowledged_at is None


def test_a_link_that_was_changed_or_signed_elsewhere_is_none(called: Caller):
    link = called.link()
    assert called.get(f"x{link}").status_code == 404
    assert called.post(f"{link[:-6]}AAAAAA").status_code == 404
    assert called.row().acknowledged_at is None


def test_of_a_confidential_case_the_page_says_only_that_somebody_must_act(called: Caller, database: Database):
    with database.writing() as session:
        session.execute(update(Instance).values(confidential=True, title="About Carl"))
    said = called.get(called.link()).get_data(as_text=True)
    assert "Somebody must act now" in said
    assert "About Carl" not in said
    assert called.row().name not in said
