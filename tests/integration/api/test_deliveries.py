"""What is owed to people, over HTTP: one's own, all for an administrator, and once more."""

from datetime import timedelta
from typing import Any

import pytest

from engine import outbox
from engine.transactions import Database
from tests.integration.api.conftest import MORNING
from tests.integration.api.test_traffic import Login


@pytest.fixture
def dead(database: Database) -> str:
    """A message to anna that her server has refused."""
    notice = outbox.Notice(event="e", recipient="anna", template="notice", data={"text": "Secret words"})
    given: dict[str, Any] = {"limit": 1, "lock": "l", "now": MORNING, "machine_now": MORNING}
    with database.writing() as session:
        outbox.owe(session, [notice], now=MORNING - timedelta(hours=1))
        [owed], _ = outbox.take(session, "bulk", ["mail"], **given)
        outbox.failed(session, owed, "550 no such mailbox", permanent=True, now=MORNING)
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
