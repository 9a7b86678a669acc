"""The modeler's Deploy button: what it sends, and what it is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from werkzeug.http import parse_options_header

from tests.factories import END, START, process, sequence, three_tasks, user_task
from tests.integration.api.conftest import Client
from tests.integration.engine_rest.conftest import DECISION, FORM, Modeler, basic
from tests.integration.pages.conftest import signed_in
from web.services import Services

Login = Callable[..., Client]
CHANGED = three_tasks().replace(b'name="T do"', b'name="Do it"')


def test_a_diagram_becomes_a_version_that_waits_for_a_second_person(modeler: Modeler, login: Login):
    answer = modeler.deploy(
        {"three.bpmn": three_tasks().replace(b"<bpmn:process", b'<bpmn:process camunda:historyTimeToLive="P180D"')}
    )

    made = answer.get_json()
    (definition,) = made["deployedProcessDefinitions"].values()
    assert answer.content_type == "application/json"
    assert datetime.strptime(made["deploymentTime"], "%Y-%m-%dT%H:%M:%S.%f%z") == datetime(2027, 1, 4, 8).astimezone()
    assert (made["name"], made["source"], made["tenantId"]) == ("trial", "Camunda Modeler", None)
    assert definition["id"] == next(iter(made["deployedProcessDefinitions"]))
    assert definition["id"].startswith("three:1:")
    assert (definition["resource"], definition["historyTimeToLive"]) == ("three.bpmn", 180)
    assert login("olga").get(f"/deployments/{made['id']}")["status"] == "waiting"
    assert modeler.get("/deployment", name="trial")[0]["id"] == made["id"]
    assert modeler.get("/deployment/count") == {"count": 1}


def test_the_same_bytes_again_make_nothing_new(modeler: Modeler):
    made = modeler.deploy({"three.bpmn": three_tasks()}).get_json()

    again = modeler.deploy({"three.bpmn": three_tasks()}).get_json()
    asked = modeler.deploy({"three.bpmn": three_tasks()}, enable_duplicate_filtering="FALSE").get_json()

    assert (again["id"], again["deployedProcessDefinitions"]) == (made["id"], None)
    assert (asked["id"], asked["deployedProcessDefinitions"]) == (made["id"], made["deployedProcessDefinitions"])
    assert [one["version"] for one in modeler.get("/process-definition", key="three")] == [1]


def test_changed_bytes_make_the_next_version_and_the_old_one_stays(modeler: Modeler):
    first = modeler.deploy({"three.bpmn": three_tasks()}).get_json()
    modeler.deploy({"three.bpmn": CHANGED})
    old = next(iter(first["deployedProcessDefinitions"]))

    assert [one["version"] for one in modeler.get("/process-definition", key="three", latestVersion="true")] == [2]
    assert modeler.get("/process-definition/key/three")["version"] == 2
    assert modeler.get(f"/process-definition/{old}")["version"] == 1
    assert modeler.get(f"/process-definition/{old}/xml")["bpmn20Xml"].encode() == three_tasks()
    assert modeler.get("/process-definition", sortBy="version", sortOrder="desc", maxResults="1")[0]["version"] == 2


def test_the_open_diagram_is_the_first_process_of_the_answer(modeler: Modeler):
    files = [
        ("ärger.bpmn", three_tasks()),
        ("beside.bpmn", process("beside", sequence(START, user_task("T_a", assignee="bert"), END))),
    ]
    files += [("class.dmn", DECISION), ("found.form", FORM), ("read me.txt", b"read me")]

    made = modeler.deploy(files).get_json()

    assert [one["key"] for one in made["deployedProcessDefinitions"].values()] == ["three", "beside"]
    assert [one["key"] for one in made["deployedDecisionDefinitions"].values()] == ["harm_class"]
    stored = modeler.get(f"/deployment/{made['id']}/resources")
    assert [one["name"] for one in stored] == [name for name, _ in files]
    data = modeler.send("GET", f"/deployment/{made['id']}/resources/{stored[-1]['id']}/data")
    assert data.data == b"read me"


def test_every_problem_of_every_file_is_told_with_its_place_and_nothing_is_deployed(modeler: Modeler):
    dangling = three_tasks().replace(b'targetRef="end"', b'targetRef="nowhere"')
    nobody = process("two", sequence(START, user_task("T_look", groups="nobody_of_this_name"), END))

    answer = modeler.deploy(
        {
            "one.bpmn": dangling,
            "two.bpmn": nobody,
            "bad.form": FORM[:-4],
            "good.bpmn": process("good", sequence(START, user_task("T_a", assignee="bert"), END)),
        }
    )

    said = answer.get_json()
    assert (answer.status_code, said["type"], said["code"]) == (400, "ParseException", 0)
    first, *lines = said["message"].split("\n")
    assert first == "ENGINE-09005 Could not parse BPMN process."
    for words in (("one.bpmn, line 1", "nowhere"), ("two.bpmn", "T_look", "nobody_of_this_name"), ("bad.form",)):
        assert any(all(word in line for word in words) for line in lines), said["message"]
    wrong = {one["mainElementId"]: one for one in said["details"]["one.bpmn"]["errors"]}
    assert wrong["f_T_check_end"]["line"] == 1
    assert modeler.get("/deployment") == []


@pytest.mark.parametrize(
    ("files", "fields", "words"),
    [
        ([], {}, "No file"),
        ([("same.bpmn", b"<a/>"), ("same.bpmn", b"<b/>")], {}, "same.bpmn"),
        ([("three.bpmn", three_tasks())], {"tenant_id": "north"}, "one organisation"),
        ([("three.bpmn", three_tasks())], {"deployment_activation_time": "2027-02-01T00:00:00"}, "second person"),
    ],
)
def test_a_form_that_cannot_be_meant_is_refused(modeler: Modeler, files, fields, words):
    answer = modeler.deploy(files, **fields)

    assert (answer.status_code, answer.get_json()["type"]) == (400, "InvalidRequestException")
    assert words in answer.get_json()["message"]


def test_a_version_starts_once_it_is_released(modeler: Modeler, login: Login):
    made = modeler.deploy({"three.bpmn": three_tasks()}).get_json()
    old = next(iter(made["deployedProcessDefinitions"]))
    for address in (f"/process-definition/{old}/start", "/process-definition/key/three/start"):
        answer = modeler.post(address, {"businessKey": None, "variables": None})
        assert (answer.status_code, "release" in answer.get_json()["message"]) == (400, True)

    login("olga").post(f"/deployments/{made['id']}/release", {"owner": "olga"})
    newer = modeler.deploy({"three.bpmn": CHANGED}).get_json()
    login("olga").post(f"/deployments/{newer['id']}/release", {"owner": "olga"})
    variables = {
        "n": {"value": 3, "type": "integer"},
        "t": {"value": "x", "type": "String"},
        "j": {"value": '{"a": [1]}', "type": "Json", "valueInfo": {}},
        "none": {"value": None, "type": "Null"},
    }

    by_id = modeler.post(f"/process-definition/{old}/start", {"businessKey": "b-1", "variables": variables}).get_json()
    by_key = modeler.post("/process-definition/key/three/start").get_json()

    assert (by_id["definitionId"], by_id["businessKey"], by_id["ended"]) == (old, "b-1", False)
    assert by_key["definitionId"].startswith("three:2:")
    kept = login("adam").get(f"/instances/{by_id['id']}/variables")["variables"]
    assert kept == {"n": 3, "t": "x", "j": {"a": [1]}, "none": None}
    assert modeler.get(f"/process-instance/{by_id['id']}")["id"] == by_id["id"]
    wrong = modeler.post(
        "/process-definition/key/three/start",
        {"variables": {"n": {"value": "x", "type": "Long"}, "f": {"value": "", "type": "File"}}},
    )
    assert (wrong.status_code, wrong.get_json()["message"].count("\n")) == (400, 2)


def test_where_release_at_once_is_set_the_deployer_owns_it(app: Flask, services: Services):
    app.extensions["steward"] = replace(services, release_at_once=True)
    modeler = Modeler(app, basic("adam"))
    made = modeler.deploy({"three.bpmn": three_tasks()}).get_json()

    answer = modeler.post(f"/process-definition/{next(iter(made['deployedProcessDefinitions']))}/start")

    assert (answer.status_code, answer.get_json()["ended"]) == (200, False)


def test_what_somebody_may_not_see_is_not_there(modeler: Modeler, app: Flask, in_force: Callable[[bytes], str]):
    in_force(three_tasks())
    case = Modeler(app, basic("anna")).post("/process-definition/key/three/start").get_json()["id"]

    assert Modeler(app, basic("fred")).send("GET", f"/process-instance/{case}").status_code == 404
    assert Modeler(app, basic("anna")).get(f"/process-instance/{case}")["ended"] is False


def test_all_addresses_of_the_endpoint_lead_to_it_and_all_errors_are_json(app: Flask, modeler: Modeler):
    for path in (
        "/engine-rest/version",
        "/rest/version",
        "/engine-rest//version",
        "/engine-rest/engine/default/version",
    ):
        answer = app.test_client().get(path, headers={"Authorization": modeler.login}, json={})
        assert isinstance(answer.get_json()["version"], str), path
    assert modeler.get("/engine") == [{"name": "default"}]
    for method, path, status in (
        ("GET", "/no-such-thing", 404),
        ("PUT", "/version", 405),
        ("GET", "/process-definition/three:1:nothing", 404),
        ("GET", "/deployment?maxResults=many", 400),
        ("POST", "/process-definition/key/nothing/start", 404),
    ):
        answer = modeler.send(method, path)
        assert (answer.status_code, answer.content_type) == (status, "application/json"), path
        assert set(answer.get_json()) == {"type", "message", "code"}
    assert modeler.send("PUT", "/version").headers["Allow"] == "GET"


def test_open_in_cockpit_leads_to_the_page_of_the_deployment(app: Flask, services: Services):
    app.extensions["steward"] = replace(services, public_url="https://steward.example.org")
    stranger = app.test_client()
    links = stranger.get("/.well-known/camunda-automation-platform/webapps").get_json()
    assert links["cockpitUrl"] == "https://steward.example.org/modeler/"

    query = {"deploymentsQuery": '[{"type":"id","operator":"eq","value":"0195"}]'}
    assert stranger.get("/modeler/repository", query_string=query).headers["Location"] == "/deployments/0195"
    for said in ("no", "[" * 5000, "7"):
        assert stranger.get(f"/modeler/repository?deploymentsQuery={said}").headers["Location"] == "/processes"
    case = "019b0000-0000-7000-8000-000000000000"
    assert stranger.get(f"/modeler/process-instance/{case}").headers["Location"] == f"/cases/{case}"


def test_a_file_comes_back_under_its_name_in_whatever_letters(modeler: Modeler):
    made = modeler.deploy({"ışık 雨 😀.bpmn": three_tasks()}).get_json()
    [file] = modeler.get(f"/deployment/{made['id']}/resources")

    answer = modeler.send("GET", f"/deployment/{made['id']}/resources/{file['id']}/data")

    said = answer.headers["Content-Disposition"]
    assert answer.get_data() == three_tasks()
    assert parse_options_header(said)[1]["filename"] == "ışık 雨 😀.bpmn"
    assert said.isascii()  # Servers write headers in Latin-1: anything else would end the answer.


@pytest.mark.parametrize("encoding", ["UTF-16", "ISO-8859-1", "UTF-8"])
def test_a_diagram_in_another_encoding_is_given_back_as_text(modeler: Modeler, encoding: str):
    written = three_tasks().decode().replace('name="T do"', 'name="Prüfen"').replace("UTF-8", encoding)
    data = written.encode(encoding)
    made = modeler.deploy({"three.bpmn": data}).get_json()
    (definition,) = made["deployedProcessDefinitions"]

    assert "Prüfen" in modeler.get(f"/process-definition/{definition}/xml")["bpmn20Xml"]
    reader = signed_in(modeler.app.test_client(), "adam")
    assert "Prüfen" in reader.fetch("/processes/three/1/diagram").decode()
    assert reader.fetch("/processes/three/1/diagram?keep") == data


def test_names_that_no_folder_and_no_database_takes_are_refused(modeler: Modeler):
    for files, fields in [
        ({"..": three_tasks()}, {}),
        ({"three.bpmn": three_tasks()}, {"deployment_name": "a\0b"}),
        ({"three.bpmn": three_tasks()}, {"deployment_source": "a\0b"}),
        ({"three.bpmn": three_tasks()}, {"deployment_source": "s" * 201}),
    ]:
        answer = modeler.deploy(files, **fields)
        assert (answer.status_code, answer.get_json()["type"]) == (400, "InvalidRequestException")


def test_a_form_that_cannot_be_read_is_not_taken_for_an_empty_one(modeler: Modeler):
    raw = b'--e\r\nContent-Disposition: form-data; name="a"; filename="pr\xfcf.bpmn"\r\n\r\nx\r\n--e--\r\n'

    answer = modeler.send("POST", "/deployment/create", data=raw, content_type="multipart/form-data; boundary=e")

    assert answer.status_code == 400
    assert "UTF-8" in answer.get_json()["message"]
