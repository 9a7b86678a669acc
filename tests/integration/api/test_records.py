"""What a case leaves behind, over HTTP: evidence, signatures, comments, corrections, amendments, path and trail."""

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import TestResponse

from engine.core.chain import canonical
from engine.transactions import Database
from tests.factories import END, START, deploy, process, sequence, user_task
from tests.integration.api.conftest import MORNING, PASSWORD, Client, Clock
from tests.integration.shell.test_freezing import PACK, freezing

Login = Callable[..., Client]
PROVE = (
    '<bpmn:userTask id="T_prove" name="Prove" camunda:candidateGroups="staff"><bpmn:extensionElements>'
    "<camunda:properties>"
    '<camunda:property name="evidence" value="report:file, source:link*"/>'
    '<camunda:property name="sign" value="approved"/>'
    "</camunda:properties></bpmn:extensionElements></bpmn:userTask>"
)


@pytest.fixture
def task(login: Login, in_force: Callable[[bytes], str]) -> dict[str, Any]:
    """A task of anna's that wants a report, sources and her signature."""
    in_force(process("prove", sequence(START, PROVE, END)))
    anna = login("anna")
    anna.post("/instances", {"process": "prove"})
    (found,) = anna.get("/tasks", view="claimable")["items"]
    return dict(anna.post(f"/tasks/{found['id']}/claim"))


def hand_in(client: Client, task: dict[str, Any], **fields: Any) -> TestResponse:
    """Hand in evidence."""
    return client.send("POST", f"/tasks/{task['id']}/evidence", data=fields, content_type="multipart/form-data")


def report(text: bytes) -> tuple[BytesIO, str, str]:
    """A file to hand in."""
    return BytesIO(text), "report.txt", "text/plain"


def complete(client: Client, task: dict[str, Any], **sign: str) -> TestResponse:
    """Hand in the task under a signature."""
    return client.send("POST", f"/tasks/{task['id']}/complete", json={"answers": {}, "sign": sign} if sign else {})


def test_a_task_tells_what_it_needs(login: Login, task: dict[str, Any]):
    whole = login("anna").get(f"/tasks/{task['id']}")

    assert [(one["name"], one["kinds"], one["many"], one["required"]) for one in whole["slots"]] == [
        ("report", ["file"], False, True),
        ("source", ["link"], True, True),
    ]
    assert whole["rules"]["sign"] == "approved"
    assert (whole["form"], whole["prefilled"], whole["evidence"], whole["answers"]) == (None, {}, [], [])


def test_evidence_comes_back_as_it_was_handed_in(login: Login, task: dict[str, Any]):
    anna = login("anna")
    made = anna.expect(
        201,
        hand_in(
            anna, task, slot="report", file=report(b"All is well."), effective_on="2026-12-31", version="triage 4.2"
        ),
    )

    assert (made["sha256"], made["size"]) == (sha256(b"All is well.").hexdigest(), 12)
    assert (made["effective_on"], made["received_at"]) == ("2026-12-31", "2027-01-04T08:00:00+00:00")
    assert made["version"] == "triage 4.2"
    content = login("bert").send("GET", f"/evidence/{made['id']}/content")
    assert content.get_data() == b"All is well."
    assert content.mimetype == "application/octet-stream"
    assert content.headers["Content-Disposition"] == "attachment; filename=report.txt"
    assert login("fred").send("GET", f"/evidence/{made['id']}").status_code == 404
    assert login("fred").send("GET", f"/evidence/{made['id']}/content").status_code == 404


def test_a_newer_version_keeps_the_older(login: Login, task: dict[str, Any]):
    anna = login("anna")
    first = anna.expect(201, hand_in(anna, task, slot="report", file=report(b"one")))
    second = anna.expect(201, hand_in(anna, task, slot="report", file=report(b"two"), replaces_id=first["id"]))

    assert second["replaces_id"] == first["id"]
    listed = anna.get(f"/instances/{task['instance_id']}/evidence")["items"]
    assert [one["id"] for one in listed] == [first["id"], second["id"]]
    assert anna.send("GET", f"/evidence/{first['id']}/content").get_data() == b"one"


@pytest.mark.parametrize(
    "fields",
    [
        {"slot": "report"},
        {"slot": "report", "file": "no file"},
        {"slot": "report", "url": "https://example.org", "effective_on": "soon"},
        {"slot": "report", "url": "javascript:alert(1)"},
        {"slot": "no_such_slot", "url": "https://example.org"},
        {"slot": "report", "url": "https://example.org"},
    ],
)
def test_what_fits_no_slot_is_refused(login: Login, task: dict[str, Any], fields: dict[str, str]):
    answer = hand_in(login("anna"), task, **fields)

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
    assert answer.get_json()["errors"]


