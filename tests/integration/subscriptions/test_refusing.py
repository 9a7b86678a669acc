"""Receivers that refuse, are slow, die, redirect or say too much, and addresses that may not be reached."""

import socket
import threading
from dataclasses import replace

import pytest

from engine import outbox
from engine.errors import Conflict
from tests.integration.reach.peers import raw_peer
from tests.integration.subscriptions.conftest import Outpost, opened
from webhooks.safe_http import Rules

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
def told(outpost: Outpost) -> Outpost:
    """One event is owed."""
    outpost.subscribe("desk", types=["instance.started"])
    outpost.start("mend")
    return outpost


def answering(outpost: Outpost, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
    outpost.peer.answers["/desk"] = (status, headers or {}, body)


def test_who_refuses_is_tried_again_under_the_same_id_until_he_takes_it(told: Outpost):
    answering(told, 503, body=b"later")
    told.send()
    assert told.state() == [("owed", 1)]
    assert told.send() == 0
    told.lapse()
    del told.peer.answers["/desk"]
    told.send()

    first, second = told.peer.got
    assert told.state() == [("sent", 2)]
    assert told.tried() == ["503 later", "200 ok"]
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_who_refuses_five_times_is_given_up_and_told_once_more_by_hand(told: Outpost):
    answering(told, 500)
    for _ in range(5):
        told.send()
        told.lapse()
    assert told.state() == [("dead", 5)]
    [owed] = told.owed()
    del told.peer.answers["/desk"]
    told.once_more(owed.id)
    told.send()

    assert told.state() == [("sent", 1)]
    assert len({got.headers["webhook-id"] for got in told.peer.got}) == 1
    assert told.verbs("subscription:desk") == ["delivery.dead", "delivery.retried", "delivery.sent"]
    with pytest.raises(Conflict):
        told.once_more(owed.id)


def test_who_wants_no_more_is_told_no_more(told: Outpost):
    answering(told, 410)
    told.send()

    assert told.state() == [("dead", 1)]


def test_a_redirect_is_not_followed(told: Outpost):
    answering(told, 307, {"Location": told.peer.url("/elsewhere")})
    told.send()

    assert [got.path for got in told.peer.got] == ["/desk"]
    assert told.state() == [("owed", 1)]
    assert told.tried() == [f"307: it redirects to {told.peer.url('/elsewhere')}, and is not followed."]


def test_an_answer_that_is_too_large_is_none(told: Outpost):
    answering(told, 200, body=b"x" * 70_000)
    told.send()

    assert told.state() == [("owed", 1)]
    assert told.tried() == ["The answer is longer than 65536 bytes."]


def test_who_dies_in_the_middle_of_his_answer_gets_it_again(told: Outpost):
    def die(link: socket.socket, _closing: threading.Event) -> None:
        link.recv(65_536)
        link.sendall(WHOLE[:-1])

    with raw_peer(die) as port:
        told.subscribe("desk", f"http://127.0.0.1:{port}/", types=["instance.started"])
        told.send()
    assert told.state() == [("owed", 1)]
    told.subscribe("desk", types=["instance.started"])
    told.lapse()
    told.send()

    assert told.state() == [("sent", 2)]


def test_who_never_answers_is_waited_for_no_longer_than_allowed_and_holds_up_nobody(told: Outpost):
    def wait(link: socket.socket, closing: threading.Event) -> None:
        link.recv(65_536)
        closing.wait()

    told.rules = replace(told.rules, seconds=0.3)
    with raw_peer(wait) as port:
        told.subscribe("slow", f"http://127.0.0.1:{port}/", types=["instance.started"])
        told.start("mend")
        told.send()

    assert sorted(told.state()) == [("owed", 1), ("sent", 1), ("sent", 1)]
    assert "No whole answer came in time." in told.tried()


def test_who_is_away_is_left_alone_for_a_while_and_the_rest_is_no_try(outpost: Outpost):
    def wait(link: socket.socket, closing: threading.Event) -> None:
        closing.wait()

    outpost.rules = replace(outpost.rules, seconds=0.2)
    with raw_peer(wait) as port:
        outpost.subscribe("away", f"http://127.0.0.1:{port}/", types=["instance.started"])
        for _ in range(10):
            outpost.start("mend")
        outpost.subscribe("desk", types=["instance.started"])
        outpost.start("mend")
        outpost.send()

    tries = [one.attempts for one in outpost.owed() if one.recipient == "subscription:away"]
    assert (sum(tries), len(tries)) == (4, 11)
    assert all(one.next_attempt_at > outpost.now for one in outpost.owed() if one.status == "owed")
    assert [got.path for got in outpost.peer.got] == ["/desk"]
    outpost.subscribe("away", types=["instance.started"])
    outpost.lapse()
    outpost.send()
    assert {status for status, _ in outpost.state()} == {"sent"}


def test_private_addresses_are_refused_where_the_settings_do_not_name_them(told: Outpost):
    told.rules = Rules(insecure=True)
    hosts = ("127.0.0.1", "[::1]", "169.254.169.254", "10.0.0.7", "[::ffff:192.168.1.1]", "0.0.0.0", "[fe80::1]")
    for host in hosts:
        told.subscribe("desk", f"http://{host}:9/", types=["instance.started"])
        told.start("mend")
        told.send()

    assert {one.status for one in told.owed()} == {"dead"}
    assert len(told.owed()) == 1 + len(hosts)
    assert all("which is not allowed" in str(one.note) for one in told.owed())


def test_http_is_refused_where_the_settings_do_not_allow_it(told: Outpost):
    told.rules = replace(told.rules, insecure=False)
    told.send()

    [owed] = told.owed()
    assert (owed.status, owed.note) == ("dead", "The scheme http is not allowed.")
    assert told.peer.got == []


def test_a_name_whose_address_changes_after_the_check_is_reached_at_the_address_that_was_checked(told: Outpost):
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.7"]

    told.rules = replace(told.rules, resolve=resolve)
    told.subscribe("desk", told.peer.url("/desk", host="receiver.example"), types=["instance.started"])
    told.send()
    assert asked == ["receiver.example"]
    assert told.state() == [("sent", 1)]

    told.start("mend")
    told.send()
    [_, owed] = told.owed()
    assert owed.status == "dead"
    assert "10.0.0.7, which is not allowed" in str(owed.note)
    assert len(told.peer.got) == 1


def test_a_name_with_one_address_that_is_not_allowed_is_refused_whole(told: Outpost):
    told.rules = replace(told.rules, resolve=lambda _host, _port: ["127.0.0.1", "10.0.0.7"])
    told.subscribe("desk", told.peer.url("/desk", host="receiver.example"), types=["instance.started"])
    told.send()

    assert told.peer.got == []
    assert [one.status for one in told.owed()] == ["dead"]


def test_what_a_killed_worker_was_sending_goes_again_when_its_lease_is_over(told: Outpost):
    def killed(*_: object) -> None:
        raise SystemExit

    class Dies:
        send = killed

    with pytest.raises(SystemExit):
        told.send(Dies())  # type: ignore[arg-type]
    assert told.send() == 0
    told.send(machine_now=told.now + outbox.LEASE)

    assert told.state() == [("sent", 1)]
    [secret] = told.secrets("desk")
    opened(told.peer.got[0], secret)
