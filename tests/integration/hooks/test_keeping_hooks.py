"""Hooks as an administrator keeps them, over the API."""

from collections.abc import Callable

from sqlalchemy import select

from engine.store.hooks import Secret
from tests.integration.api.conftest import Client
from tests.integration.hooks.conftest import HOOKS, Outside, event, firing


def test_an_administrator_changes_a_hook_and_its_history_stays(outside: Outside, login: Callable[..., Client]) -> None:
    admin = login("adam")
    body = HOOKS["events"] | {"name": "Events of the line"}
    admin.expect(200, admin.send("PUT", "/hooks/events?dry_run=true", json=body))
    admin.expect(200, admin.send("PUT", "/hooks/events", json=body))
    admin.expect(200, admin.send("PUT", "/hooks/events", json=body))

    names = [(one["number"], one["name"]) for one in admin.get("/hooks/events/history")["items"]]
    assert names == [(2, "Events of the line"), (1, "Events")]
    assert admin.get("/hooks/events")["duplicate_key"] == "subject"
    assert outside.verified().holds


def test_a_hook_that_cannot_be_used_is_refused_with_each_place(outside: Outside, login: Callable[..., Client]) -> None:
    body = {"name": "x", "kind": "events", "process": "p", "when": "1 +", "variables": {"a": "f(1)"}}

    answer = login("adam").send("PUT", "/hooks/bad", json=body)

    assert answer.status_code == 422
    assert sorted(answer.json["errors"]) == ["variables.a", "when"]


def test_a_secret_is_told_once_and_lies_locked(outside: Outside, login: Callable[..., Client]) -> None:
    admin = login("adam")
    secret = admin.expect(200, admin.send("PUT", "/hooks/events/secret", json={}))["secret"]

    assert outside.signed("events", event(), secret=secret).status_code == 200
    with outside.database.reading() as session:
        assert all(secret.encode() not in row for row in session.scalars(select(Secret.locked)))
    assert secret not in str(admin.get("/hooks/events"))


def test_only_who_manages_the_platform_sees_and_changes_hooks(outside: Outside, login: Callable[..., Client]) -> None:
    anna = login("anna")

    answers = [
        anna.send("GET", "/hooks"),
        anna.send("GET", "/hooks/events/receipts"),
        anna.send("PUT", "/hooks/events", json=HOOKS["events"]),
        anna.send("PUT", "/hooks/events/secret", json={}),
    ]

    assert {one.status_code for one in answers} == {403}


def test_receipts_say_what_became_of_what_came_in(outside: Outside, login: Callable[..., Client]) -> None:
    outside.alert(firing(), firing("b", status="resolved"))

    (receipt,) = login("adam").get("/hooks/alerts/receipts")["items"]

    assert sorted(one["outcome"] for one in receipt["events"]) == ["passed_over", "started"]
    assert len(receipt["sha256"]) == 64
