"""What happens to a case is told to whoever has subscribed, once, and signed."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from standardwebhooks import WebhookVerificationError

from engine import instances, tasks
from engine.errors import Conflict
from engine.store.base import table_of
from engine.store.records import Delivery
from tests.factories import END, START, process, sequence, user_task
from tests.integration.subscriptions.conftest import Outpost, opened
from tests.listening import listening

CONFIDENTIAL = (
    b'isExecutable="true"><bpmn:extensionElements><camunda:properties><camunda:property name="confidential" '
    b'value="true"/></camunda:properties></bpmn:extensionElements>'
)


def mended(outpost: Outpost, **more: Any) -> Any:
    """A case from its beginning to its end."""
    case = outpost.start(
        "mend", {"what": "an oil that nobody names"}, title="Leak in hall 2", business_key="CAPA-2027-003", **more
    )
    outpost.do(case, "T_mend", {"found": "a secret of the customer"})
    return case


def test_a_case_is_told_from_its_beginning_to_its_end_in_signed_events(outpost: Outpost):
    outpost.subscribe("desk")
    case = mended(outpost)

    assert outpost.kinds("desk") == outpost.verbs(case)
    assert outpost.send() == len(outpost.verbs(case))

    [secret] = outpost.secrets("desk")
    told = sorted((opened(got, secret) for got in outpost.peer.got), key=lambda one: one["data"]["number"])
    assert [one["type"] for one in told] == outpost.verbs(case)
    assert {"instance.started", "task.opened", "task.completed", "instance.completed"} < {one["type"] for one in told}
    assert [one["id"] for one in told] == [f"{case}:{number}" for number in range(1, 6)]
    first, done = told[0], told[3]
    assert first["specversion"] == "1.0"
    assert first["source"] == "https://steward.example.org"
    assert first["subject"] == str(case)
    assert first["time"] == outpost.now.isoformat().replace("+00:00", "Z")
    assert first["data"]["case"] == {
        "id": str(case),
        "process": "mend",
        "version": 1,
        "title": "Leak in hall 2",
        "business_key": "CAPA-2027-003",
        "subject": None,
        "standards": [],
    }
    assert done["data"]["actor"] == "anna"
    assert done["data"]["facts"] == {"element": "T_mend", "name": "T mend"}
    assert not any(b"secret of the customer" in got.body or b"an oil" in got.body for got in outpost.peer.got)
    assert {status for status, _ in outpost.state()} == {"sent"}
    assert outpost.verified().holds


def test_each_request_carries_the_id_of_its_delivery_and_the_type_of_cloud_events(outpost: Outpost):
    outpost.subscribe("desk", types=["instance.started"])
    outpost.start("mend")
    outpost.send()

    [got], [owed] = outpost.peer.got, outpost.owed()
    assert got.method == "POST"
    assert got.headers["webhook-id"] == str(owed.id)
    assert got.headers["content-type"] == "application/cloudevents+json"
    assert got.headers["webhook-signature"].startswith("v1,")


def test_who_alters_a_body_or_knows_no_secret_is_found_out(outpost: Outpost):
    outpost.subscribe("desk", types=["instance.started"])
    outpost.start("mend")
    outpost.send()

    [got], [secret] = outpost.peer.got, outpost.secrets("desk")
    with pytest.raises(WebhookVerificationError):
        opened(replace(got, body=got.body.replace(b"mend", b"bend")), secret)
    with pytest.raises(WebhookVerificationError):
        opened(got, "whsec_" + "QUJD" * 8)


def test_an_event_is_owed_in_the_transaction_of_its_cause_or_not_at_all(outpost: Outpost):
    outpost.subscribe("desk")

    def undone(session: Session) -> None:
        instances.start(session, "mend", by=outpost.who["anna"], now=outpost.now)
        raise Conflict("It is undone.")

    with pytest.raises(Conflict):
        outpost.perform(undone)
    assert outpost.owed() == []


def test_an_event_is_owed_to_a_subscription_once_whatever_tries(outpost: Outpost):
    outpost.subscribe("desk", types=["instance.started"])
    outpost.start("mend")
    [owed] = outpost.owed()
    columns = table_of(Delivery).columns
    again = {column.key: getattr(owed, column.key) for column in columns} | {"id": outpost.cases[0]}

    with pytest.raises(IntegrityError, match=r"deliveries"), outpost.database.writing() as session:
        session.execute(insert(Delivery), [again])


def test_a_subscription_is_told_of_the_types_it_takes(outpost: Outpost):
    outpost.subscribe("starts", types=["instance.started"])
    outpost.subscribe("tasks", types=["task.*"])
    outpost.subscribe("ends", types=["*.completed"])
    mended(outpost)

    assert outpost.kinds("starts") == ["instance.started"]
    assert outpost.kinds("tasks") == ["task.opened", "task.claimed", "task.completed"]
    assert outpost.kinds("ends") == ["task.completed", "instance.completed"]


def test_a_subscription_is_told_of_the_processes_and_standards_it_names(outpost: Outpost):
    clause = (
        b'isExecutable="true"><bpmn:extensionElements><camunda:properties><camunda:property name="clauses" '
        b'value="iso42001:8.1"/></camunda:properties></bpmn:extensionElements>'
    )
    judged = process("judge", sequence(START, user_task("T_judge", groups="staff"), END))
    outpost.deploy(judged.replace(b'isExecutable="true">', clause))
    for key, filters in {
        "all": {},
        "mending": {"processes": ["me*"]},
        "ai": {"standards": ["iso42001"]},
        "quality": {"standards": ["iso9001"]},
    }.items():
        outpost.subscribe(key, types=["instance.started"], **filters)
    outpost.start("mend")
    outpost.start("judge")

    told = {(one.recipient.partition(":")[2], one.body["data"]["case"]["process"]) for one in outpost.owed()}
    assert told == {("all", "mend"), ("all", "judge"), ("mending", "mend"), ("ai", "judge")}


def test_of_a_confidential_case_nobody_is_told(outpost: Outpost):
    outpost.subscribe("desk")
    hidden = process("hide", sequence(START, user_task("T_hide", groups="staff"), END))
    outpost.deploy(hidden.replace(b'isExecutable="true">', CONFIDENTIAL))
    case = outpost.start("hide")
    outpost.do(case, "T_hide")

    assert outpost.owed() == []


def test_who_is_not_active_is_told_nothing_and_who_subscribes_later_nothing_of_before(outpost: Outpost):
    outpost.subscribe("desk", types=["instance.*"])
    outpost.start("mend")
    outpost.subscribe("desk", types=["instance.*"], active=False)
    outpost.start("mend")
    outpost.subscribe("late", types=["instance.*"])
    outpost.start("mend")

    assert [len(outpost.kinds(key)) for key in ("desk", "late")] == [1, 1]


def test_what_was_owed_before_a_subscription_rested_is_dead_and_says_why(outpost: Outpost):
    outpost.subscribe("desk", types=["instance.started"])
    outpost.start("mend")
    outpost.subscribe("desk", types=["instance.started"], active=False)
    outpost.send()

    [owed] = outpost.owed()
    assert (owed.status, owed.note) == ("dead", "The subscription desk is not active.")
    assert outpost.peer.got == []


def test_without_a_secret_nothing_is_sent(outpost: Outpost):
    outpost.subscribe("desk", types=["instance.started"], secret=False)
    outpost.start("mend")
    outpost.send()

    [owed] = outpost.owed()
    assert owed.status == "dead"
    assert "steward subscription rotate desk" in str(owed.note)


def test_while_a_secret_is_rotated_both_sign_and_afterwards_the_new_one_alone(outpost: Outpost):
    outpost.subscribe("desk", types=["instance.started"])
    [old] = outpost.secrets("desk")
    new = outpost.rotate("desk")
    outpost.start("mend")
    outpost.send()
    outpost.lapse(hours=25)
    outpost.start("mend")
    outpost.send()

    during, after = outpost.peer.got
    assert len(during.headers["webhook-signature"].split(" ")) == 2
    assert opened(during, old) == opened(during, new)
    opened(after, new)
    with pytest.raises(WebhookVerificationError):
        opened(after, old)


def test_what_a_person_says_of_a_case_is_told_without_his_words(outpost: Outpost):
    outpost.subscribe("desk", types=["instance.suspended", "task.given_back"])
    case = outpost.start("mend")
    task = outpost.task(case, "T_mend")
    outpost.act(tasks.claim, task, by="anna")
    outpost.act(tasks.give_back, task, reason="ill with a cold", by="anna")
    outpost.act(instances.suspend, case, reason="a strike", by="olga")
    outpost.send()

    assert outpost.kinds("desk") == ["task.given_back", "instance.suspended"]
    assert not any(b"cold" in got.body or b"strike" in got.body for got in outpost.peer.got)


def test_what_a_subscription_is_owed_and_is_deleted_is_found_in_the_trail_of_its_cause(outpost: Outpost):
    outpost.subscribe("desk", types=["task.completed"])
    case = outpost.start("mend")
    outpost.do(case, "T_mend")
    assert outpost.verified().holds
    with outpost.database.writing() as session:
        session.execute(delete(Delivery))
    first = outpost.verified().first
    assert first is not None
    assert (first.kind, first.chain, first.record) == ("missing", str(case), "deliveries")


def counted(outpost: Outpost) -> int:
    """The statements of one completion."""
    case = outpost.start("mend")
    task = outpost.task(case, "T_mend")
    outpost.act(tasks.claim, task, by="anna")
    with listening(outpost.database.engine) as heard:
        outpost.act(tasks.complete, task, answers={}, by="anna")
    return len(heard.statements)


def test_a_completion_costs_no_statement_more_where_nobody_takes_what_happens(outpost: Outpost):
    counted(outpost)
    alone = counted(outpost)
    outpost.subscribe("desk", types=["escalation.*"])
    counted(outpost)

    assert counted(outpost) == alone


def test_a_completion_that_is_told_costs_one_statement_however_many_are_told(outpost: Outpost):
    counted(outpost)
    alone = counted(outpost)
    for key in ("one", "two", "three"):
        outpost.subscribe(key)
    counted(outpost)

    assert counted(outpost) == alone + 1
