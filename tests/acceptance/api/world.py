"""Something going on: a case under way, one that waits for a message, one whose step is stuck, work for a machine."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask

from engine.evidence import Store
from engine.transactions import Database
from tests.factories import process, sequence
from tests.integration.api.conftest import MORNING, PASSWORD, Client, Clock, deploy, organise
from web.app import create_app
from web.services import Limits, Services

FORM = "multipart/form-data"
PATIENT = Limits(sign_ins="100000 per second")
START, END = '<bpmn:startEvent id="start"/>', '<bpmn:endEvent id="end"/>'
PRINT = '<bpmn:serviceTask id="S_print" name="Print" camunda:type="external" camunda:topic="print"/>'
WAIT = (
    '<bpmn:intermediateCatchEvent id="M_wait"><bpmn:messageEventDefinition messageRef="msg"/>'
    "</bpmn:intermediateCatchEvent>"
)
MESSAGE = '<bpmn:message id="msg" name="supplier_answered"/>'
PROVE = (
    '<bpmn:userTask id="T_prove" name="Prove" camunda:candidateGroups="staff"><bpmn:extensionElements>'
    '<camunda:properties><camunda:property name="evidence" value="report:file|link*"/></camunda:properties>'
    "</bpmn:extensionElements></bpmn:userTask>"
)


@dataclass(frozen=True)
class World:
    """Whose tokens there are, and the ids of what there is, by the name of the part of an address."""

    admin: str
    worker: str
    ids: dict[str, str]


def services_in(folder: Path) -> Services:
    """The services of a working folder."""
    return Services(
        database=Database(f"sqlite:///{folder / 'steward.sqlite'}"),
        clock=Clock(),
        machine_clock=lambda: MORNING,
        evidence=Store(folder / "evidence"),
        seal_key=Ed25519PrivateKey.from_private_bytes(b"k" * 32),
        limits=PATIENT,
    )


def live_in(folder: Path) -> World:
    """Let an organisation work for a while in a migrated folder."""
    services = services_in(folder)
    organise(services.database)
    app = create_app(services)

    def login(person: str, *scopes: str) -> Client:
        body: dict[str, Any] = {"person": person, "password": PASSWORD.format(person), "name": "test"}
        return Client(app, Client(app).post("/tokens", body | ({"scopes": list(scopes)} if scopes else {}))["token"])

    ids = _work(app, login)
    services.database.close()
    return World(admin=str(login("adam").token), worker=str(login("anna").token), ids=ids)


def _work(app: Flask, login: Any) -> dict[str, str]:
    definition = deploy(login, "prove.bpmn", process("prove", sequence(START, PROVE, END)))
    deploy(login, "print.bpmn", process("print", sequence(START, PRINT, END)))
    deploy(login, "wait.bpmn", process("wait", sequence(START, WAIT, END), before=MESSAGE))
    ladder = {"name": "Ordinary tasks", "rungs": [{"when": "PT0S from ${due_at}", "whom": ["assignee"]}]}
    login("adam").expect(200, login("adam").send("PUT", "/ladders/ordinary", json=ladder))
    anna = login("anna")
    case = anna.post("/instances", {"process": "prove", "title": "Proof", "business_key": "NC-1"})
    anna.post("/instances", {"process": "print"})
    anna.post("/instances", {"process": "wait", "business_key": "NC-2"})
    (task,) = anna.get("/tasks", view="claimable")["items"]
    anna.post(f"/tasks/{task['id']}/claim")
    proof = {"slot": "report", "url": "https://example.org/report"}
    evidence = anna.expect(201, anna.send("POST", f"/tasks/{task['id']}/evidence", data=proof, content_type=FORM))
    (job,) = anna.post("/service-jobs/fetch", {"topics": ["print"], "worker": "one"})["items"]
    anna.post(f"/service-jobs/{job['id']}/fail", {"lock": job["lock"], "error": "No paper", "retries": 0})
    (stuck,) = login("olga").get("/stuck")["items"]
    return {
        "definition_id": definition,
        "deployment_id": login("adam").get("/deployments")["items"][-1]["id"],
        "instance_id": case["id"],
        "task_id": task["id"],
        "evidence_id": evidence["id"],
        "job_id": job["id"],
        "stuck_id": stuck["id"],
        "token_id": login("fred").get("/tokens")["items"][0]["id"],
        "person_id": "carl",
        "key": "staff",
        "ladder_key": "ordinary",
        "hook_key": "alerts",
        "subscription_key": "desk",
    }
