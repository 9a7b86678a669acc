"""Messages, work for machines, stuck steps, the clock and the seals, over HTTP."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.factories import END, START, process, sequence
from tests.integration.api.conftest import MORNING, Client, Clock
from web.services import Services

Login = Callable[..., Client]
InForce = Callable[[bytes], str]
PRINT = '<bpmn:serviceTask id="S_print" name="Print" camunda:type="external" camunda:topic="print"/>'
WAIT = (
    '<bpmn:intermediateCatchEvent id="M_wait"><bpmn:messageEventDefinition messageRef="msg"/>'
    "</bpmn:intermediateCatchEvent>"
)
MESSAGE = '<bpmn:message id="msg" name="answered"/>'


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """These tests are about HTTP: one database is enough."""
    return sqlite_url


@pytest.fixture
def printing(login: Login, in_force: InForce) -> dict[str, Any]:
    """A case that waits for a printer."""
    in_force(process("print", sequence(START, PRINT, END)))
    return dict(login("anna").post("/instances", {"process": "print"}))


def fetch(client: Client, **more: Any) -> list[dict[str, Any]]:
    """Ask for work."""
    return list(client.post("/service-jobs/fetch", {"topics": ["print"], "worker": "printer", **more})["items"])


def test_a_message_reaches_the_case_that_waits_for_it(login: Login, in_force: InForce):
    in_force(process("wait", sequence(START, WAIT, END), before=MESSAGE))
    anna = login("anna")
    first, second = (anna.post("/instances", {"process": "wait", "business_key": key})["id"] for key in ("A", "B"))

    sent = anna.post("/messages", {"name": "answered", "key": "B", "payload": {"yes": True}})

    assert (sent["status"], sent["instance_id"]) == ("applied", second)
    assert anna.get(f"/instances/{second}")["status"] == "completed"
    assert anna.get(f"/instances/{second}/variables")["variables"] == {"yes": True}
    assert anna.get(f"/instances/{first}")["status"] == "running"


def test_a_message_that_fits_two_cases_is_refused(login: Login, in_force: InForce):
    in_force(process("wait", sequence(START, WAIT, END), before=MESSAGE))
    anna = login("anna")
    for key in ("A", "B"):
        anna.post("/instances", {"process": "wait", "business_key": key})

    answer = anna.send("POST", "/messages", json={"name": "answered"})

    assert (answer.status_code, answer.get_json()["code"]) == (409, "conflict")


def test_a_message_for_a_case_that_one_may_not_know_of_finds_nothing(login: Login, in_force: InForce):
    in_force(process("wait", sequence(START, WAIT, END), before=MESSAGE))
    case = login("anna").post("/instances", {"process": "wait"})

    answer = login("fred").send("POST", "/messages", json={"name": "answered", "instance_id": case["id"]})

    assert answer.status_code == 404


def test_an_outside_worker_takes_work_on_and_says_what_came_of_it(login: Login, printing: dict[str, Any]):
    anna = login("anna")
    (job,) = fetch(anna, lease_seconds=90)
    assert job["leased_until"] == (MORNING + timedelta(seconds=90)).isoformat()
    assert fetch(anna) == []
    anna.post(f"/service-jobs/{job['id']}/extend", {"lock": job["lock"], "lease_seconds": 600})
    stolen = anna.send("POST", f"/service-jobs/{job['id']}/complete", json={"lock": "another"})
    assert (stolen.status_code, stolen.get_json()["code"]) == (409, "conflict")

    anna.post(f"/service-jobs/{job['id']}/complete", {"lock": job["lock"], "result": {"printed": True}})

    assert anna.get(f"/instances/{printing['id']}")["status"] == "completed"


def test_work_that_failed_too_often_is_stuck_and_goes_on_when_retried(login: Login, printing: dict[str, Any]):
    anna, olga = login("anna"), login("olga")
    (job,) = fetch(anna)
    anna.post(f"/service-jobs/{job['id']}/fail", {"lock": job["lock"], "error": "No paper.", "retries": 0})

    (stuck,) = olga.get("/stuck")["items"]
    assert (stuck["element"], stuck["instance_id"]) == ("S_print", printing["id"])
    assert "No paper." in stuck["error"]
    assert login("fred").get("/stuck")["items"] == []
    assert login("fred").send("POST", f"/stuck/{stuck['id']}/retry", json={}).status_code == 404
    assert anna.send("POST", f"/stuck/{stuck['id']}/retry", json={}).status_code == 403

    assert olga.post(f"/stuck/{stuck['id']}/retry")["resolved_by"] == "olga"

    assert olga.get("/stuck")["items"] == []
    assert [one["element"] for one in fetch(anna)] == ["S_print"]


def test_a_clock_that_is_the_machines_cannot_be_moved(login: Login):
    adam = login("adam")
    assert adam.get("/clock") == {"now": MORNING.isoformat(), "simulated": False}

    answer = adam.send("POST", "/clock", json={"to": "2028-01-01T00:00:00Z"})

    assert (answer.status_code, answer.get_json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("to", "moment"),
    [
        ("2027-01-08T17:00:00+01:00", "2027-01-08T16:00:00+00:00"),
        ("PT4H", "2027-01-04T12:00:00+00:00"),
        ("1 bd", "2027-01-05T16:00:00+00:00"),
    ],
)
def test_a_simulated_clock_is_moved_to_a_moment_or_by_a_span(
    app: Flask, login: Login, services: Services, clock: Clock, to: str, moment: str
):
    def move(to: datetime) -> dict[str, Any]:
        clock.moment = to
        return {"now": to, "happened": {"timers": 2}}

    app.extensions["steward"] = replace(services, simulated=True, move_clock=move)
    adam = login("adam")

    answer = adam.send("POST", "/clock", json={"to": to})

    said = adam.expect(200, answer)
    assert (said["now"], said["happened"]) == (moment, {"timers": 2})
    assert answer.headers["Steward-Simulated-Clock"] == moment
    wrong = adam.send("POST", "/clock", json={"to": "when it suits"})
    assert (wrong.status_code, list(wrong.get_json()["errors"])) == (422, ["to"])


def test_seals_are_numbered_and_signed(login: Login):
    adam = login("adam")

    first, second = adam.post("/seals"), adam.post("/seals")

    assert (first["number"], second["number"]) == (1, 2)
    assert len(first["root"]) == 64
    assert len(first["signature"]) == 128
    assert first["key"] == second["key"]


def test_a_server_without_a_key_seals_nothing(app: Flask, login: Login, services: Services):
    app.extensions["steward"] = replace(services, seal_key=None)

    assert login("adam").send("POST", "/seals").status_code == 409
