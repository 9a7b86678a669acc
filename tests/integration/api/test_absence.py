"""Standing in for somebody, over the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from engine.absence import moving
from engine.departing import departures
from engine.store.running import Instance
from engine.transactions import Database
from tests.integration.api.conftest import MORNING, Client, Clock

Login = Callable[..., Client]
WEEK = {"begins_at": MORNING.isoformat(), "ends_at": (MORNING + timedelta(days=7)).isoformat()}


@pytest.fixture
def task(login: Login, three: str) -> dict[str, Any]:
    """A task that is offered to the staff."""
    login("anna").post("/instances", {"process": "three"})
    return login("anna").get("/tasks", view="claimable")["items"][0]


def test_a_stand_in_sees_claims_and_completes_for_who_is_away(
    login: Login, task: dict[str, Any], database: Database, clock: Clock
):
    fred, path = login("fred"), f"/tasks/{task['id']}"
    assert fred.send("POST", f"{path}/claim", json={"acting_for": "bert"}).status_code == 404
    made = login("bert").post("/substitutions", {"person": "bert", "first": "fred", "reason": "ill", **WEEK})
    moving.drain_substitutions(database, now=clock())

    assert [(one["id"], one["for_whom"]) for one in fred.get("/tasks", view="for_others")["items"]] == [
        (task["id"], "bert")
    ]
    assert fred.get(path)["why_not"] is None
    assert fred.get(f"/substitutions/{made['id']}")["reason"] is None
    assert [one["reason"] for one in login("anna").get("/substitutions")["items"]] == ["ill"]

    fred.post(f"{path}/claim", {"acting_for": "bert"})
    assert fred.get("/tasks")["items"][0]["acting_for"] == "bert"
    done = fred.post(f"{path}/complete", {"answers": {}})
    assert (done["completed_by"], done["acting_for"]) == ("fred", "bert")


def test_a_plan_is_changed_ended_and_tried_without_effect(login: Login):
    bert, body = login("bert"), {"person": "bert", "first": "fred", **WEEK}
    tried = bert.expect(201, bert.send("POST", "/substitutions?dry_run=true", json=body))
    assert tried["status"] == "planned"
    assert bert.get("/substitutions")["items"] == []
    made = bert.post("/substitutions", body)
    assert bert.send("POST", "/substitutions", json=body).status_code == 409
    assert login("fred").send("PATCH", f"/substitutions/{made['id']}", json={"first": "carl"}).status_code == 403

    changed = bert.expect(200, bert.send("PATCH", f"/substitutions/{made['id']}", json={"first": "carl"}))
    assert changed["first"] == "carl"
    assert bert.post(f"/substitutions/{made['id']}/end")["stopped_at"] is not None


def test_who_is_on_call_is_defined_overridden_and_asked(login: Login, clock: Clock):
    adam, anna = login("adam"), login("anna")
    body = {"subject": "web-shop", "level": 2, "people": ["anna", "bert"], "zone": "Europe/Berlin"}
    made = adam.expect(
        200, adam.send("PUT", "/on-call/rotations", json={**body, "starts_on": "2027-01-04", "handover": "09:00"})
    )
    assert [(one["level"], one["person"]) for one in made["items"]] == [(1, None), (2, "anna")]
    period = {"begins_at": clock().isoformat(), "ends_at": (clock() + timedelta(days=1)).isoformat()}
    over = anna.post("/on-call/overrides", {"subject": "web-shop", "level": 2, "person": "carl", **period})

    shown = anna.get("/on-call", subject="web-shop")["items"][1]
    assert (shown["person"], shown["overridden"], shown["until"]) == ("carl", True, "2027-01-05T08:00:00+00:00")
    anna.post(f"/on-call/overrides/{over['id']}/cancel")
    later = anna.get("/on-call", subject="web-shop", at="2027-01-12T08:00:00Z")["items"][1]
    assert later["person"] == "bert"
    assert [one["level"] for one in anna.get("/on-call/gaps", subject="web-shop", days=3)["items"]] == [1]
    assert anna.get("/on-call/subjects")["items"] == [{"subject": "web-shop"}]
    assert anna.get("/on-call/pausing", subject="web-shop")["items"] == []


def test_an_administrator_sees_what_somebody_holds_and_hands_it_over(
    login: Login, task: dict[str, Any], database: Database, clock: Clock
):
    adam, body = login("adam"), {"hand_over_to": "carl", "reason": "moved away"}
    login("bert").post(f"/tasks/{task['id']}/claim")
    assert [one["kind"] for one in adam.get("/people/bert/holdings")["items"]] == ["task"]
    assert login("anna").send("GET", "/people/bert/holdings").status_code == 403
    refused = adam.send("POST", "/people/bert/end", json={})
    assert (refused.status_code, task["name"] in refused.get_json()["detail"]) == (409, True)
    with database.writing() as session:
        session.execute(update(Instance).values(confidential=True, owner="bert", title="About Carl"))
    assert [one["name"] for one in adam.get("/people/bert/holdings")["items"]] == ["what you may not see"]
    refused = adam.send("POST", "/people/bert/end", json={})
    assert "bert cannot leave yet: holds what you may not see." in refused.get_json()["detail"]
    assert adam.expect(200, adam.send("POST", "/people/bert/end?dry_run=true", json=body))["active"] is True

    assert adam.post("/people/bert/end", body)["active"] is True
    departures.drain_departures(database, now=clock())
    assert adam.get("/people/bert")["active"] is False
    assert login("carl").get("/tasks")["items"][0]["holder"] == "carl"
