"""Everybody is told by the channels and at the hours that he has chosen."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from engine import instances, outbox, records, tasks
from engine.errors import Conflict, Forbidden, Invalid
from engine.outreach import choosing
from engine.store.outreach import WishesRow
from engine.store.records import Delivery
from engine.verify import verify
from tests.integration.deliveries.conftest import Office
from tests.integration.deliveries.test_chat import PATH, Room, room
from tests.integration.deliveries.test_mail import case_of

__all__ = ["room"]

NIGHT = {"from": "22:00", "until": "06:00"}


def wish(room: Room, who: str = "anna", **wishes: Any) -> None:
    room.act(choosing.choose, who, wishes)


def rows(office: Office) -> list[tuple[str, str, str, bool]]:
    """Kind, channel, status of all that was owed, and whether it is gathered; sorted."""
    query = select(Delivery.kind, Delivery.channel, Delivery.status, Delivery.digest_id)
    found = office.read(lambda s: s.execute(query).all())
    return sorted((kind, channel, status, digest is not None) for kind, channel, status, digest in found)


def texts(office: Office) -> Iterator[str]:
    for letter in office.post.letters:
        part = letter.get_body(("plain",))
        assert part is not None
        yield part.get_content()


def test_each_urgency_goes_by_its_own_channels(room: Room):
    room.set()
    wish(room, ordinary=["mail"], urgent=["chat:quality"])
    room.owe(by=(), event="slow")
    room.owe(by=(), event="fast", urgency="urgent")
    room.drain()
    assert room.ends() == [("mail", "sent", 1), ("chat:quality", "owed", 0)]


def test_after_three_failures_the_next_of_his_own_takes_over_and_a_rung_goes_first(room: Room):
    room.set()
    room.set("ops", kind="slack")
    wish(room, ordinary=["chat:quality", "mail"])
    room.peer.answers[PATH] = (500, {}, b"")
    room.peer.answers["/ops/a-long-path-that-nobody-guesses"] = (404, {}, b"")
    room.owe(by=("chat:ops",))
    for _ in range(5):
        room.fail()
    assert room.ends() == [("chat:ops", "passed_on", 1), ("chat:quality", "passed_on", 3), ("mail", "sent", 1)]


def test_who_wishes_so_is_told_by_all_of_his_channels_at_once(room: Room):
    room.set()
    wish(room, ordinary=["mail", "chat:quality"], together=True)
    room.peer.answers[PATH] = (404, {}, b"")
    room.owe(by=())
    room.drain()
    assert sorted(room.ends()) == [("chat:quality", "dead", 1), ("mail", "sent", 1)]
    room.peer.answers[PATH] = (200, {}, b"ok")
    room.owe(by=(), event="again")
    room.drain()
    assert sorted(room.ends())[1:] == [("chat:quality", "sent", 1), ("mail", "sent", 1), ("mail", "sent", 1)]


def test_what_is_ordinary_waits_until_quiet_hours_are_over_by_his_clocks(room: Room):
    wish(room, quiet={"from": "09:00", "until": "11:00"})
    room.owe(by=(), event="slow")
    room.owe("bert", by=(), event="slow")
    assert room.drain() == 1
    room.office.owe(event="fast", urgency="urgent")
    room.office.drain("urgent")
    assert [letter["To"] for letter in room.office.post.letters] == [
        "Bert <bert@example.org>",
        "Anna <anna@example.org>",
    ]
    room.office.now = room.office.now.replace(hour=10, minute=0)
    room.drain()
    assert len(room.office.post.letters) == 3


def test_what_was_owed_before_quiet_hours_and_comes_late_waits_as_well(room: Room):
    room.office.now = room.office.now.replace(hour=20, minute=59)
    wish(room, quiet=NIGHT)
    room.owe(by=())
    room.office.later(hours=1)
    room.drain()
    assert room.ends() == [("mail", "owed", 0)]
    room.office.later(hours=8)
    room.drain()
    assert room.ends() == [("mail", "sent", 1)]


def test_a_digest_gathers_what_is_ordinary_in_one_letter(room: Room):
    case, task = case_of(room.office)
    wish(room, digest="daily", at="07:30")
    office = room.office
    room.owe(by=(), event="one", template="due", instance_id=case, task_id=task)
    room.owe(by=(), event="two", data={"text": "The audit is on Friday."})
    assert room.drain() == 0
    office.later(days=1)
    room.owe(by=(), event="three", data={"text": "Of another day."})
    room.drain()
    [said] = texts(office)
    assert office.post.letters[0]["Subject"] == "2 messages for you"
    assert all(words in said for words in ("T mend", "Leak in hall 2", f"/tasks/{task}", "The audit is on Friday."))
    assert "Of another day." not in said
    assert [row for row in rows(office) if row[2] == "sent"] == [
        ("digest", "mail", "sent", False),
        ("due", "mail", "sent", True),
        ("notice", "mail", "sent", True),
    ]


def test_a_digest_leaves_out_what_is_moot_and_is_not_sent_empty(room: Room):
    case, task = case_of(room.office)
    secret, hidden = case_of(room.office, secret=True)
    wish(room, digest="daily")
    for of, its in ((case, task), (secret, hidden)):
        room.owe(by=(), event=str(its), template="due", instance_id=of, task_id=its)
    room.office.act(instances.cancel, case, reason="Mended.", by="olga")
    room.office.later(days=1)
    room.drain()
    [said] = texts(room.office)
    assert room.office.post.letters[0]["Subject"] == "One message for you"
    assert "There is something for you to read" in said
    assert "Leak" not in said
    room.owe("anna", by=(), event="late", template="due", instance_id=secret, task_id=hidden)
    room.office.act(tasks.claim, hidden, by="bert")
    room.office.act(tasks.complete, hidden, answers={}, by="bert")
    room.office.later(days=1)
    room.drain()
    assert len(room.office.post.letters) == 1
    assert {row[2] for row in rows(room.office)} == {"sent", "withdrawn"}


def test_a_digest_that_fails_goes_by_the_next_channel_with_all_that_is_in_it(room: Room):
    room.set()
    wish(room, ordinary=["chat:quality", "mail"], digest="daily")
    room.peer.answers[PATH] = (404, {}, b"")
    for event in ("one", "two"):
        room.owe(by=(), event=event, data={"text": f"Message {event}"})
    room.office.later(days=1)
    room.drain()
    [said] = texts(room.office)
    assert "Message one" in said
    assert "Message two" in said
    assert rows(room.office) == [
        ("digest", "chat:quality", "passed_on", False),
        ("digest", "mail", "sent", False),
        ("notice", "mail", "sent", True),
        ("notice", "mail", "sent", True),
    ]


def test_a_dead_digest_is_sent_once_more_whole(room: Room):
    wish(room, digest="daily")
    room.owe(by=(), event="one")
    room.office.later(days=1)
    room.office.post.refuses["anna@example.org"] = "550 no such mailbox"
    room.drain()
    query = select(Delivery.id, Delivery.digest_id, Delivery.status).order_by(Delivery.kind)
    digest, item = room.office.read(lambda s: s.execute(query).all())
    assert (digest.status, item.status, item.digest_id) == ("dead", "dead", digest.id)
    with pytest.raises(Conflict, match=str(digest.id)):
        room.office.act(outbox.retry, item.id, by="anna")
    room.office.post.refuses.clear()
    room.office.act(outbox.retry, digest.id, by="anna")
    room.drain()
    assert {row[2] for row in rows(room.office)} == {"sent"}
    assert len(room.office.post.letters) == 1


def test_a_digest_keeps_its_message_id_and_its_moment_is_known(room: Room):
    wish(room, digest="daily", at="12:00")
    room.owe(by=())
    room.owe(by=(), event="two")
    coming = room.office.read(lambda s: outbox.next_due("bulk", s, room.office.now))
    assert coming == room.office.now.replace(hour=11, minute=0)
    room.office.now = coming
    room.office.post.answers = ["451 later"]
    room.drain()
    room.office.later(minutes=5)
    room.drain()
    [digest] = room.office.read(lambda s: s.scalars(select(Delivery.id).where(Delivery.kind == "digest")).all())
    assert [letter["Message-ID"] for letter in room.office.post.letters] == [f"<{digest}@example.org>"]


def test_one_chooses_for_himself_and_an_administrator_for_anybody(room: Room):
    office = room.office
    office.act(choosing.choose, "anna", {"digest": "weekly"}, by="anna")
    office.act(choosing.choose, "anna", {"digest": "weekly"}, by="anna")
    with pytest.raises(Forbidden):
        office.act(choosing.choose, "anna", {}, by="bert")
    with pytest.raises(Invalid, match="chat:gone"):
        wish(room, urgent=["chat:gone"])
    wish(room, digest="daily")
    assert [said["digest"] for said in office.said("platform", "person.channels_chosen")] == ["weekly", "daily"]
    before = office.read(lambda s: verify(s, None).findings)
    with office.database.writing() as session:
        session.execute(update(WishesRow).values(content={"digest": "weekly"}))
    found = office.read(lambda s: verify(s, None).findings)
    assert [(one.kind, one.record) for one in found if one not in before] == [("altered", "wishes")]


def test_who_has_said_nothing_is_told_by_mail_at_once(room: Room):
    wish(room, "bert", digest="daily")
    room.owe("anna", by=())
    room.owe("bert", by=())
    room.drain()
    assert [letter["To"] for letter in room.office.post.letters] == ["Anna <anna@example.org>"]


def test_who_is_mentioned_in_a_comment_is_told_by_the_channel_that_he_chose(room: Room):
    case, _ = case_of(room.office)
    secret, _ = case_of(room.office, secret=True)
    room.set()
    wish(room, ordinary=["chat:quality"])
    say = "@anna, please look; @olga knows why. @bert and @nobody, x@anna.org and @stranger need not."
    room.office.act(records.comment, case, say, by="bert")
    room.office.act(records.comment, secret, "Only between us, @stranger.", by="anna")
    query = select(Delivery.recipient, Delivery.channel, Delivery.body).where(Delivery.kind == "mention")
    owed = room.office.read(lambda s: s.execute(query).all())

    assert sorted((one.recipient, one.channel) for one in owed) == [("anna", "chat:quality"), ("olga", "mail")]
    room.drain()
    [card] = [got.body.decode() for got in room.peer.got]
    assert "please look" in card
    found = room.office.read(lambda s: verify(s, None)).findings
    assert [one for one in found if one.record in ("deliveries", "comments")] == []
