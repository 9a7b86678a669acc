"""What is owed to people, over HTTP: one's own, all for an administrator, and once more."""

from datetime import timedelta
from typing import Any

import pytest

from engine import outbox
from engine.identity.people import SETUP
from engine.transactions import Database
from tests.integration.api.conftest import MORNING
from tests.integration.api.test_traffic import Login


@pytest.fixture
def dead(database: Database) -> str:
    """A message to anna that her server has refused."""
    notice = outbox.Notice(event="e", recipient="anna", template="notice", data={"text": "Secret words"})
    given: dict[str, Any] = {"limit": 1, "lock": "l", "by": SETUP, "now": MORNING, "machine_now": MORNING}
    with database.writing() as session:
        outbox.owe(session, [notice], now=MORNING - timedelta(hours=1))
        [owed], _ = outbox.take(session, "bulk", ["mail"], **given)
        outbox.failed(session, owed, "550 no such mailbox", permanent=True, by=SETUP, now=MORNING)
    return str(owed.id)


def test_everybody_sees_his_own_messages_and_not_what_they_say(login: Login, dead: str):
    anna = login("anna")
    [one] = anna.get("/deliveries")["items"]
    assert (one["id"], one["status"], one["note"]) == (dead, "dead", "550 no such mailbox")
    assert "Secret words" not in str(anna.get(f"/deliveries/{dead}"))
    assert [one["outcome"] for one in anna.get(f"/deliveries/{dead}")["tried"]] == ["refused"]
    assert login("bert").get("/deliveries")["items"] == []
    assert login("bert").send("GET", f"/deliveries/{dead}").status_code == 404
    assert login("adam").get("/deliveries", status="dead", recipient="anna")["items"] == [one]


def test_what_is_dead_is_owed_again_once(login: Login, dead: str):
    assert login("bert").send("POST", f"/deliveries/{dead}/retry").status_code == 404
    assert login("anna").post(f"/deliveries/{dead}/retry")["status"] == "owed"
    assert login("anna").send("POST", f"/deliveries/{dead}/retry").status_code == 409


def test_an_administrator_owes_somebody_a_test_message(login: Login):
    made = login("adam").post("/deliveries/test", {"person": "bert"})
    assert (made["recipient"], made["lane"], made["status"]) == ("bert", "urgent", "owed")
    assert login("adam").send("POST", "/deliveries/test", json={"person": "nobody"}).status_code == 404
    assert login("anna").send("POST", "/deliveries/test", json={"person": "bert"}).status_code == 403


def test_a_channel_is_defined_led_somewhere_and_tried_and_its_address_is_never_told(login: Login):
    adam, anna, address = login("adam"), login("anna"), "https://chat.example.org/hooks/a1b2c3d4e5f6"
    channel = {"name": "Quality", "kind": "slack", "for": ["person:bert"]}
    assert anna.send("PUT", "/channels/quality", json=channel).status_code == 403
    made = adam.send("PUT", "/channels/quality", json=channel).get_json()
    assert (made["number"], made["for"], made["fallback"], made["has_address"]) == (1, ["person:bert"], "mail", False)
    led = adam.send("PUT", "/channels/quality/address", json={"address": address}).get_json()
    assert led["has_address"]
    assert address not in str([led, *anna.get("/channels")["items"], *anna.get("/channels/quality/history")["items"]])
    test = {"person": "bert", "channel": "chat:quality"}
    assert adam.post("/deliveries/test", test)["channel"] == "chat:quality"
    assert adam.send("POST", "/deliveries/test", json=test | {"person": "anna"}).status_code == 422
    assert adam.send("POST", "/deliveries/test", json=test | {"channel": "chat:gone"}).status_code == 422
    assert adam.send("PUT", "/channels/quality", json=channel | {"kind": "pager"}).status_code == 422


def test_everybody_says_for_himself_how_he_is_told(login: Login):
    anna = login("anna")
    assert anna.get("/people/anna/channels")["ordinary"] == ["mail"]
    wishes = {"digest": "daily", "at": "07:30", "quiet": {"from": "22:00", "until": "06:00"}}
    made = anna.send("PUT", "/people/anna/channels", json=wishes).get_json()
    assert (made["digest"], made["at"], made["quiet"]) == ("daily", "07:30", {"from": "22:00", "until": "06:00"})
    assert login("adam").get("/people/anna/channels") == made
    assert login("bert").send("GET", "/people/anna/channels").status_code == 403
    assert login("bert").send("PUT", "/people/anna/channels", json={}).status_code == 403
    assert anna.send("PUT", "/people/anna/channels", json={"urgent": ["chat:gone"]}).status_code == 422
    assert anna.send("PUT", "/people/anna/channels", json={"at": "25:00"}).status_code == 422
