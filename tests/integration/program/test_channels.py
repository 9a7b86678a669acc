"""A chat channel from its file to a card in a real chat, and a person's own wishes, by the command line."""

from dataclasses import replace

import pytest

from tests.integration.reach.peers import http_peer

FORBIDDEN, REFUSED = 5, 1
ROOM = """
[quality]
name = "Room of the quality team"
kind = "slack"
for = ["person:hannah.vogel"]
"""


@pytest.fixture
def chat():
    with http_peer() as peer:
        yield peer


@pytest.fixture
def room(serve, settings, tmp_path):
    """A served demo whose settings let it reach loopback; the file of a channel lies beside it."""
    house = serve(replace(settings, allow_private="127.0.0.0/8", allow_http=True))
    house.login("deniz.aydin", "hannah.vogel")
    (tmp_path / "room.toml").write_text(ROOM)
    house.file = str(tmp_path / "room.toml")
    return house


def admin(house, *words, **more):
    return house.says("--as", "deniz.aydin", *words, **more)


def test_a_channel_is_made_led_to_a_chat_and_tried(room, chat):
    assert "There are no chat channels" in admin(room, "channel", "list")
    room.run("--as", "hannah.vogel", "channel", "set", "quality", room.file, expect=FORBIDDEN)
    assert "is at version 1" in admin(room, "channel", "set", "quality", room.file)
    assert "It leads nowhere" in admin(room, "channel", "show", "quality")
    address = chat.url("/hooks/that-nobody-guesses")
    assert address not in admin(room, "channel", "address", "quality", "--address", address)
    assert "It has an address." in admin(room, "channel", "show", "quality")
    assert "1" in admin(room, "channel", "history", "quality")

    admin(room, "notify", "test", "deniz.aydin", "--by", "chat:quality", expect=REFUSED)
    assert "by chat:quality" in admin(room, "notify", "test", "hannah.vogel", "--by", "chat:quality")
    assert next(lane for lane in room.program.lanes() if lane.name == "urgent").drain() == 1
    [got] = chat.got
    assert "A test: this is how Steward reaches you." in str(got.json)
    [listed] = room.json("--as", "hannah.vogel", "deliveries", "list")
    assert (listed["channel"], listed["status"], listed["further"]) == ("chat:quality", "sent", ["mail"])
    room.run("verify")


def test_everybody_says_how_he_is_told(room):
    said = ("--as", "hannah.vogel", "person", "channels", "hannah.vogel")
    assert "Ordinary: mail" in room.says(*said)
    wishes = ("--digest", "weekly", "--weekday", "friday", "--at", "07:30", "--quiet", "22:00-06:00")
    told = room.says(*said, *wishes)
    assert "every Friday at 07:30" in told
    assert "Quiet from 22:00 until 06:00." in told
    assert "Quiet" not in room.says(*said, "--quiet", "none", "--digest", "instant")
    room.run(*said, "--quiet", "22:00", expect=2)
    room.run(*said, "--urgent", "chat:gone", expect=REFUSED)
    room.run("--as", "hannah.vogel", "person", "channels", "deniz.aydin", expect=FORBIDDEN)
    room.run("verify")
