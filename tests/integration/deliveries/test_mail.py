"""What is owed arrives at a real mail server, or stays where people see it."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from engine import instances, outbox, tasks
from engine.errors import Conflict, Forbidden
from engine.identity import people
from engine.store.people import PersonRow
from engine.store.records import Delivery
from engine.store.running import Task
from tests.factories import END, START, process, sequence, user_task
from tests.integration.deliveries.conftest import Office
from tests.integration.reach.peers import raw_peer
from webhooks.sending import Failed, Sent, drain_deliveries

CONFIDENTIAL = (
    'isExecutable="true"><bpmn:extensionElements><camunda:properties><camunda:property name="confidential" '
    'value="true"/></camunda:properties></bpmn:extensionElements>'
)


def case_of(office: Office, *, secret: bool = False) -> tuple[UUID, UUID]:
    body = process("mend", sequence(START, user_task("T_mend", groups="staff"), END))
    office.deploy(body.replace(b'isExecutable="true">', CONFIDENTIAL.encode()) if secret else body)
    case = office.start("mend", title="Leak in hall 2", business_key="CAPA-2027-003")
    return case, office.task(case, "T_mend")


def test_a_letter_arrives_with_the_deed_the_case_and_a_link(office: Office):
    case, task = case_of(office)
    office.owe(template="due", instance_id=case, task_id=task)
    assert office.drain() == 1
    [letter] = office.post.letters
    assert letter["Subject"] == "T mend (CAPA-2027-003)"
    assert letter["To"] == "Anna <anna@example.org>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["References"] == f"<case.{case}@example.org>"
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert html is not None
    for part in (text, html):
        said = part.get_content()
        assert "Leak in hall 2" in said
        assert f"https://steward.example.org/tasks/{task}" in said
    assert "style=" in html.get_content()
    assert office.post.logins == [b"steward"]
    assert office.owed() == {"anna": ("sent", 1)}
    assert office.tried() == [("sent", "")]


def test_a_due_date_reads_in_the_readers_own_zone(office: Office):
    case, task = case_of(office)
    with office.database.writing() as session:
        session.execute(update(PersonRow).where(PersonRow.id == "anna").values(zone="America/New_York"))
        row = session.get_one(Task, task)
        row.due_at = office.now.replace(month=3, day=1, hour=16, minute=0)
    office.owe(template="due", instance_id=case, task_id=task)
    office.drain()
    assert "due Mon 1 Mar 2027, 11:00 (New York time)" in office.post.letters[0]["Subject"]


def test_of_a_confidential_case_a_letter_says_only_that_there_is_something_to_read(office: Office):
    case, task = case_of(office, secret=True)
    office.owe(template="due", instance_id=case, task_id=task, data={"text": "About Bert"})
    office.drain()
    [letter] = office.post.letters
    assert letter["Subject"] == "There is something for you to read"
    assert all(word not in letter.as_string() for word in ("Leak", "CAPA", "Bert", "mend"))


def test_what_people_type_adds_no_header(office: Office):
    office.owe(data={"text": "Hello\r\nBcc: everybody@example.org\r\n\r\n<script>alert(1)</script>"})
    office.drain()
    [letter] = office.post.letters
    assert letter["Bcc"] is None
    assert "Bcc: everybody" in letter["Subject"]
    body = letter.get_body(("html",))
    assert body is not None
    assert "<script>" not in body.get_content()


def test_the_same_event_is_owed_to_a_person_once_and_nobody_is_told_of_his_own_act(office: Office):
    assert [office.owe(), office.owe(), office.owe("bert")] == [1, 0, 1]
    assert office.owe("carl", event="e2", cause="carl") == 0
    assert office.drain() == 2
    assert office.drain() == 0


def test_a_refused_address_is_dead_at_once_and_blocks_nobody(office: Office):
    office.post.refuses["anna@example.org"] = "550 no such mailbox"
    for who in ("anna", "bert", "dora"):
        office.owe(who)
    office.drain()
    assert office.owed() == {"anna": ("dead", 1), "bert": ("sent", 1), "dora": ("dead", 1)}
    assert sorted(office.tried()) == [
        ("refused", "550 no such mailbox"),
        ("refused", "No mail address is known. An administrator writes one down on the page of the person."),
        ("sent", ""),
    ]


def test_what_fails_for_now_rests_longer_each_time_and_is_dead_in_the_end(office: Office):
    office.post.answers = ["451 try later"] * 5
    office.owe()
    waits = []
    for _ in range(5):
        assert office.drain() == 1
        assert office.drain() == 0
        moment = office.read(lambda s: s.scalars(select(Delivery.next_attempt_at)).one())
        waits.append(moment - office.now)
        office.now = max(office.now, moment)
    assert office.owed() == {"anna": ("dead", 5)}
    assert waits[:4] == sorted(waits[:4])
    assert waits[0] >= timedelta(minutes=1)
    assert [outcome for outcome, _ in office.tried()] == ["failed"] * 5


def test_what_is_dead_is_sent_once_more_by_hand_under_the_same_message_id(office: Office):
    office.post.answers = ["554 not today"]
    office.owe()
    office.drain()
    dead = office.read(lambda s: s.scalars(select(Delivery.id)).one())
    with pytest.raises(Forbidden):
        office.act(outbox.retry, dead, by="bert")
    office.act(outbox.retry, dead, by="anna")
    with pytest.raises(Conflict, match="only what is dead"):
        office.act(outbox.retry, dead, by="anna")
    office.drain()
    assert office.post.letters[0]["Message-ID"] == f"<{dead}@example.org>"
    assert "delivery.retried" in office.verbs("platform")


def test_a_server_that_dies_in_the_middle_gets_the_letter_again(office: Office):
    office.post.dies = True
    office.owe()
    office.drain()
    assert office.owed() == {"anna": ("owed", 1)}
    office.later(minutes=2)
    office.drain()
    assert office.owed() == {"anna": ("sent", 2)}
    assert len(office.post.letters) == 1


def test_a_wrong_password_and_a_server_that_nobody_vouches_for_send_nothing(office: Office):
    right = office.mail
    assert right is not None
    office.owe()
    office.mail = replace(right, password="wrong")
    office.drain()
    office.later(minutes=10)
    office.mail = replace(right, ca_file="")
    office.drain()
    assert office.post.letters == []
    assert office.owed() == {"anna": ("owed", 2)}
    said = [answer for _, answer in office.tried()]
    assert said[0].startswith("535")
    assert "CERTIFICATE_VERIFY_FAILED" in said[1]


def test_nobody_is_told_of_a_task_that_is_done_or_that_another_holds(office: Office):
    case, task = case_of(office)
    office.act(tasks.claim, task, by="bert")
    office.owe("anna", template="reminder", task_id=task, instance_id=case, data={"holder": "anna"})
    office.owe("bert", template="reminder", task_id=task, instance_id=case, data={"holder": "bert"})
    office.drain()
    assert office.owed() == {"anna": ("withdrawn", 0), "bert": ("sent", 1)}
    office.owe("carl", event="e2", template="due", task_id=task, instance_id=case)
    office.act(instances.cancel, case, reason="Mended.", by="olga")
    office.drain()
    assert office.owed()["carl"] == ("withdrawn", 0)


def test_whoever_has_left_is_told_nothing(office: Office):
    office.owe("carl")
    with office.database.writing() as session:
        session.execute(update(PersonRow).where(PersonRow.id == "carl").values(active=False))
    office.drain()
    assert office.owed() == {"carl": ("withdrawn", 0)}
    assert office.post.letters == []


class Slow:
    """Keeps count of what it was asked to send."""

    def __init__(self) -> None:
        self.asked: list[UUID] = []

    def send(self, owed: outbox.Owed) -> Sent | Failed:
        self.asked.append(owed.id)
        return Sent("ok")


def test_what_is_moot_holds_up_nothing_behind_it(office: Office):
    case, task = case_of(office)
    for number in range(6):
        office.owe("anna", event=f"old{number}", template="due", task_id=task, instance_id=case)
    office.owe("bert", event="new")
    office.act(instances.cancel, case, reason="Mended.", by="olga")
    assert office.drain() == 7
    assert office.owed() == {"anna": ("withdrawn", 0), "bert": ("sent", 1)}


def test_an_address_that_cannot_be_read_is_dead_and_says_so(office: Office):
    with office.database.writing() as session:
        session.execute(update(PersonRow).where(PersonRow.id == "anna").values(email="<anna@example.org>"))
    office.owe()
    office.owe("bert")
    office.drain()
    assert office.owed() == {"anna": ("dead", 1), "bert": ("sent", 1)}


def test_a_server_that_refuses_us_and_not_the_address_is_tried_again(office: Office):
    office.post.refuses_us = "550 you may not send here"
    office.owe()
    office.drain()
    assert office.owed() == {"anna": ("owed", 1)}


def test_many_workers_send_each_message_once(office: Office):
    for number in range(24):
        office.owe("anna", event=f"e{number}")
    sender = Slow()

    def work(_: Any) -> int:
        given = {"now": office.now, "machine_now": office.now, "limit": 100}
        return drain_deliveries(office.database, "bulk", {"mail": sender}, **given)  # type: ignore[arg-type]

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 24
    assert len(set(sender.asked)) == len(sender.asked) == 24


def test_what_a_killed_worker_had_leased_goes_again_when_the_lease_is_over(office: Office):
    office.owe()
    with office.database.writing() as session:
        worker = people.operator(session, "worker", now=office.now)
        given = {"limit": 4, "lock": "killed", "by": worker, "now": office.now, "machine_now": office.now}
        [lost], _ = outbox.take(session, "bulk", ["mail"], **given)
    assert office.drain() == 0
    assert office.drain(machine_now=office.now + outbox.LEASE) == 1
    with office.database.writing() as session:
        outbox.failed(session, lost, "It comes back from the dead.", permanent=True, by=worker, now=office.now)
    assert office.owed() == {"anna": ("sent", 1)}


def test_urgent_and_bulk_have_lanes_of_their_own(office: Office):
    office.owe("anna", event="a")
    office.owe("bert", event="b", urgency="urgent")
    assert office.drain("urgent") == 1
    assert office.owed() == {"anna": ("owed", 0), "bert": ("sent", 1)}


def test_without_a_way_to_send_messages_stay_owed(office: Office):
    office.owe()
    given = {"now": office.now, "machine_now": office.now, "limit": 100}
    assert drain_deliveries(office.database, "bulk", {}, **given) == 0  # type: ignore[arg-type]
    assert office.owed() == {"anna": ("owed", 0)}


def _drips(link: socket.socket, closing: threading.Event) -> None:
    while not closing.wait(0.02):
        link.sendall(b"220-still here\r\n")


def test_a_server_that_never_comes_to_an_end_is_cut(office: Office):
    assert office.mail is not None
    with raw_peer(_drips) as port:
        office.mail = replace(office.mail, port=port, whole=0.3)
        office.owe()
        office.drain()
    assert office.owed() == {"anna": ("owed", 1)}
