"""Channels on pages: made, tried, changed and ended by administrators; where they lead is never shown."""

from collections.abc import Callable

import pytest

from engine.outreach import book
from engine.transactions import Database
from engine.verify import verify
from tests.integration.api.conftest import MORNING, Client
from tests.integration.pages.conftest import Reader, words
from web.services import Services

Readers = Callable[[str], Reader]
ADDRESS = "https://chat.example.org/hooks/a1b2c3d4e5f6"
OTHER = "https://chat.example.org/hooks/ffffffffffff"
ROOM = {"key": "room", "name": "Room", "kind": "slack", "for": "person:bert", "room": "", "fallback": "mail"}


@pytest.fixture
def leads(database: Database, services: Services) -> Callable[[], str | None]:
    """Where the channel `room` leads."""

    def leads() -> str | None:
        with database.reading() as session:
            return book.place(session, "room", services.strongbox, at=MORNING).address

    return leads


def test_an_administrator_makes_a_channel_whose_address_is_never_shown_again(
    reader: Readers, login: Callable[..., Client], leads: Callable[[], str | None]
) -> None:
    adam, anna = reader("adam"), reader("anna")
    assert "by mail alone" in words(adam.open("/channels"))
    anna.open("/channels", 403)
    anna.press("/channels", 403, **ROOM, address=ADDRESS)

    made = adam.press("/channels", **ROOM, address=ADDRESS).headers["Location"]

    page = words(adam.open(made))
    assert "The channel is there." in page
    assert "in use" in page
    assert leads() == ADDRESS
    assert ADDRESS not in adam.fetch(made).decode() + adam.fetch("/channels").decode()
    kept = login("adam").get("/channels/room")
    assert (kept["name"], kept["for"], kept["active"], kept["has_address"]) == ("Room", ["person:bert"], True, True)
    assert adam.open("/channels").xpath("//a[@href='/channels/room']")
    again = adam.tree(adam.press("/channels", 422, **ROOM, address=ADDRESS))
    assert "with this key already" in words(again, "//*[@id='make-key-wrong']")


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ({"address": "https://127.0.0.1/hooks/a1b2c3d4e5f6"}, "address"),
        ({"address": "https://[::ffff:10.0.0.1]/hooks/a1b2c3d4e5f6"}, "address"),
        ({"address": "http://chat.example.org/hooks/a1b2c3d4e5f6"}, "address"),
        ({"address": "https://me:secret@chat.example.org/hooks"}, "address"),
        ({"address": "https://short"}, "address"),
        ({"key": "Room 1"}, "key"),
        ({"for": "group:nobody_knows"}, "for"),
        ({"room": "!abc:example.org"}, "room"),
    ],
)
def test_a_channel_that_cannot_be_used_is_refused_with_all_that_was_typed_but_the_address(
    reader: Readers, login: Callable[..., Client], typed: dict[str, str], place: str
) -> None:
    adam = reader("adam")
    adam.open("/channels")
    given = ROOM | {"address": ADDRESS} | typed
    refused = adam.press("/channels", 422, **given)
    page = adam.tree(refused)

    assert words(page, f"//*[@id='make-{place}-wrong']")
    assert page.xpath("//input[@id='make-name']/@value") == ["Room"]
    assert page.xpath("//input[@name='address']/@value") == [""]
    assert given["address"] not in refused.get_data(as_text=True)
    assert login("adam").get("/channels")["items"] == []


def test_programs_keep_no_address_that_may_not_be_reached_either(login: Callable[..., Client]) -> None:
    adam = login("adam")
    adam.send("PUT", "/channels/room", json={"name": "Room", "kind": "slack"})
    local = adam.send("PUT", "/channels/room/address", json={"address": "https://192.168.0.1/hooks/a1b2c3"})
    assert (local.status_code, local.get_json()["code"]) == (422, "invalid")
    assert not adam.get("/channels/room")["has_address"]


def test_a_channel_is_changed_led_elsewhere_left_alone_and_ended(
    reader: Readers, login: Callable[..., Client], leads: Callable[[], str | None], database: Database
) -> None:
    adam, api, anna = reader("adam"), login("adam"), reader("anna")
    adam.open("/channels")
    adam.press("/channels", **ROOM, address=ADDRESS)
    assert adam.open("/channels/room").xpath("//select[@name='fallback']/option/@value") == ["mail", ""]

    adam.press("/channels/room", **ROOM | {"name": "The room", "for": "", "fallback": ""})
    assert "The room" in words(adam.open("/channels/room"), "//h1")
    changed = api.get("/channels/room")
    assert (changed["number"], changed["for"], changed["fallback"]) == (2, [], "")
    wrong = adam.tree(adam.press("/channels/room", 422, **ROOM | {"fallback": "chat:gone"}))
    assert "no channel chat:gone" in words(wrong, "//*[@role='alert']")
    wrong = adam.tree(adam.press("/channels/room/address", 422, address="https://10.0.0.1/hooks/a1b2c3d4"))
    assert "not allowed" in words(wrong, "//*[@id='lead-address-wrong']")
    assert leads() == ADDRESS
    adam.press("/channels/room/address", address=OTHER)
    assert leads() == OTHER

    adam.press("/channels/room/pause")
    assert "rests" in words(adam.open("/channels/room"), "//p[contains(@class, 'facts-row')]")
    adam.press("/channels/room/resume")
    anna.open("/")
    for path in ("", "/address", "/pause", "/end"):
        anna.press(f"/channels/room{path}", 403, **ROOM, address=ADDRESS)
    adam.press("/channels/room/end")
    ended = api.get("/channels/room")
    assert (ended["active"], ended["has_address"], leads()) == (False, False, None)
    assert "not in use" in words(adam.open("/channels"))
    assert not adam.open("/channels/room").xpath("//form[contains(@action, '/end')]")
    with database.reading() as session:
        assert verify(session, None).holds

    adam.press("/channels/room/address", address=ADDRESS)
    adam.press("/channels/room/resume")
    assert "in use" in words(adam.open("/channels/room"), "//p[contains(@class, 'facts-row')]")
    with database.reading() as session:
        assert verify(session, None).holds
    adam.open("/channels/none", 404)
    adam.press("/channels/none/end", 404)
    adam.press("/channels/none/address", 404, address=ADDRESS)


def test_a_test_message_goes_out_by_a_channel_and_leads_to_what_came_back(
    reader: Readers, login: Callable[..., Client]
) -> None:
    adam, api = reader("adam"), login("adam")
    api.expect(200, api.send("PUT", "/channels/room", json={"name": "Room", "kind": "slack", "for": ["person:bert"]}))
    assert "has no address yet" in words(adam.open("/channels"))
    refused = adam.tree(adam.press("/deliveries/test", 422, person="anna", channel="chat:room"))
    assert "not for Anna" in words(refused, "//*[@role='alert']")
    assert refused.xpath("//select[@name='channel']/option[@selected]/@value") == ["chat:room"]
    adam.press("/deliveries/test", 422, person="nobody.there")
    delivery = adam.press("/deliveries/test", person="bert", channel="chat:room").headers["Location"]
    assert "by chat (room)" in words(adam.open(delivery))
