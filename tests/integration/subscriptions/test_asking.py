"""A model tells others something itself, and may wait for what they answer."""

import socket
import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from engine import instances, services
from engine.store.running import Message, ServiceJob
from engine.subscriptions import again, answers
from tests.factories import END, START, process, sequence, user_task
from tests.integration.reach.peers import raw_peer
from tests.integration.subscriptions.conftest import Outpost, opened

CONFIDENTIAL = (
    b'isExecutable="true"><bpmn:extensionElements><camunda:properties><camunda:property name="confidential" '
    b'value="true"/></camunda:properties></bpmn:extensionElements>'
)


def pausing(**inputs: str) -> bytes:
    """Tells of `ai.pause`; waits for the answer where it says so; else a person pauses by hand."""
    inputs = {"type": "ai.pause", "data": "${what}"} | inputs
    given = "".join(
        f'<camunda:inputParameter name="{name}">{value}</camunda:inputParameter>' for name, value in inputs.items()
    )
    taken = '<camunda:outputParameter name="answer">${answer}</camunda:outputParameter>'
    task = (
        '<bpmn:serviceTask id="S" camunda:type="external" camunda:topic="steward.webhook"><bpmn:extensionElements>'
        f"<camunda:inputOutput>{given}{taken}</camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>"
    )
    late = (
        '<bpmn:boundaryEvent id="E_no" attachedToRef="S"><bpmn:errorEventDefinition errorRef="e_no"/>'
        '</bpmn:boundaryEvent><bpmn:sequenceFlow id="f_no" sourceRef="E_no" targetRef="T_by_hand"/>'
    ) + sequence(user_task("T_by_hand", groups="staff"), '<bpmn:endEvent id="end_no"/>')
    body = sequence(START, user_task("T_say", groups="staff"), task, user_task("T_then", groups="staff"), END)
    return process("pause", body + late, before='<bpmn:error id="e_no" name="No answer" errorCode="no_answer"/>')


def asked(outpost: Outpost, **inputs: str) -> UUID:
    """A case that has come as far as its question."""
    outpost.deploy(pausing(**inputs))
    case = outpost.start("pause", {"what": {"system": "AIS-7"}})
    outpost.do(case, "T_say")
    return case


def worked(outpost: Outpost) -> None:
    """Let everything be done that is due, but nothing be sent."""
    outpost.work()
    answers.drain_answers(outpost.database, now=outpost.now)


def sound(outpost: Outpost) -> None:
    outpost.must_replay()
    report = outpost.verified()
    assert report.holds, report.lines()


def late_of(outpost: Outpost, case: UUID) -> list[dict[str, Any]]:
    return outpost.said(case, "webhook.late")


def test_what_a_model_tells_goes_to_all_that_take_it_and_the_case_goes_on_at_once(outpost: Outpost):
    outpost.subscribe("gateway", types=["ai.*"])
    outpost.subscribe("other", types=["task.completed"])
    case = asked(outpost)

    assert outpost.open(case) == ["T_then"]
    assert outpost.variables(case)["answer"] is None
    assert outpost.kinds("gateway") == ["ai.pause"]
    outpost.send()
    [secret] = outpost.secrets("gateway")
    [told] = [opened(got, secret) for got in outpost.peer.got if got.path == "/gateway"]
    assert (told["type"], told["data"]["what"], told["data"]["facts"]) == ("ai.pause", "S", {"system": "AIS-7"})
    assert told["subject"] == str(case)
    sound(outpost)


def test_a_subscription_that_is_named_is_told_whatever_it_takes_otherwise(outpost: Outpost):
    outpost.subscribe("gateway", types=["nothing.else"])
    outpost.subscribe("other", types=["ai.*"])
    asked(outpost, subscription="gateway")

    assert outpost.kinds("gateway") == ["ai.pause"]
    assert outpost.kinds("other") == []


def test_the_case_waits_for_the_answer_and_goes_on_with_it(outpost: Outpost):
    outpost.subscribe("gateway", types=["ai.*"])
    outpost.peer.answers["/gateway"] = (200, {}, b'{"paused": true, "at": "2027-01-04T09:00:01Z"}')
    case = asked(outpost, answer_within="PT5M")
    worked(outpost)
    assert outpost.open(case) == []
    outpost.send()
    assert outpost.open(case) == []
    worked(outpost)

    assert outpost.open(case) == ["T_then"]
    assert outpost.variables(case)["answer"] == {"paused": True, "at": "2027-01-04T09:00:01Z"}
    [said] = [one for one in outpost.said(case, "service.completed") if one["topic"] == "steward.webhook"]
    assert said["subscription"] == "gateway"
    assert outpost.state() == [("sent", 1)]
    sound(outpost)


