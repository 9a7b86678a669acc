"""Forms that offer rows of registers: what comes with the task, and what is taken."""

import json

from tests.factories import END, START, process, sequence, user_task
from tests.integration.api.conftest import upload
from tests.integration.api.test_traffic import Login
from tests.integration.registers.conftest import FORM, MACHINES, PRESS

CHOICE = {
    "type": "select",
    "id": "c",
    "key": "machine",
    "label": "Machine",
    "valuesKey": "rows.running",
    "properties": {"rows": "reg_machines", "where": '=row.status = "active"', "value": "subject"},
    "validate": {"required": True},
}
ASK = json.dumps({"type": "default", "id": "ask", "components": [CHOICE]}).encode()
TASK = user_task("T_ask", groups="staff").replace("<bpmn:userTask ", '<bpmn:userTask camunda:formRef="ask" ')


def test_a_task_offers_rows_of_a_register_and_takes_only_these(login: Login) -> None:
    adam, anna = login("adam"), login("anna")
    files = {"choose.bpmn": process("choose", sequence(START, TASK, END)), "ask.form": ASK}
    told = adam.expect(201, upload(adam, files))
    assert "unknown-register" in {one["code"] for one in told["warnings"]}
    login("olga").post(f"/deployments/{told['id']}/release", {"owner": "olga"})
    adam.expect(200, adam.send("PUT", "/registers/reg_machines", json={"register": MACHINES, "form": FORM}))
    anna.post("/registers/reg_machines/rows", {"values": PRESS})
    anna.post("/registers/reg_machines/rows", {"values": PRESS | {"id": "saw", "name": "Saw 1", "status": "retired"}})

    case = anna.post("/instances", {"process": "choose"})
    [task] = anna.get("/tasks", view="all", instance=case["id"])["items"]
    whole = anna.get(f"/tasks/{task['id']}")
    assert whole["choices"] == {"rows.running": [{"label": "Press 3", "value": "reg_machines:press"}]}
    anna.post(f"/tasks/{task['id']}/claim")
    for wrong in ("reg_machines:saw", "press", "reg_machines:lathe"):
        body = {"answers": {"machine": wrong}}
        assert anna.send("POST", f"/tasks/{task['id']}/complete", json=body).status_code == 422
    anna.post("/registers/reg_machines/rows/press/end", {"reason": "Scrapped."})
    body = {"answers": {"machine": "reg_machines:press"}}
    assert anna.send("POST", f"/tasks/{task['id']}/complete", json=body).status_code == 422
    assert anna.get(f"/tasks/{task['id']}")["choices"] == {"rows.running": []}
