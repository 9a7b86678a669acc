"""Tasks of people and work for workers outside, as the clients of that endpoint ask for them."""

from collections.abc import Callable

from flask import Flask

from tests.factories import END, START, process, sequence, three_tasks, user_task
from tests.integration.api.conftest import Client
from tests.integration.engine_rest.conftest import Modeler, basic

InForce = Callable[[bytes], str]
PRINT = '<bpmn:serviceTask id="S_print" name="Print" camunda:type="external" camunda:topic="print"/>'
PRINTED = process("printed", sequence(START, PRINT, user_task("T_look", groups="staff"), END))


def done(answer: object) -> None:
    assert (answer.status_code, answer.data) == (204, b""), answer.get_data(as_text=True)


def test_people_claim_hand_on_and_complete_what_is_theirs(app: Flask, in_force: InForce):
    in_force(three_tasks())
    anna, bert, fred = (Modeler(app, basic(one)) for one in ("anna", "bert", "fred"))
    case = anna.post("/process-definition/key/three/start", {"businessKey": "b-1"}).get_json()
    (task,) = bert.get("/task", candidateGroup="staff", processInstanceBusinessKey="b-1")
    address = f"/task/{task['id']}"

    assert (task["taskDefinitionKey"], task["processInstanceId"], task["assignee"]) == ("T_ask", case["id"], None)
    assert {"camundaFormRef", "operatonFormRef", "due", "followUp"} <= set(task)
    assert fred.get("/task") == []
    assert fred.get("/task/count") == {"count": 0}
    for refused in (fred.send("GET", address), fred.post(f"{address}/claim"), fred.post(f"{address}/complete")):
        assert refused.status_code == 404
    done(bert.post(f"{address}/claim", {"userId": "bert"}))
    assert "claimed by bert" in anna.post(f"{address}/claim", {"userId": None}).get_json()["message"]
    done(bert.post(f"{address}/unclaim"))
    done(bert.post(f"{address}/claim"))
    done(bert.post(f"{address}/delegate", {"userId": "carl"}))
    assert [one["id"] for one in anna.get("/task", assignee="carl")] == [task["id"]]
    done(
        Modeler(app, basic("carl")).post(
            f"{address}/complete", {"variables": {"said": {"value": "x", "type": "string"}}}
        )
    )
    (following,) = bert.get("/task", processInstanceId=case["id"])
    assert following["taskDefinitionKey"] == "T_do"
    done(Modeler(app, basic("anna")).post(f"/task/{following['id']}/assignee", {"userId": "bert"}))


def test_a_worker_outside_fetches_fails_and_completes(app: Flask, in_force: InForce, login: Callable[..., Client]):
    in_force(PRINTED)
    anna, fred = Modeler(app, basic("anna")), Modeler(app, basic("fred"))
    variables = {"copies": {"value": 2, "type": "Integer"}, "on": {"value": '{"a": 1}', "type": "Json"}}
    case = anna.post("/process-definition/key/printed/start", {"variables": variables}).get_json()["id"]
    asked = {"workerId": "printer", "maxTasks": 5, "topics": [{"topicName": "print", "lockDuration": 90_000}]}

    assert fred.post("/external-task/fetchAndLock", asked).get_json() == []
    (job,) = anna.post("/external-task/fetchAndLock", asked).get_json()
    assert (job["topicName"], job["workerId"], job["processInstanceId"]) == ("print", "printer", case)
    assert job["variables"]["copies"] == {"type": "Integer", "value": 2, "valueInfo": {}}
    assert job["variables"]["on"] == {"type": "Json", "value": '{"a": 1}', "valueInfo": {}}
    assert anna.post("/external-task/fetchAndLock", asked).get_json() == []
    address = f"/external-task/{job['id']}"
    assert fred.post(f"{address}/complete", {"workerId": "printer"}).status_code == 404
    assert anna.post(f"{address}/complete", {"workerId": "other"}).status_code == 400
    done(anna.post(f"{address}/extendLock", {"workerId": "printer", "newDuration": 1000}))
    failed = {"workerId": "printer", "errorMessage": "No paper.", "retries": 2, "retryTimeout": 0}
    done(anna.post(f"{address}/failure", failed))
    (job,) = anna.post("/external-task/fetchAndLock", asked).get_json()
    assert (job["retries"], job["errorMessage"]) == (2, "No paper.")
    done(anna.post(f"{address}/unlock", {"workerId": "printer"}))
    anna.post("/external-task/fetchAndLock", asked)
    result = {"workerId": "printer", "variables": {"pages": {"value": 3.0, "type": "long"}}, "localVariables": None}
    done(anna.post(f"{address}/complete", result))
    assert login("anna").get(f"/instances/{case}/variables")["variables"]["pages"] == 3
    assert [one["taskDefinitionKey"] for one in anna.get("/task", processInstanceId=case)] == ["T_look"]
    assert anna.post(f"{address}/bpmnError", {"workerId": "printer", "errorCode": "late"}).status_code == 400
    assert anna.post("/external-task/fetchAndLock", {"topics": []}).status_code == 400