def test_a_task_is_complete_with_its_evidence_and_its_signature(login: Login, task: dict[str, Any]):
    anna = login("anna")
    right = {"password": PASSWORD.format("anna"), "meaning": "approved"}
    missing = complete(anna, task, **right)
    assert (missing.status_code, set(missing.get_json()["errors"])) == (422, {"report", "source"})
    anna.expect(201, hand_in(anna, task, slot="report", file=report(b"All is well.")))
    anna.expect(201, hand_in(anna, task, slot="source", url="https://example.org/norm"))
    assert complete(anna, task).status_code == 422
    assert complete(anna, task, password="not this one", meaning="approved").status_code == 403
    assert complete(anna, task, password=right["password"], meaning="reviewed").status_code == 422

    anna.expect(200, complete(anna, task, **right))

    (signature,) = anna.get(f"/instances/{task['instance_id']}/signatures")["items"]
    assert (signature["by"], signature["meaning"], signature["outdated_at"]) == ("anna", "approved", None)
    assert len(signature["digest"]) == 64


def test_comments_are_read_by_whoever_sees_the_case(login: Login, task: dict[str, Any]):
    case = task["instance_id"]
    login("bert").post(f"/instances/{case}/comments", {"text": "The supplier answers by Friday."})
    login("anna").post(f"/instances/{case}/comments", {"text": "Good.", "task_id": task["id"]})

    said = login("carl").get(f"/instances/{case}/comments")["items"]

    assert [(one["by"], one["text"], one["task_id"]) for one in said] == [
        ("bert", "The supplier answers by Friday.", None),
        ("anna", "Good.", task["id"]),
    ]
    assert login("fred").send("POST", f"/instances/{case}/comments", json={"text": "Me too."}).status_code == 404


def test_data_is_corrected_by_the_owner_with_a_reason(login: Login, task: dict[str, Any]):
    path = f"/instances/{task['instance_id']}/variables"
    body = {"set": {"severity": "major"}, "reason": "Typing error."}
    assert login("anna").send("PATCH", path, json=body).status_code == 403
    assert login("olga").send("PATCH", path, json={"set": {"severity": "major"}}).status_code == 422

    olga = login("olga")
    assert olga.expect(200, olga.send("PATCH", path, json=body)) == {"variables": {"severity": "major"}}

    entry = olga.get(f"/instances/{task['instance_id']}/trail")["items"][-1]
    assert (entry["actor"], entry["verb"], entry["body"]["reason"]) == ("olga", "data.corrected", "Typing error.")


def test_a_finished_record_is_amended_and_keeps_what_it_said(login: Login, three: str):
    anna = login("anna")
    anna.post("/instances", {"process": "three"})
    (task,) = anna.get("/tasks", view="claimable")["items"]
    anna.post(f"/tasks/{task['id']}/claim")
    anna.post(f"/tasks/{task['id']}/complete", {"answers": {"cause": "Bearing"}})

    anna.post(f"/tasks/{task['id']}/amend", {"answers": {"cause": "Bearing 6204"}, "reason": "The type was missing."})

    kept = anna.get(f"/tasks/{task['id']}")["answers"]
    assert [(one["number"], one["answers"]["cause"], one["reason"]) for one in kept] == [
        (1, "Bearing", None),
        (2, "Bearing 6204", "The type was missing."),
    ]


def test_a_case_rests_goes_on_and_ends_as_its_owner_says(login: Login, task: dict[str, Any]):
    case, olga, anna = f"/instances/{task['instance_id']}", login("olga"), login("anna")

    assert olga.post(f"{case}/suspend", {"reason": "The line stands still."})["status"] == "suspended"
    assert complete(anna, task, password=PASSWORD.format("anna"), meaning="approved").status_code == 409
    assert olga.post(f"{case}/resume", {"reason": "It runs again."})["status"] == "running"
    assert olga.post(f"{case}/cancel", {"reason": "Registered twice."})["status"] == "cancelled"

    late = complete(anna, task, password=PASSWORD.format("anna"), meaning="approved")
    assert (late.status_code, late.get_json()["code"]) == (409, "task-closed")
    assert "withdrawn" in late.get_json()["detail"]


def test_a_password_cannot_be_guessed_by_asking_what_would_happen(login: Login, task: dict[str, Any]):
    anna = login("anna")
    anna.expect(201, hand_in(anna, task, slot="report", file=report(b"All is well.")))
    anna.expect(201, hand_in(anna, task, slot="source", url="https://example.org/norm"))
    path = f"/tasks/{task['id']}/complete?dry_run=true"
    guesses = [{"answers": {}, "sign": {"password": f"guess number {n}", "meaning": "approved"}} for n in range(12)]
    answers = [anna.send("POST", path, json=guess).get_json()["detail"] for guess in guesses]

    assert answers[0] == "The name or the password is wrong."
    assert "too many wrong passwords" in answers[-1]


