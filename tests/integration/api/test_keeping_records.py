"""A record stays as it was made: nothing deletes it, nothing edits it, and it says how it came about."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask

from engine.transactions import Database
from tests.factories import END, START, deploy, process, sequence, user_task
from tests.integration.api.conftest import MORNING, PASSWORD, Client, Clock
from tests.integration.api.test_records import PROVE, complete, hand_in, report
from tests.integration.api.test_rights import addresses
from tests.integration.shell.test_history_holds import DMN, RATE

Login = Callable[..., Client]
FREE = {
    "/api/v1/channels/<channel_key>",
    "/api/v1/groups/<key>/members/<person_id>",
    "/api/v1/people/<person_id>/mandate",
    "/api/v1/tokens/<uuid:token_id>",
}
ONE = RATE.replace("/>", ' camunda:mapDecisionResult="singleEntry"/>')
CHOICE = process(
    "choice",
    sequence(START, user_task("T_say", groups="staff"), ONE, '<bpmn:exclusiveGateway id="G_size" default="f_no"/>')
    + user_task("T_big", groups="staff")
    + END
    + '<bpmn:sequenceFlow id="f_yes" sourceRef="G_size" targetRef="T_big"><bpmn:conditionExpression'
    ' xsi:type="bpmn:tFormalExpression">${size == "big"}</bpmn:conditionExpression></bpmn:sequenceFlow>'
    '<bpmn:sequenceFlow id="f_no" sourceRef="G_size" targetRef="end"/>'
    '<bpmn:sequenceFlow id="f_end" sourceRef="T_big" targetRef="end"/>',
)


def test_no_operation_deletes_a_case_or_a_row(app: Flask, login: Login, three: str):
    """Only a token, a place in a group, a mandate and a channel are ever taken away; the trail keeps each."""
    assert {rule for method, rule, _, _ in addresses(app) if method == "DELETE"} == FREE
    case = login("anna").post("/instances", {"process": "three"})["id"]
    for person in ("anna", "olga", "adam"):
        assert login(person).send("DELETE", f"/instances/{case}").status_code == 405
    assert login("anna").get(f"/instances/{case}")["status"] == "running"


@pytest.fixture
def done(login: Login, in_force: Callable[[bytes], str]) -> dict[str, Any]:
    """A task that anna has finished, with a report, a source and her signature."""
    in_force(process("prove", sequence(START, PROVE, END)))
    anna = login("anna")
    anna.post("/instances", {"process": "prove"})
    (found,) = anna.get("/tasks", view="claimable")["items"]
    task = dict(anna.post(f"/tasks/{found['id']}/claim"))
    anna.expect(201, hand_in(anna, task, slot="report", file=report(b"All is well.")))
    anna.expect(201, hand_in(anna, task, slot="source", url="https://example.org/a", name="A"))
    anna.expect(200, complete(anna, task, password=PASSWORD.format("anna"), meaning="approved"))
    return task


def test_a_finished_task_says_who_when_what_with_which_evidence_under_which_version(
    login: Login, done: dict[str, Any], in_force: Callable[[bytes], str]
):
    before = login("bert").get(f"/instances/{done['instance_id']}")
    in_force(process("prove", sequence(START, PROVE, END)))  # A further version is none of its business.
    kept = login("bert").get(f"/tasks/{done['id']}")

    assert (kept["status"], kept["completed_by"], kept["closed_at"]) == ("completed", "anna", MORNING.isoformat())
    assert [(one["number"], one["answers"], one["by"]) for one in kept["answers"]] == [(1, {}, "anna")]
    assert [one["sha256"] for one in kept["evidence"] if one["kind"] == "file"] == [sha256(b"All is well.").hexdigest()]
    case = login("bert").get(f"/instances/{done['instance_id']}")
    assert (case["definition_id"], case["process_version"]) == (before["definition_id"], 1)


def test_a_finished_task_is_not_done_again_and_what_is_added_stands_beside_it(login: Login, done: dict[str, Any]):
    anna = login("anna")
    again = complete(anna, done, password=PASSWORD.format("anna"), meaning="approved")
    assert (again.status_code, again.get_json()["code"]) == (409, "task-closed")
    for path, body in (("claim", {}), ("give-back", {}), ("delegate", {"to": "bert"})):
        answer = anna.send("POST", f"/tasks/{done['id']}/{path}", json=body)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "task-closed"), path
    anna.post(f"/tasks/{done['id']}/amend", {"answers": {"more": 1}, "reason": "It was left out."})
    kept = anna.get(f"/tasks/{done['id']}")["answers"]
    assert [(one["number"], one["answers"]) for one in kept] == [(1, {}), (2, {"more": 1})]


def test_a_gateway_after_a_task_names_the_person_and_a_table_its_version_and_row(
    login: Login, database: Database, clock: Clock
):
    deploy(database, CHOICE, owner="olga", now=MORNING, decisions={"size": DMN})
    anna = login("anna")
    case = anna.post("/instances", {"process": "choice"})["id"]
    (task,) = anna.get("/tasks", view="claimable")["items"]
    bert = login("bert")
    bert.post(f"/tasks/{task['id']}/claim")
    bert.post(f"/tasks/{task['id']}/complete", {"answers": {"n": 5}})

    path = {one["element"]: one["by"] for one in anna.get(f"/instances/{case}/passages")["items"]}
    assert (path["G_size"], path["f_yes"]) == ("bert", "bert")
    assert "f_no" not in path
    (decided,) = anna.get(f"/instances/{case}/decisions")["items"]
    assert (decided["decision"], decided["version"], decided["inputs"]) == ("size", 1, {"n": 5})
    assert [match["rule"] for match in decided["matched"]] == ["r"]
