"""What machines tell through hooks: kept, and happening once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import select, text, update

from engine import instances
from engine.identity.person import Person
from engine.store.hooks import HookEvent, HookReceipt, Sample
from engine.store.running import Instance, Variable
from tests.factories import END, process, sequence, user_task
from tests.integration.hooks.conftest import SECRETS, Outside, event, firing, hmac_of, sample

OPERATOR = Person(id="operator:hooks", name="hooks", kind="operator")


def end(outside: Outside, case: Instance) -> None:
    outside.database.perform(
        lambda session: instances.cancel(session, case.id, reason="over", by=OPERATOR, now=outside.clock()),
        by=OPERATOR,
        now=outside.clock(),
    )


def test_an_alert_starts_a_case_with_what_it_says(outside: Outside) -> None:
    answer = outside.alert(firing())

    assert answer.status_code == 200, answer.text
    assert answer.json["events"] == [{"outcome": "started", "again": False}]
    (case,) = outside.cases()
    assert (case.title, case.started_by) == ("BackupFailed", "operator:hooks")
    with outside.database.reading() as session:
        assert session.scalar(select(Variable.value).where(Variable.name == "what")) == '"The backup failed"'


def test_what_came_in_is_kept_byte_for_byte_with_its_digest(outside: Outside) -> None:
    outside.alert(firing())

    (receipt,) = outside.rows(HookReceipt)
    assert receipt.sha256 == sha256(receipt.body).digest()
    assert b"BackupFailed" in receipt.body
    assert "authorization" not in receipt.headers
    assert outside.verbs("hook:alerts") == ["hook.received", "hook.started"]


def test_the_same_alert_again_changes_nothing(outside: Outside) -> None:
    outside.alert(firing())

    again = outside.alert(firing())

    assert again.json["events"] == [{"outcome": "started", "again": True}]
    assert len(outside.cases()) == 1
    assert len(outside.rows(HookReceipt)) == 1


def test_an_alert_that_fires_anew_while_its_case_runs_joins_it(outside: Outside) -> None:
    outside.alert(firing())

    joined = outside.alert(firing(began="2027-01-04T07:30:00Z"))

    assert joined.json["events"][0]["outcome"] == "joined"
    (case,) = outside.cases()
    assert outside.verbs(case.id)[-1] == "hook.joined"


def test_an_alert_after_its_case_has_ended_starts_another(outside: Outside) -> None:
    outside.alert(firing())
    end(outside, outside.cases()[0])

    outside.alert(firing(began="2027-01-04T07:30:00Z"))

    assert len(outside.cases()) == 2


def test_alerts_of_one_request_are_things_of_their_own(outside: Outside) -> None:
    answer = outside.alert(firing("a"), firing("b"), firing("a"))

    assert [one["outcome"] for one in answer.json["events"]] == ["started", "started", "started"]
    assert [one["again"] for one in answer.json["events"]] == [False, False, True]
    assert len(outside.cases()) == 2


def test_a_resolved_alert_is_told_to_the_running_case_alone(outside: Outside) -> None:
    early = outside.alert(firing(status="resolved"))
    outside.alert(firing())
    late = outside.alert(firing(status="resolved", began="2027-01-04T07:00:01Z"))

    assert early.json["events"][0]["outcome"] == "passed_over"
    assert late.json["events"][0]["outcome"] == "told"
    assert outside.verbs(outside.cases()[0].id)[-1] == "hook.over"


def test_a_breach_starts_one_case_and_further_breaches_join_it(outside: Outside) -> None:
    for minute, value in enumerate((0.05, 0.2, 0.3, 0.02, 0.4)):
        taken = outside.signed("metrics", sample(value, at=f"2027-01-04T07:0{minute}:00Z"), id_=f"m{minute}")
        assert taken.status_code == 200, taken.text

    (case,) = outside.cases()
    samples = sorted(outside.rows(Sample), key=lambda one: one.at)
    assert [one.breach for one in samples] == [False, True, True, False, True]
    assert [one.instance_id for one in samples] == [None, case.id, case.id, None, case.id]
    assert case.business_key == "AIS-7"
    assert "hook.joined" not in outside.verbs(case.id)


def test_groups_of_a_metric_have_cases_of_their_own(outside: Outside) -> None:
    moment = "2027-01-04T07:00:00Z"
    body = {"samples": [sample(0.5, at=moment, group=one) for one in ("women", "men", "women")]}

    answer = outside.signed("metrics", body)

    assert [(one["outcome"], one["again"]) for one in answer.json["events"]] == [
        ("started", False),
        ("started", False),
        ("started", True),
    ]


def test_a_breach_after_the_case_has_ended_starts_another(outside: Outside) -> None:
    outside.signed("metrics", sample(0.5, at="2027-01-04T07:00:00Z"), id_="1")
    end(outside, outside.cases()[0])

    outside.signed("metrics", sample(0.5, at="2027-01-04T07:01:00Z"), id_="2")

    assert len(outside.cases()) == 2


def test_a_limit_may_be_undercut_where_the_hook_says_so(outside: Outside) -> None:
    outside.set("metrics", when="value < limit")

    outside.signed("metrics", sample(0.05, at="2027-01-04T07:00:00Z"))

    assert len(outside.cases()) == 1


def test_two_breaches_at_the_same_moment_are_one_case(outside: Outside) -> None:
    outside.signed("metrics", sample(0.0, at="2027-01-04T06:00:00Z"), id_="first")

    def send(number: int) -> int:
        return outside.signed("metrics", sample(0.5, at=f"2027-01-04T07:0{number}:00Z"), id_=f"m{number}").status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, range(4))) == {200}

    assert len(outside.cases()) == 1
    assert sum(one.outcome == "joined" for one in outside.rows(HookEvent)) == 3
    assert outside.verified().holds


def test_the_same_event_sent_to_two_at_once_happens_once(outside: Outside) -> None:
    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(lambda _: outside.signed("events", event()).status_code, range(4)))

    assert codes == [200] * 4
    assert len(outside.cases()) == 1
    assert len(outside.rows(HookEvent)) == 1


def test_events_that_the_hook_does_not_count_are_kept_and_passed_over(outside: Outside) -> None:
    answer = outside.signed("events", event(type="com.example.started"))

    assert answer.json["events"] == [{"outcome": "passed_over", "again": False}]
    assert outside.cases() == []
    assert len(outside.rows(HookReceipt)) == 1


def test_a_batch_of_events_and_the_plain_body_of_standard_webhooks_are_read(outside: Outside) -> None:
    batch = outside.signed("events", [event("a", "x"), event("b", "y")], kind="application/cloudevents-batch+json")
    plain = {"type": "com.example.fault.stopped", "timestamp": "2027-01-04T08:00:00Z", "data": {"text": "It stopped"}}
    outside.set("events", key="id")
    alone = outside.signed("events", plain, id_="msg_9")

    assert [one["outcome"] for one in batch.json["events"]] == ["started", "started"]
    assert alone.json["events"] == [{"outcome": "started", "again": False}]


def test_what_the_process_has_no_answer_to_is_refused_kept_and_tried_again(outside: Outside) -> None:
    outside.set("events", variables={"what": "data.missing"})
    refused = outside.signed("events", event())
    outside.set("events")
    taken = outside.signed("events", event())

    assert refused.status_code == 422
    assert refused.json["code"] == "invalid"
    assert "missing" in refused.json["errors"]["events.0"][0]
    assert taken.json["events"] == [{"outcome": "started", "again": False}]
    assert outside.verbs("hook:events") == ["hook.received", "hook.refused", "hook.started"]
    assert outside.verified().holds


def test_a_hook_may_send_a_message_instead(outside: Outside, in_force: Callable[[bytes], str]) -> None:
    begin = '<bpmn:startEvent id="s"><bpmn:messageEventDefinition messageRef="m"/></bpmn:startEvent>'
    body = sequence(begin, user_task("T_x", groups="staff"), END)
    in_force(process("called_up", body, before='<bpmn:message id="m" name="line_stopped"/>'))
    outside.set("events", process="", message="line_stopped")

    outside.signed("events", event())
    outside.signed("events", event("e2"))

    (case,) = outside.cases()
    assert outside.verbs(case.id)[-1] == "hook.joined"


def test_each_thing_that_was_altered_beside_the_trail_is_found(outside: Outside) -> None:
    outside.alert(firing())
    outside.signed("metrics", sample(0.5, at="2027-01-04T07:00:00Z"))
    assert outside.verified().holds, outside.verified().lines()

    changes = [
        update(HookReceipt).where(HookReceipt.hook == "alerts").values(body=b"{}"),
        update(HookEvent).where(HookEvent.hook == "alerts").values(key="other"),
        update(Sample).values(value=0.01),
        text("update hooks set content = '{}' where key = 'events'"),
        text("update secrets set until = since"),
    ]
    for change in changes:
        with outside.database.writing() as session:
            session.execute(change)
        found = outside.verified().findings
        assert found, change
    assert {one.record for one in outside.verified().findings} >= {
        "hook_receipts",
        "hook_events",
        "samples",
        "hooks",
        "secrets",
    }


def test_what_was_deleted_beside_the_trail_is_missed(outside: Outside) -> None:
    outside.signed("metrics", sample(0.5, at="2027-01-04T07:00:00Z"))

    for gone in ("samples", "hook_events", "hook_receipts", "secrets", "hooks"):
        with outside.database.writing() as session:
            session.execute(text(f"delete from {gone}"))
        assert gone in {one.record for one in outside.verified().findings}


def test_an_hmac_of_the_body_serves_senders_that_know_nothing_better(outside: Outside) -> None:
    outside.set("events", signature="hmac", header="X-Signature")
    body = b'{"type": "com.example.fault.x", "data": {"text": "It stopped"}}'
    right = {"X-Signature": f"sha256={hmac_of(SECRETS['events'], body)}", "webhook-id": "1"}

    assert outside.post("events", body, right).status_code == 200
    assert outside.post("events", body + b" ", right).status_code == 401


def test_a_secret_before_the_last_is_valid_for_a_day_and_none_before_that(outside: Outside) -> None:
    first = SECRETS["events"]
    second = outside.rotate("events")

    assert outside.signed("events", event("a"), secret=first).status_code == 200
    assert outside.signed("events", event("b"), secret=second).status_code == 200
    third = outside.rotate("events")
    assert outside.signed("events", event("c"), secret=first).status_code == 401
    assert outside.signed("events", event("d"), secret=second).status_code == 200
    outside.clock.forward(hours=25)
    assert outside.signed("events", event("e"), secret=second).status_code == 401
    assert outside.signed("events", event("f"), secret=third).status_code == 200


def test_what_was_signed_too_long_ago_is_refused_by_the_clock_of_the_product(outside: Outside) -> None:
    for minutes, status in ((-6, 401), (6, 401), (-4, 200), (4, 200)):
        at = outside.clock() + timedelta(minutes=minutes)
        assert outside.signed("events", event(str(minutes)), at=at).status_code == status


def test_a_hook_looks_up_what_there_is_before_it_decides(outside: Outside) -> None:
    same = '{process: "look_into", variables: {what: data.text}, ended: false}'
    outside.set("events", find={"known": same}, when="known.count = 0", variables={"what": "data.text"}, key="")
    for number, said in enumerate(("It stopped", "It stopped", "It burns")):
        outside.signed("events", event(f"e{number}") | {"data": {"text": said}}, id_=f"m{number}")

    assert len(outside.cases()) == 2
    assert [one.outcome for one in outside.rows(HookEvent)].count("passed_over") == 1

    outside.set("events", find={"known": '{kind: "cases"}'})
    assert outside.signed("events", event("e4"), id_="m4").status_code == 422
    outside.set("events", find={"known": "data.text"})
    assert "gives no filters" in outside.signed("events", event("e5"), id_="m5").text
    assert outside.verified().holds


def test_a_case_that_no_longer_listens_is_joined_by_nothing(outside: Outside) -> None:
    outside.set("events", open_while="more.of.it")
    outside.signed("events", event("e1"), id_="m1")
    outside.signed("events", event("e2"), id_="m2")

    assert len(outside.cases()) == 2
