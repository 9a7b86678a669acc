"""Where the engine cannot go on it says so, keeps what it was given, and goes on when things are put right."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from engine import access, instances, services, stuck, tasks
from engine.absence import planning
from engine.errors import Conflict, Forbidden
from engine.store.running import Answer, ServiceJob, Task
from engine.verify import verify
from tests.factories import END, START, process, sequence, user_task
from tests.integration.shell.conftest import House
from tests.integration.shell.test_time import boundary, timer


def gate(condition: str) -> bytes:
    body = (
        sequence(START, user_task("T_say", groups="staff"), '<bpmn:exclusiveGateway id="which" default="f_no"/>')
        + user_task("T_big", groups="staff")
        + END
        + f'<bpmn:sequenceFlow id="f_yes" sourceRef="which" targetRef="T_big"><bpmn:conditionExpression>{condition}'
        "</bpmn:conditionExpression></bpmn:sequenceFlow>"
        '<bpmn:sequenceFlow id="f_no" sourceRef="which" targetRef="end"/>'
        '<bpmn:sequenceFlow id="f_b" sourceRef="T_big" targetRef="end"/>'
    )
    return process("gate", body)


def test_an_expression_without_an_answer_keeps_the_answers_until_the_data_are_put_right(house: House):
    house.deploy(gate("${amount &gt; threshold}"))
    case = house.start("gate")
    done = house.do(case, "T_say", {"amount": 7})

    assert done.stuck_id is not None
    assert "threshold" in (done.error or "")
    [step] = house.stuck(case)
    assert (step.id, step.task_id, step.by) == (done.stuck_id, done.task_id, "anna")
    assert house.open(case) == ["T_say"]
    with pytest.raises(Conflict, match="kept"):
        house.act(tasks.complete, done.task_id, answers={"amount": 8}, by="anna")
    with pytest.raises(Forbidden):
        house.retry(step.id, by="bert")
    assert house.retry(step.id) is False
    assert house.stuck(case)[0].attempts == 2

    house.act(instances.correct, case, changes={"threshold": 5}, reason="was forgotten", by="olga")
    assert house.retry(step.id) is True

    assert house.open(case) == ["T_big"]
    assert house.variables(case) == {"amount": 7, "threshold": 5}
    row = house.read(lambda s: s.get_one(Task, done.task_id))
    assert (row.status, row.completed_by) == ("completed", "anna")
    assert house.read(lambda s: s.scalars(select(Answer.answers)).one()) == {"amount": 7}
    assert house.stuck(case) == []
    with pytest.raises(Conflict, match="not stuck"):
        house.retry(step.id)
    verbs = [verb for verb in house.verbs(case) if verb.startswith(("step.", "data.", "task.completed"))]
    assert verbs == ["step.stuck", "data.corrected", "step.retried", "task.completed"]
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


def test_a_correction_of_what_was_answered_is_not_undone_by_the_retry(house: House):
    house.deploy(gate("${amount &gt; 5}").replace(b' default="f_no"', b""))
    case = house.start("gate")
    done = house.do(case, "T_say", {"amount": "much", "note": "wet"})
    assert done.stuck_id
    house.act(instances.correct, case, changes={"amount": 7}, reason="A number was meant.", by="olga")
    assert house.retry(done.stuck_id)

    assert house.open(case) == ["T_big"]
    assert house.variables(case) == {"amount": 7, "note": "wet"}
    assert house.read(lambda s: s.scalars(select(Answer.answers)).one()) == {"amount": "much", "note": "wet"}
    assert house.said(case, "step.retried")[0]["corrected"] == ["amount"]
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


def test_whoever_was_acted_for_still_counts_after_a_retry(house: House):
    house.deploy(gate("${amount &gt; threshold}"))
    case = house.start("gate")
    task = house.task(case, "T_say")
    ends = house.now + timedelta(days=1)
    house.act(planning.plan, "carl", begins_at=house.now, ends_at=ends, first="anna", by="carl")
    house.act(tasks.claim, task, acting_for="carl", by="anna")
    done = house.act(tasks.complete, task, answers={"amount": 7}, by="anna")
    house.act(instances.correct, case, changes={"threshold": 5}, reason="was forgotten", by="olga")
    assert house.retry(done.stuck_id)

    row = house.read(lambda s: s.get_one(Task, task))
    assert (row.completed_by, row.acting_for) == ("anna", "carl")


def test_a_loop_without_end_is_a_stuck_step_and_the_server_goes_on(house: House):
    turning = process(
        "turning",
        sequence(START, user_task("T_say", groups="staff"), '<bpmn:exclusiveGateway id="g1"/>')
        + '<bpmn:scriptTask id="S" scriptFormat="feel" camunda:resultVariable="x"><bpmn:script>1</bpmn:script>'
        "</bpmn:scriptTask>"
        '<bpmn:sequenceFlow id="l1" sourceRef="g1" targetRef="S"/>'
        '<bpmn:sequenceFlow id="l2" sourceRef="S" targetRef="g1"/>',
    )
    house.deploy(turning, gate("${amount &gt; 3}"))
    case = house.start("turning")
    assert house.do(case, "T_say").stuck_id is not None
    other = house.start("gate")
    house.do(other, "T_say", {"amount": 1})

    assert house.status(other) == "completed"
    assert len(house.stuck(case)) == 1


def test_a_timer_without_an_answer_is_stuck_once_and_goes_on_when_tried_again(house: House):
    late = boundary("B_late", "T_do", timer("B_late", "timeDuration", "PT1H"), interrupting=False)
    after = (
        '<bpmn:exclusiveGateway id="which"/><bpmn:endEvent id="end_2"/>'
        '<bpmn:sequenceFlow id="f1" sourceRef="B_late" targetRef="which"/>'
        '<bpmn:sequenceFlow id="f2" sourceRef="which" targetRef="end_2"><bpmn:conditionExpression>${n &gt; 1}'
        "</bpmn:conditionExpression></bpmn:sequenceFlow>"
    )
    house.deploy(process("late", sequence(START, user_task("T_do", groups="staff"), END) + late + after))
    case = house.start("late")
    house.later(hours=1)
    house.work()
    house.later(hours=1)
    assert house.work() == 0
    [step] = house.stuck(case)
    assert "n" in step.error
    with house.database.writing() as session:  # Somebody who knew would have given it at the start.
        assert session.get_one(Task, house.task(case, "T_do")).status == "open"
    assert house.retry(step.id) is False
    assert house.verbs(case).count("timer.fired") == 0


SERVICE = process(
    "service",
    sequence(
        START,
        '<bpmn:serviceTask id="S_print" camunda:type="external" camunda:topic="label.print"/>',
        user_task("T_stick", groups="staff"),
        END,
    )
    + '<bpmn:boundaryEvent id="B_err" attachedToRef="S_print"><bpmn:errorEventDefinition errorRef="E"/>'
    "</bpmn:boundaryEvent>"
    + user_task("T_hand", groups="staff")
    + '<bpmn:endEvent id="end_2"/><bpmn:sequenceFlow id="f1" sourceRef="B_err" targetRef="T_hand"/>'
    '<bpmn:sequenceFlow id="f2" sourceRef="T_hand" targetRef="end_2"/>',
    before='<bpmn:error id="E" errorCode="no_label"/>',
)


def fetched(house: House, worker: str = "w1", *, seconds: float = 0) -> list[dict[str, object]]:
    machine = house.now + timedelta(seconds=seconds)
    return house.act(services.fetch, ["label.print"], worker=worker, machine_now=machine, by="olga")


def test_work_is_leased_to_one_worker_and_its_result_moves_the_case(house: House):
    house.deploy(SERVICE)
    case = house.start("service", {"n": 1})
    [job] = fetched(house)
    assert fetched(house, "w2") == []
    assert job["inputs"] == {"n": 1}
    house.act(services.complete_job, job["id"], lock=job["lock"], result={"printed": True}, by="olga")
    with pytest.raises(Conflict, match="done"):
        house.act(services.complete_job, job["id"], lock=job["lock"], result={}, by="olga")

    assert house.open(case) == ["T_stick"]
    assert house.read(lambda s: s.scalars(select(ServiceJob.status)).one()) == "done"
    house.must_replay()


def test_a_lease_that_ran_out_goes_to_another_worker_and_the_first_is_told(house: House):
    house.deploy(SERVICE)
    house.start("service")
    [first] = fetched(house)
    [second] = fetched(house, "w2", seconds=61)
    with pytest.raises(Conflict, match="lease is over"):
        house.act(services.complete_job, first["id"], lock=first["lock"], by="olga")
    house.act(services.complete_job, second["id"], lock=second["lock"], by="olga")


def test_a_known_error_goes_the_way_drawn_for_it(house: House):
    house.deploy(SERVICE)
    case = house.start("service")
    [job] = fetched(house)
    house.act(services.job_error, job["id"], lock=job["lock"], code="no_label", message="gone", by="olga")

    assert house.open(case) == ["T_hand"]
    house.must_replay()


def test_work_that_fails_is_tried_again_and_is_stuck_after_the_last_time(house: House):
    house.deploy(SERVICE)
    case = house.start("service")
    for left in (2, 1, 0):
        [job] = fetched(house)
        house.act(services.fail_job, job["id"], lock=job["lock"], error="no paper", by="olga")
        assert house.read(lambda s: s.scalars(select(ServiceJob.retries)).one()) == left
        assert fetched(house) == []
        house.later(minutes=40)
    assert fetched(house) == []
    [step] = house.stuck(case)
    assert "no paper" in step.error
    assert house.retry(step.id) is True
    [job] = fetched(house)
    house.act(services.complete_job, job["id"], lock=job["lock"], by="olga")

    assert house.open(case) == ["T_stick"]
    assert house.stuck(case) == []
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


DMN = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="http://example.org">
<decision id="class" name="Class"><decisionTable id="t" hitPolicy="UNIQUE">
<input id="i"><inputExpression id="ie" typeRef="number"><text>severity</text></inputExpression></input>
<output id="o" name="class" typeRef="string"/>
<rule id="r1"><inputEntry id="e1"><text>&lt; 3</text></inputEntry>
<outputEntry id="o1"><text>"minor"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="e2"><text>[3..5]</text></inputEntry>
<outputEntry id="o2"><text>"major"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def deciding(shape: str) -> bytes:
    task = (
        '<bpmn:businessRuleTask id="D_class" name="Classify" camunda:decisionRef="class" camunda:resultVariable="found"'
        f' camunda:mapDecisionResult="{shape}"/>'
    )
    return process("deciding", sequence(START, user_task("T_say", groups="staff"), task, END))


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        ("singleEntry", "major"),
        ("singleResult", {"class": "major"}),
        ("collectEntries", ["major"]),
        ("resultList", [{"class": "major"}]),
    ],
)
def test_a_decision_answers_within_the_step_and_is_recorded(house: House, shape: str, found: object):
    house.deploy(deciding(shape), decisions={"class": DMN})
    case = house.start("deciding")
    house.do(case, "T_say", {"severity": 4})

    assert house.status(case) == "completed"
    assert house.variables(case)["found"] == found
    said = house.said(case, "decision.made")[0]
    assert (said["decision"], said["version"]) == ("class", 1)
    assert [match["rule"] for match in said["matched"]] == ["r2"]
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


def test_a_decision_without_an_answer_that_fits_leaves_the_step_stuck_with_its_name(house: House):
    house.deploy(deciding("singleEntry"), decisions={"class": DMN})
    case = house.start("deciding")
    done = house.do(case, "T_say", {"severity": "four"})

    assert "Class" in (done.error or "") or "class" in (done.error or "")
    assert house.open(case) == ["T_say"]


def test_a_missing_decision_leaves_the_step_stuck_and_a_release_mends_it(house: House):
    house.deploy(deciding("singleEntry"))
    case = house.start("deciding")
    done = house.do(case, "T_say", {"severity": 4})
    assert "no released decision class" in (done.error or "")
    house.deploy(decisions={"class": DMN})
    assert done.stuck_id is not None

    assert house.retry(done.stuck_id) is True
    assert house.status(case) == "completed"
    house.must_replay()


def test_whoever_may_not_see_a_case_does_not_learn_of_its_stuck_steps(house: House):
    house.deploy(gate("${amount &gt; threshold}"))
    case = house.start("gate")
    stuck_id = house.do(case, "T_say", {"amount": 7}).stuck_id
    stranger = house.who["olga"].__class__(id="eve", name="Eve")
    assert not house.read(lambda s: access.may_see(stranger, access.facts_of(s, _case(house, case))))
    with pytest.raises(Exception, match="There is no case"):
        house.database.perform(
            lambda s: stuck.retry(s, stuck_id, by=stranger, now=house.now), by=stranger, now=house.now
        )


def _case(house: House, case: UUID) -> instances.Case:
    with house.database.writing() as session:
        return instances.lock(session, case)