def test_where_nobody_answers_in_time_the_case_goes_the_way_drawn_for_it(outpost: Outpost):
    outpost.subscribe("gateway", types=["ai.*"])
    outpost.peer.answers["/gateway"] = (500, {}, b"")
    case = asked(outpost, answer_within="PT5M")
    outpost.send()
    outpost.later(seconds=299)
    worked(outpost)
    assert outpost.open(case) == []
    assert outpost.read(lambda s: answers.next_due(s, outpost.now)) == outpost.now + timedelta(seconds=1)
    outpost.later(seconds=1)
    worked(outpost)

    assert outpost.open(case) == ["T_by_hand"]
    [said] = outpost.said(case, "service.error")
    assert said["code"] == "no_answer"
    sound(outpost)


def test_what_is_still_owed_when_the_time_is_over_is_not_sent_any_more(outpost: Outpost):
    outpost.subscribe("gateway", types=["ai.*"])
    asked(outpost, answer_within="PT5M")
    outpost.later(minutes=5)
    outpost.send()

    assert outpost.peer.got == []
    [owed] = outpost.owed()
    assert (owed.status, owed.note) == ("withdrawn", "The time to answer is over.")


def test_an_answer_that_says_nothing_is_none(outpost: Outpost):
    outpost.subscribe("gateway", types=["ai.*"])
    cases = []
    for body in (b"", b"ok", b"null", b'"\\u0000"', b"[" * 2000 + b"]" * 2000):
        outpost.peer.answers["/gateway"] = (200, {}, body)
        cases.append(asked(outpost, answer_within="PT5M"))
        outpost.send()
        worked(outpost)
    assert [outpost.open(case) for case in cases] == [[]] * 5
    outpost.later(minutes=5)
    worked(outpost)

    assert [outpost.open(case) for case in cases] == [["T_by_hand"]] * 5


def test_of_two_that_answer_the_first_is_heard_and_the_other_refused_and_recorded(outpost: Outpost):
    for key in ("one", "two"):
        outpost.subscribe(key, types=["ai.*"])
        outpost.peer.answers[f"/{key}"] = (200, {}, b'{"by": "%s"}' % key.encode())
    case = asked(outpost, answer_within="PT5M")
    outpost.send()
    worked(outpost)

    heard = outpost.variables(case)["answer"]["by"]
    [late] = late_of(outpost, case)
    assert {heard, late["answer"]["by"]} == {"one", "two"}
    assert late["subscription"] == late["answer"]["by"]
    assert outpost.open(case) == ["T_then"]
    sound(outpost)


def test_a_late_answer_is_refused_and_recorded(outpost: Outpost):
    arrived, go_on = threading.Event(), threading.Event()

    def dawdle(link: socket.socket, _closing: threading.Event) -> None:
        link.recv(65_536)
        arrived.set()
        go_on.wait()
        link.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"ok":1}')

    with raw_peer(dawdle) as port:
        outpost.subscribe("gateway", f"http://127.0.0.1:{port}/", types=["ai.*"])
        case = asked(outpost, answer_within="PT5M")
        sending = threading.Thread(target=outpost.send)
        sending.start()
        assert arrived.wait(10)
        before = outpost.now
        outpost.later(minutes=5)
        worked(outpost)
        assert outpost.open(case) == ["T_by_hand"]
        go_on.set()
        sending.join()
    worked(outpost)

    [late] = late_of(outpost, case)
    assert (late["answer"], late["subscription"]) == ({"ok": 1}, "gateway")
    assert before < outpost.now
    assert outpost.open(case) == ["T_by_hand"]
    assert outpost.read(lambda s: s.scalars(select(Message.status)).all()) == ["refused"]
    sound(outpost)


def test_an_answer_in_time_counts_also_when_it_is_brought_later(outpost: Outpost):
    outpost.subscribe("gateway", types=["ai.*"])
    outpost.peer.answers["/gateway"] = (200, {}, b'{"ok": true}')
    case = asked(outpost, answer_within="PT5M")
    outpost.act(instances.suspend, case, reason="A strike.", by="olga")
    outpost.send()
    outpost.later(minutes=10)
    worked(outpost)
    outpost.act(instances.resume, case, reason="It is over.", by="olga")
    answers.drain_answers(outpost.database, now=outpost.now)
    worked(outpost)

    assert outpost.open(case) == ["T_then"]
    assert late_of(outpost, case) == []


