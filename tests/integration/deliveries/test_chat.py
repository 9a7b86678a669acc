"""What is owed by chat is posted as the chat reads it, or goes another way."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine import outbox
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.identity import people
from engine.identity.person import Person
from engine.outreach import book, choosing
from engine.outreach.content import KINDS, Channel
from engine.store.hooks import Secret
from engine.store.outreach import ChannelVersion
from engine.store.records import Delivery
from engine.strongbox import Strongbox
from engine.verify import verify
from tests.integration.deliveries.conftest import Office
from tests.integration.reach.peers import Peer, http_peer, raw_peer
from webhooks.chat import Chat
from webhooks.safe_http import Rules, networks
from webhooks.sending import drain_deliveries

LOCAL = Rules(networks=networks("127.0.0.0/8"), insecure=True, seconds=5)
ROOM = "!abc:example.org"


@dataclass
class Room:
    """An office with a chat on loopback."""

    office: Office
    peer: Peer
    chat: Chat
    box: Strongbox = field(default_factory=Strongbox.fleeting)

    def set(self, key: str = "quality", kind: str = "teams", address: str | None = None, **more: Any) -> None:
        """Make a channel that leads to the peer, or elsewhere."""
        content = {"name": "Quality", "kind": kind} | ({"room": ROOM} if kind == "matrix" else {}) | more
        usual = self.peer.url("#syt_token_of_a_bot" if kind == "matrix" else f"/{key}/a-long-path-that-nobody-guesses")
        self.act(book.change, key, content)
        self.act(book.set_address, key, address or usual, self.box)

    def act(self, verb: Callable[..., Any], *args: Any, by: Person | None = None) -> Any:
        """Somebody does something; unless named, who manages the platform."""
        with self.office.database.writing() as session:
            who = by or people.operator(session, "setup", now=self.office.now)
            return verb(session, *args, by=who, now=self.office.now)

    def owe(self, recipient: str = "anna", *, by: tuple[str, ...] = ("chat:quality",), **more: Any) -> int:
        """Somebody is to be told by chat."""
        return self.office.owe(recipient, channels=by, **more)

    def drain(self) -> int:
        """A worker sends what is due, by mail and by chat."""
        senders = {"mail": self.office.mail, "chat": self.chat}
        given = {"now": self.office.now, "machine_now": self.office.now, "limit": 100}
        return drain_deliveries(self.office.database, "bulk", senders, **given)  # type: ignore[arg-type]

    def ends(self) -> list[tuple[str, str, int]]:
        """Channel, status and tries of all that was owed."""
        query = select(Delivery.channel, Delivery.status, Delivery.attempts).order_by(Delivery.id)
        return [tuple(row) for row in self.office.read(lambda s: s.execute(query).all())]

    def fail(self) -> None:
        """One try, and then time passes until the next is due."""
        self.drain()
        moments = select(Delivery.next_attempt_at).where(Delivery.status == "owed")
        self.office.now = max([self.office.now, *self.office.read(lambda s: s.scalars(moments).all())])


@pytest.fixture
def room(office: Office) -> Iterator[Room]:
    with http_peer() as peer:
        box = Strongbox.fleeting()
        made = Chat(
            database=office.database,
            box=lambda: box,
            rules=LOCAL,
            public_url="https://steward.example.org/",
            zone="Europe/Berlin",
            clock=lambda: office.now,
        )
        yield Room(office, peer, made, box)


def test_a_card_is_posted_and_no_letter_is_sent(room: Room):
    for kind in KINDS:
        room.set(kind.replace("_", "-"), kind)
        room.owe(event=kind, by=(f"chat:{kind.replace('_', '-')}",), data={"text": "Hello"})
    assert room.drain() == len(KINDS)
    assert [status for _, status, _ in room.ends()] == ["sent"] * len(KINDS)
    assert [b"Hello" in got.body for got in room.peer.got] == [True] * len(KINDS)
    assert room.office.post.letters == []


def test_matrix_gets_the_same_transaction_however_often_it_is_tried(room: Room):
    room.set(kind="matrix")
    room.owe()
    [made] = room.office.read(lambda s: s.scalars(select(Delivery.id)).all())
    path = f"/_matrix/client/v3/rooms/%21abc%3Aexample.org/send/m.room.message/{made}"
    room.peer.answers[path] = (503, {}, b"away")
    room.fail()
    del room.peer.answers[path]
    room.fail()
    assert [(one.method, one.path) for one in room.peer.got] == [("PUT", path)] * 2
    assert room.peer.got[0].headers["authorization"] == "Bearer syt_token_of_a_bot"
    assert room.ends() == [("chat:quality", "sent", 2)]


PATH = "/quality/a-long-path-that-nobody-guesses"


def test_what_is_refused_for_good_goes_by_the_next_channel_at_once(room: Room):
    room.set()
    room.peer.answers[PATH] = (302, {"Location": room.peer.url("/elsewhere")}, b"")
    room.owe()
    room.drain()
    room.peer.answers[PATH] = (404, {}, b"no_service")
    room.owe("bert")
    room.drain()
    assert room.ends() == [("chat:quality", "passed_on", 1), ("mail", "sent", 1)] * 2
    assert [one.path for one in room.peer.got] == [PATH] * 2
    assert len(room.office.post.letters) == 2


def test_after_three_failures_the_next_channel_takes_over_and_the_first_is_never_tried_again(room: Room):
    room.set()
    room.peer.answers[PATH] = (503, {}, b"away")
    room.owe()
    for _ in range(2):
        room.fail()
        assert room.ends() == [("chat:quality", "owed", len(room.peer.got))]
    room.fail()
    room.fail()
    assert room.ends() == [("chat:quality", "passed_on", 3), ("mail", "sent", 1)]
    [first, *_] = room.office.read(lambda s: s.scalars(select(Delivery.id).order_by(Delivery.id)).all())
    with pytest.raises(Conflict, match="only what is dead"):
        room.office.act(outbox.retry, first, by="anna")
    room.office.later(days=2)
    assert room.drain() == 0
    assert (len(room.peer.got), len(room.office.post.letters)) == (3, 1)


def test_a_chat_may_take_over_from_a_chat_and_without_a_next_one_it_is_dead_in_the_end(room: Room):
    room.set("spare", fallback="")
    room.set(fallback="chat:spare")
    for key in ("quality", "spare"):
        room.peer.answers[f"/{key}/a-long-path-that-nobody-guesses"] = (500, {}, b"")
    room.act(choosing.choose, "anna", {"ordinary": ["chat:quality"]})
    room.owe(by=())
    for _ in range(3 + 5):
        room.fail()
    assert room.ends() == [("chat:quality", "passed_on", 3), ("chat:spare", "dead", 5)]


def test_who_asks_for_a_rest_is_left_alone_so_long(room: Room):
    room.set()
    room.peer.answers[PATH] = (429, {"Retry-After": "600"}, b"slow down")
    room.owe()
    begun = room.office.now
    room.fail()
    assert timedelta(minutes=10) <= room.office.now - begun < timedelta(minutes=11)
    del room.peer.answers[PATH]
    room.drain()
    assert room.ends() == [("chat:quality", "sent", 2)]


def test_nobody_makes_a_message_wait_for_days(room: Room):
    room.set()
    room.peer.answers[PATH] = (429, {"Retry-After": "9999999999"}, b"")
    room.owe()
    begun = room.office.now
    room.fail()
    assert room.office.now - begun <= outbox.LONGEST_WAIT


def _silent(link: socket.socket, closing: threading.Event) -> None:
    closing.wait()


def _dies(link: socket.socket, _closing: threading.Event) -> None:
    link.recv(10)
    link.shutdown(socket.SHUT_RDWR)


def test_a_chat_that_is_slow_or_dies_is_tried_again(room: Room):
    room.chat = replace(room.chat, rules=replace(LOCAL, seconds=0.3))
    for who, behave in (("anna", _silent), ("bert", _dies)):
        with raw_peer(behave) as port:
            room.set(address=f"http://127.0.0.1:{port}/hooks/1234567890")
            room.owe(who)
            room.drain()
    assert room.ends() == [("chat:quality", "owed", 1)] * 2


def test_a_channel_in_a_network_that_is_not_configured_is_never_reached(room: Room):
    room.chat = replace(room.chat, rules=Rules(insecure=True))
    room.set()
    room.owe()
    room.drain()
    assert room.ends() == [("chat:quality", "passed_on", 1), ("mail", "sent", 1)]
    assert room.peer.got == []


def test_nobody_is_told_by_a_channel_that_is_not_for_him_or_not_there(room: Room):
    room.set(**{"for": ["person:bert"]})
    room.set("away", active=False)
    for who in ("anna", "bert"):
        room.owe(who, by=("chat:away", "chat:gone", "chat:quality"))
    room.drain()
    assert room.ends() == [("mail", "sent", 1), ("chat:quality", "sent", 1)]


def test_a_channel_for_a_group_is_for_its_members(room: Room):
    room.set(**{"for": ["group:staff"]})
    room.owe("anna")
    room.owe("olga")
    room.drain()
    assert [channel for channel, *_ in room.ends()] == ["chat:quality", "mail"]


def test_the_address_is_locked_and_void_once_there_is_another(room: Room):
    room.set()
    room.set(address=room.peer.url("/second/place-that-nobody-guesses"))
    locked = room.office.read(lambda s: s.scalars(select(Secret.locked)).all())
    assert all(b"nobody-guesses" not in one for one in locked)
    room.office.later(seconds=1)
    room.owe()
    room.drain()
    assert [one.path for one in room.peer.got] == ["/second/place-that-nobody-guesses"]


def test_a_channel_without_an_address_says_so_and_another_takes_over(room: Room):
    room.act(book.change, "quality", {"name": "Quality", "kind": "slack"})
    room.owe()
    room.drain()
    assert room.ends()[0][1] == "passed_on"
    assert "has no address" in room.office.tried()[0][1]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"kind": "teams"}, "name"),
    ({"name": "Q", "kind": "pager"}, "kind"),
    ({"name": "Q", "kind": "matrix"}, "room"),
    ({"name": "Q", "kind": "slack", "room": "!a:b"}, "room"),
    ({"name": "Q", "kind": "slack", "for": ["group:nobody"]}, "for"),
    ({"name": "Q", "kind": "slack", "for": "group:staff"}, "for"),
    ({"name": "Q", "kind": "slack", "fallback": "chat:quality"}, "fallback"),
    ({"name": "Q", "kind": "slack", "fallback": "chat:gone"}, "fallback"),
    ({"name": "Q", "kind": "slack", "active": "yes"}, "active"),
    ({"name": "Q", "kind": "slack", "address": "https://x"}, "address"),
]
NO_ADDRESS = (
    "ftp://chat.example.org/abcdefghijkl",
    "https://chat.example.org/a b c d e f g",
    "https://chat.example.org/#no-token-in-slack",
)


def test_a_channel_that_cannot_be_used_is_refused_by_place(room: Room):
    for content, place in WRONG:
        with pytest.raises(Invalid) as refused:
            room.act(book.change, "quality", content)
        assert list(refused.value.problems) == [place]
    room.act(book.change, "quality", {"name": "Quality", "kind": "slack"})
    for address in NO_ADDRESS:
        with pytest.raises(Invalid):
            room.act(book.set_address, "quality", address, room.box)


def test_only_administrators_change_channels_and_every_change_is_a_version(room: Room):
    with pytest.raises(Forbidden):
        room.act(book.change, "quality", {"name": "Q", "kind": "slack"}, by=room.office.who["anna"])
    with pytest.raises(NotFound):
        room.act(book.set_address, "quality", "https://chat.example.org/abcdefgh", room.box)
    room.set()
    room.set()
    room.set(active=False)
    rows = room.office.read(lambda s: book.history(s, "quality"))
    assert [row.number for row in rows] == [1, 2]
    assert [said["number"] for said in room.office.said("platform", "channel.changed")] == [1, 2]


def test_a_channel_that_was_edited_is_found(room: Room):
    room.set()
    before = room.office.read(lambda s: verify(s, None).findings)
    with room.office.database.writing() as session:
        content = Channel(name="Quality", kind="teams", fallback="").content()
        session.execute(update(ChannelVersion).values(content=content))
    found = room.office.read(lambda s: verify(s, None).findings)
    assert [(one.kind, one.record) for one in found if one not in before] == [("altered", "channels")]
