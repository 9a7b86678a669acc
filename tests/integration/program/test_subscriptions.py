"""An administrator looks after subscriptions by the command line, and what happens arrives at a real receiver."""

from dataclasses import replace

import pytest
from standardwebhooks import Webhook

from steward.program import webhooks_of
from tests.integration.reach.peers import http_peer

FORBIDDEN, REFUSED, NOT_FOUND = 5, 1, 3
DESK = """
[desk]
name = "Duty desk"
address = "{address}"
types = ["instance.started"]
"""


@pytest.fixture
def receiver():
    with http_peer() as peer:
        yield peer


@pytest.fixture
def desk(serve, settings, receiver, tmp_path):
    """A served demo whose settings let it reach loopback; the file of a subscription lies beside it."""
    house = serve(replace(settings, allow_private="127.0.0.0/8", allow_http=True))
    house.login("deniz.aydin", "hannah.vogel")
    (tmp_path / "desk.toml").write_text(DESK.format(address=receiver.url("/desk")))
    house.file = str(tmp_path / "desk.toml")
    return house


def admin(house, *words, **more):
    return house.says("--as", "deniz.aydin", "subscription", *words, **more)


def sent(house) -> int:
    return next(lane for lane in house.program.lanes() if lane.name == "webhooks").drain()


def test_an_administrator_makes_a_subscription_gives_it_a_secret_and_tries_it(desk, receiver):
    assert "There are no subscriptions." in admin(desk, "list")
    desk.run("--as", "hannah.vogel", "subscription", "set", "desk", desk.file, expect=FORBIDDEN)
    assert "this was a dry run" in admin(desk, "set", "desk", desk.file, "--dry-run")
    assert "Duty desk (desk) is at version 1." in admin(desk, "set", "desk", desk.file)
    assert "Duty desk" in admin(desk, "list")
    assert "types: instance.started" in admin(desk, "show", "desk")
    assert "1" in admin(desk, "history", "desk")
    admin(desk, "test", "nobody", expect=NOT_FOUND)

    secret = admin(desk, "rotate", "desk").strip()
    assert "desk is owed a test" in admin(desk, "test", "desk")
    assert sent(desk) == 1
    [got] = receiver.got
    assert Webhook(secret).verify(got.body, got.headers)["type"] == "steward.test"
    desk.run("verify")


def test_what_happens_is_told_and_a_period_is_told_again(desk, receiver):
    admin(desk, "set", "desk", desk.file)
    secret = admin(desk, "rotate", "desk").strip()
    case = desk.json("--as", "hannah.vogel", "start", "corrective_action", "--at", "S_form")["id"]
    assert sent(desk) == 1
    listed = desk.json("--as", "deniz.aydin", "deliveries", "list", "--to", "subscription:desk")
    assert [(one["kind"], one["status"]) for one in listed] == [("instance.started", "sent")]
    assert "200 ok" in desk.says("--as", "deniz.aydin", "deliveries", "show", listed[0]["id"])

    admin(desk, "replay", "desk", "--from", "2027-01-04", expect=2)
    admin(desk, "replay", "desk", "--from", "yesterday", expect=2)
    period = ("--from", "2027-01-04T00:00:00+01:00", "--to", "2027-01-05T00:00:00+01:00")
    assert "1 events are owed to desk again" in admin(desk, "replay", "desk", *period)
    assert sent(desk) == 1
    first, again = (Webhook(secret).verify(got.body, got.headers) for got in receiver.got)
    assert first["id"] == again["id"] == f"{case}:1"
    assert first["source"] == desk.program.settings.address
    desk.run("verify")


def test_without_the_settings_nothing_private_is_reached(desk, receiver):
    admin(desk, "set", "desk", desk.file)
    admin(desk, "rotate", "desk")
    admin(desk, "test", "desk")
    desk.program.settings = replace(desk.program.settings, allow_private="")
    desk.program.senders = {"webhook": webhooks_of(desk.program)}
    sent(desk)

    assert receiver.got == []
    [one] = desk.json("--as", "deniz.aydin", "deliveries", "list", "--status", "dead")
    assert "127.0.0.1 is local, which is not allowed" in one["note"]