def test_where_nobody_takes_it_nobody_is_waited_for(outpost: Outpost):
    outpost.subscribe("other", types=["task.*"])
    case = asked(outpost, answer_within="PT5M")
    worked(outpost)

    assert outpost.open(case) == ["T_by_hand"]
    sound(outpost)


def test_a_case_that_is_cancelled_waits_for_no_answer_and_one_that_comes_is_recorded(outpost: Outpost):
    outpost.subscribe("gateway", types=["ai.*"])
    outpost.peer.answers["/gateway"] = (200, {}, b'{"ok": true}')
    case = asked(outpost, answer_within="PT5M")
    outpost.act(instances.cancel, case, reason="No longer.", by="olga")
    outpost.send()
    outpost.later(minutes=5)
    worked(outpost)

    assert outpost.status(case) == "cancelled"
    assert len(late_of(outpost, case)) == 1
    sound(outpost)


WRONG: tuple[tuple[dict[str, str], str], ...] = (
    ({"subscription": "nobody"}, "There is no active subscription nobody."),
    ({"type": "pause"}, "'pause' is no type of event"),
    ({"type": "task.completed"}, "Steward itself tells of task.completed"),
    ({"data": "${'a text'}"}, "Its data is no object."),
    ({"answer_within": "soon"}, "answer_within"),
    ({"answer_within": "R3/PT1H"}, "no span of time"),
)


def test_what_cannot_be_told_is_a_stuck_step_that_says_why(outpost: Outpost):
    for inputs, why in WRONG:
        [stuck] = outpost.stuck(asked(outpost, **inputs))
        assert why in stuck.error
    assert outpost.owed() == []


def test_what_was_stuck_is_told_when_it_is_put_right(outpost: Outpost):
    case = asked(outpost, subscription="gateway")
    [stuck] = outpost.stuck(case)
    outpost.subscribe("gateway")
    outpost.retry(stuck.id)
    outpost.work()

    assert outpost.open(case) == ["T_then"]
    assert "ai.pause" in outpost.kinds("gateway")
    sound(outpost)


def test_a_confidential_case_tells_nothing_and_says_so(outpost: Outpost):
    outpost.subscribe("gateway")
    outpost.deploy(pausing().replace(b'isExecutable="true">', CONFIDENTIAL))
    case = outpost.start("pause", {"what": {}})
    outpost.do(case, "T_say")

    [stuck] = outpost.stuck(case)
    assert "confidential" in stuck.error
    assert outpost.owed() == []


def test_a_question_that_is_told_again_is_no_longer_asked(outpost: Outpost):
    outpost.subscribe("gateway", types=["ai.*"])
    outpost.peer.answers["/gateway"] = (200, {}, b'{"ok": true}')
    case = asked(outpost, answer_within="PT5M")
    outpost.send()
    worked(outpost)
    outpost.later(seconds=1)
    since = outpost.now.replace(hour=0)
    given = {"since": since, "by": outpost.admin, "now": outpost.now}
    assert outpost.perform(lambda s: again.replay(s, "gateway", **given)).owed == 1
    outpost.send()
    worked(outpost)

    [secret] = outpost.secrets("gateway")
    first, second = (opened(got, secret) for got in outpost.peer.got)
    assert first["id"] == second["id"]
    assert late_of(outpost, case) == []
    sound(outpost)


def test_a_question_that_an_earlier_version_left_undone_is_asked_and_waits_its_time(outpost: Outpost):
    case = asked(outpost, answer_within="PT5M")
    outpost.subscribe("gateway", types=["ai.*"])
    with outpost.database.writing() as session:  # As a version left it that did not know the topic.
        session.execute(update(ServiceJob).values(status="owed", next_attempt_at=outpost.now))
    services.drain_services(outpost.database, now=outpost.now)

    [job] = outpost.read(lambda s: list(s.scalars(select(ServiceJob).where(ServiceJob.instance_id == case))))
    assert (job.status, job.next_attempt_at - outpost.now) == ("asked", timedelta(minutes=5))
    assert outpost.kinds("gateway") == ["ai.pause"]
    outpost.later(minutes=5)
    worked(outpost)
    assert outpost.open(case) == ["T_by_hand"]
    sound(outpost)
