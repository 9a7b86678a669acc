"""Deploying over HTTP: all or nothing, every problem at once, and a second person to release."""

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO

import pytest

from tests.factories import END, START, process, sequence, three_tasks, user_task
from tests.integration.api.conftest import Client, deploy, upload

Login = Callable[..., Client]
SILENT = process("silent", sequence(START, user_task("T_who"), END))


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """These tests are about HTTP: one database is enough."""
    return sqlite_url


@pytest.fixture
def three(login: Login) -> str:
    """The id of the definition of three tasks, deployed by adam and released by olga."""
    return deploy(login, "three.bpmn", three_tasks())


def test_a_refused_deployment_lists_every_problem_of_every_file(login: Login):
    wrong = {
        "one.bpmn": three_tasks().replace(b'candidateGroups="staff"', b'candidateGroups="stuff"'),
        "two.bpmn": b"<no",
    }

    answer = upload(login("adam"), wrong, name="wrong")

    said = answer.get_json()
    assert (answer.status_code, said["code"]) == (422, "deployment-refused")
    assert {one["file"] for one in said["problems"]} == {"one.bpmn", "two.bpmn"}
    for one in said["problems"]:
        assert one["message"]
        assert one["remedy"]
        assert one["code"]
    assert login("adam").get("/deployments")["items"] == []


def test_files_that_have_not_changed_make_no_new_version(login: Login):
    adam = login("adam")
    upload(adam, {"three.bpmn": three_tasks()}, name="three")

    again = upload(adam, {"three.bpmn": three_tasks()}, name="three").get_json()

    assert (again["is_new"], again["definitions"]) == (False, [])
    assert len(adam.get("/definitions", key="three")["items"]) == 1


@pytest.mark.parametrize("place", ["address", "form"])
def test_a_dry_run_tells_the_version_and_deploys_nothing(login: Login, place: str):
    adam = login("adam")
    asked = {"dry_run": "true"} if place == "form" else {"path": "/deployments?dry_run=true"}

    answer = upload(adam, {"three.bpmn": three_tasks()}, name="three", **asked)

    made = answer.get_json()
    assert [(one["key"], one["version"]) for one in made["definitions"]] == [("three", 1)]
    assert made["id"] is None
    assert answer.headers["Steward-Dry-Run"] == "true"
    assert adam.get("/deployments")["items"] == []


def test_nobody_releases_what_he_deployed(login: Login):
    adam = login("adam")
    made = upload(adam, {"three.bpmn": three_tasks()}, name="three").get_json()

    answer = adam.send("POST", f"/deployments/{made['id']}/release", json={"owner": "adam"})

    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden")


def test_a_model_that_names_nobody_is_bound_before_its_release(login: Login):
    adam, olga = login("adam"), login("olga")
    made = upload(adam, {"silent.bpmn": SILENT}, name="silent").get_json()
    (role,) = made["definitions"][0]["open_roles"]
    refused = olga.send("POST", f"/deployments/{made['id']}/release", json={"owner": "olga"})
    assert (refused.status_code, refused.get_json()["code"]) == (422, "deployment-refused")

    body = {"owner": "olga", "bindings": {role: "group:staff"}}
    released = olga.post(f"/deployments/{made['id']}/release", body)

    definition = released["definitions"][0]
    assert (definition["status"], definition["bindings"]) == ("released", {role: "group:staff"})
    bound = olga.get(f"/definitions/{definition['id']}/bindings")["items"]
    assert [(one["role"], one["who"], one["proposed"]) for one in bound] == [(role, "group:staff", False)]

    changed = olga.send("PUT", f"/definitions/{definition['id']}/bindings", json={"bindings": {role: "person:bert"}})
    assert olga.expect(200, changed)["items"][0]["who"] == "person:bert"
    stranger = login("anna").send(
        "PUT", f"/definitions/{definition['id']}/bindings", json={"bindings": {role: "person:anna"}}
    )
    assert stranger.status_code == 403


def test_the_authors_file_is_given_back_byte_for_byte(login: Login, three: str):
    anna = login("anna")

    file = anna.send("GET", f"/definitions/{three}/resource")
    diagram = anna.send("GET", f"/definitions/{three}/diagram")

    assert sha256(file.get_data()).digest() == sha256(three_tasks()).digest()
    assert file.headers["Content-Disposition"] == "attachment; filename=three.bpmn"
    assert (diagram.mimetype, diagram.get_data()) == ("application/xml", three_tasks())


def test_definitions_are_listed_by_key_with_the_newest_first(login: Login, three: str):
    adam, olga = login("adam"), login("olga")
    changed = three_tasks().replace(b'name="T ask"', b'name="Ask again"')
    made = upload(adam, {"three.bpmn": changed}, name="three").get_json()
    found = lambda **query: [(one["version"], one["status"]) for one in adam.get("/definitions", **query)["items"]]  # noqa: E731

    assert found(key="three") == [(2, "waiting"), (1, "released")]
    assert found(key="three", latest="true") == [(2, "waiting")]
    assert found(key="three", latest="true", status="released") == [(1, "released")]

    olga.post(f"/deployments/{made['id']}/release", {"owner": "olga"})
    assert found(key="three", latest="true", status="released") == [(2, "released")]


def test_two_files_of_one_name_are_refused(login: Login):
    parts = [(BytesIO(three_tasks()), "a.bpmn"), (BytesIO(SILENT), "folder/a.bpmn")]

    answer = login("adam").send("POST", "/deployments", data={"files": parts}, content_type="multipart/form-data")

    assert (answer.status_code, answer.get_json()["errors"]) == (422, {"files": ["a.bpmn"]})


def test_who_does_not_manage_the_platform_does_not_deploy(login: Login):
    answer = upload(login("anna"), {"three.bpmn": three_tasks()})

    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden")