def test_cases_are_tied_and_what_blocks_is_lifted_with_a_reason(login: Login, three: str):
    anna, olga = login("anna"), login("olga")
    first, second = (anna.post("/instances", {"process": "three"})["id"] for _ in range(2))
    path, tie = f"/instances/{first}/links", {"target_id": second, "kind": "blocks"}

    tried = anna.post(f"{path}?dry_run=true", tie)["items"]
    assert [one["kind"] for one in tried] == ["blocks"]
    assert anna.get(path)["items"] == []
    (link,) = anna.post(path, tie)["items"]
    assert (link["source_id"], link["target_id"], link["lifted_at"]) == (first, second, None)
    assert anna.get(f"/instances/{second}/links")["items"] == [link]

    assert olga.send("POST", f"{path}/{second}/lift", json={"reason": ""}).status_code == 422
    (lifted,) = olga.post(f"{path}/{second}/lift", {"reason": "Another cause was found."})["items"]
    assert (lifted["lifted_by"], lifted["reason"]) == ("olga", "Another cause was found.")
    assert olga.send("POST", f"{path}/{second}/lift", json={"reason": "Once more."}).status_code == 409
    assert anna.send("POST", path, json={"target_id": second, "kind": "likes"}).status_code == 422


FROZEN = {"what": "model", "score": 0.5}


def test_what_a_case_has_frozen_is_listed_and_shown_with_its_digest(login: Login, in_force: Callable[[bytes], str]):
    in_force(freezing())
    anna = login("anna")
    case = anna.post("/instances", {"process": "freezer", "variables": FROZEN})["id"]
    [task] = anna.get("/tasks", view="claimable")["items"]
    anna.post(f"/tasks/{task['id']}/claim")
    anna.post(f"/tasks/{task['id']}/complete", {"answers": {}})

    [listed] = anna.get(f"/instances/{case}/documents")["items"]
    assert (listed["name"], listed["element"], listed["digest"]) == ("Pack", "S", sha256(canonical(PACK)).hexdigest())
    shown = anna.get(f"/instances/{case}/documents/{listed['id']}")
    assert shown == {**listed, "content": PACK}
    other = anna.post("/instances", {"process": "freezer", "variables": FROZEN})["id"]
    assert anna.send("GET", f"/instances/{other}/documents/{listed['id']}").status_code == 404
    assert login("fred").send("GET", f"/instances/{case}/documents").status_code == 404


PAPER = b'#set document(title: "Pack")\n#set text(lang: "en")\n#json("document.json").what'


def test_a_document_is_printed_for_whoever_may_see_its_case(login: Login, database: Database):
    deploy(database, freezing(), owner="olga", now=MORNING, beside={"Pack.typ": PAPER})
    anna = login("anna")
    case = anna.post("/instances", {"process": "freezer", "variables": FROZEN})["id"]
    [task] = anna.get("/tasks", view="claimable")["items"]
    anna.post(f"/tasks/{task['id']}/claim")
    anna.post(f"/tasks/{task['id']}/complete", {"answers": {}})
    [document] = anna.get(f"/instances/{case}/documents")["items"]

    answer = anna.send("GET", f"/documents/{document['id']}.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == "attachment; filename=Pack.pdf"
    assert answer.data.startswith(b"%PDF-")
    assert login("fred").send("GET", f"/documents/{document['id']}.pdf").status_code == 404


CALL = '<bpmn:callActivity id="C_child" name="child" calledElement="child"/>'
WAITS = process("parent", sequence(START, CALL, END))


def test_a_case_that_waits_for_another_shows_for_whom_and_since_when(login: Login, in_force: Any, clock: Clock):
    in_force(process("child", sequence(START, user_task("T_child", groups="staff"), END)))
    in_force(WAITS)
    anna, began = login("anna"), clock().isoformat()
    case = anna.post("/instances", {"process": "parent"})["id"]
    clock.forward(hours=3)
    blocks = anna.post("/instances", {"process": "child", "title": "The line stands still"})["id"]
    anna.post(f"/instances/{blocks}/links", {"target_id": case, "kind": "blocks"})
    [called, other] = sorted(
        anna.get("/tasks", view="claimable")["items"], key=lambda one: one["instance_id"] == blocks
    )
    for task in (called, other):
        login("bert").post(f"/tasks/{task['id']}/claim")
    clock.forward(days=2)

    first, second = anna.get(f"/instances/{case}/waits")["items"]

    assert first["case_id"] == called["instance_id"] != blocks
    assert (first["why"], first["element"], first["process"]) == ("called", "C_child", "child")
    assert (first["people"], first["since"]) == (["bert"], began)
    assert (second["why"], second["title"], second["people"]) == ("blocked", "The line stands still", ["bert"])
    for task in (called, other):
        login("bert").post(f"/tasks/{task['id']}/complete")
    assert [one["why"] for one in anna.get(f"/instances/{case}/waits")["items"]] == []
