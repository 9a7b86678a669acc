"""What was sent leaves a trail, and letters of one case keep their order."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from engine import instances, outbox, tasks
from engine.store.records import Delivery, DeliveryAttempt
from engine.verify import verify
from tests.factories import END, START, process, sequence, user_task
from tests.integration.deliveries.conftest import Office
from tests.integration.deliveries.test_chat import PATH, Room, room
from tests.integration.deliveries.test_mail import case_of
from webhooks.mail import Mail
from webhooks.safe_http import Rules

__all__ = ["room"]


def found(office: Office) -> list[tuple[str, str]]:
    """What a verification finds of deliveries."""
    findings = office.read(lambda s: verify(s, None)).findings
    return [(one.kind, one.chain) for one in findings if one.record == "deliveries"]


def subjects(office: Office) -> list[str]:
    return [letter["Subject"] for letter in office.post.letters]


def told(office: Office, case: UUID, event: str, **more: Any) -> None:
    office.owe(event=event, instance_id=case, data={"text": event, "title": event}, **more)


def test_every_end_is_an_entry_of_the_case_or_of_the_platform(room: Room):
    office, (case, task) = room.office, case_of(room.office)
    room.set()
    room.peer.answers[PATH] = (404, {}, b"gone")
    told(office, case, "a", channels=("chat:quality",))
    office.owe("dora", event="b")
    office.owe(event="c", template="due", instance_id=case, task_id=task, urgency="urgent")
    room.drain()
    office.act(instances.cancel, case, reason="Mended.", by="olga")
    office.drain("urgent")
    dead = office.read(lambda s: s.scalars(select(Delivery.id).where(Delivery.event == "b")).one())
    office.act(outbox.retry, dead, by="dora")
    ends = [verb for verb in office.verbs(case) if verb.startswith("delivery.")]
    assert ends == ["delivery.passed_on", "delivery.sent", "delivery.withdrawn"]
    ends = [verb for verb in office.verbs("platform") if verb.startswith("delivery.")]
    assert ends == ["delivery.dead", "delivery.retried"]
    [said] = office.said(case, "delivery.sent")
    assert (said["recipient"], said["channel"], said["tries"], said["why"]) == ("anna", "mail", 1, None)
    assert found(office) == []


def _status(session: Session) -> None:
    session.execute(update(Delivery).values(status="owed", ended_at=None))


def _body(session: Session) -> None:
    session.execute(update(Delivery).values(body={"text": "Something else"}))


def _recipient(session: Session) -> None:
    session.execute(update(Delivery).values(recipient="bert"))


def _answer(session: Session) -> None:
    session.execute(update(DeliveryAttempt).values(answer="250 never said"))


def _moment(session: Session) -> None:
    session.execute(update(Delivery).values(ended_at=Delivery.owed_at, owed_at=Delivery.ended_at))


def _gone(session: Session) -> None:
    session.execute(delete(DeliveryAttempt))
    session.execute(delete(Delivery))


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (_status, "altered"),
        (_body, "altered"),
        (_recipient, "altered"),
        (_answer, "altered"),
        (_moment, "altered"),
        (_gone, "missing"),
    ],
)
def test_a_delivery_that_was_edited_or_deleted_is_found(office: Office, change: Callable[[Session], None], kind: str):
    case, _ = case_of(office)
    told(office, case, "a")
    office.later(minutes=1)
    office.drain()
    assert found(office) == []
    with office.database.writing() as session:
        change(session)
    assert found(office) == [(kind, str(case))]


def test_a_delivery_that_is_owed_and_deleted_is_found_where_it_was_owed(office: Office):
    case, task = case_of(office)
    office.act(tasks.assign, task, to="bert", reason="Carl is away.", by="olga")
    office.deploy(process("give", sequence(START, user_task("T_give", assignee="bert"), END)))
    given = office.start("give", by="olga")
    assert found(office) == []
    with office.database.writing() as session:
        assert session.execute(delete(Delivery).where(Delivery.recipient == "bert")).rowcount == 2
    findings = [one for one in office.read(lambda s: verify(s, None)).findings if one.record == "deliveries"]
    assert [(one.kind, one.chain) for one in findings] == [("missing", str(case)), ("missing", str(given))]
    assert [office.verbs(one.chain)[one.number - 1] for one in findings] == ["task.assigned", "task.opened"]


def test_a_delivery_that_was_made_up_is_found_and_one_from_before_the_trail_is_not(office: Office):
    case, _ = case_of(office)
    for event in ("old", "new"):
        told(office, case, event)
        with office.database.writing() as session:
            ended = {"status": "sent", "ended_at": office.now}
            session.execute(update(Delivery).where(Delivery.event == event).values(ended))
    assert found(office) == [("inserted", str(case))] * 2
    [old, _] = office.read(lambda s: s.scalars(select(Delivery.id).order_by(Delivery.id)).all())
    with office.database.writing() as session:
        keep = text("INSERT INTO settings (key, value) VALUES ('deliveries_before_the_trail', :value)")
        session.execute(keep, {"value": f'{{"newest": "{old}"}}'})
    assert found(office) == [("inserted", str(case))]


def test_a_letter_waits_for_the_earlier_one_of_its_case_while_that_is_owed_and_due(office: Office):
    case, _ = case_of(office)
    for event in ("first", "second", "third"):
        told(office, case, event)
    with office.database.writing() as session:
        given: dict[str, Any] = {"limit": 9, "now": office.now, "machine_now": office.now, "by": office.who["olga"]}
        taken, _ = outbox.take(session, "bulk", ["mail"], lock="a", **given)
        again, _ = outbox.take(session, "bulk", ["mail"], lock="b", **given)
    assert [one.data["text"] for one in taken] == ["first"]
    assert again == []
    office.drain(machine_now=office.now + outbox.LEASE)
    assert [subject.partition(" ")[0] for subject in subjects(office)] == ["first", "second", "third"]


def test_a_letter_waits_for_none_that_rests_nor_for_one_of_another_case_or_person(office: Office):
    case, _ = case_of(office)
    told(office, case, "first")
    told(office, case, "second")
    office.owe("bert", event="other", instance_id=case, data={"text": "other"})
    office.owe("anna", event="alone", data={"text": "alone"})
    office.post.answers = ["451 later"]
    office.drain()
    assert len(subjects(office)) == 3
    office.later(minutes=2)
    office.drain()
    assert len(subjects(office)) == 4


def test_a_lease_is_longer_than_the_longest_sender():
    assert timedelta(seconds=Mail.whole) * 2 < outbox.LEASE
    assert timedelta(seconds=Rules.seconds) * 2 < outbox.LEASE
