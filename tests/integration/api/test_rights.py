"""Every address asks who speaks, and what he may know of."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from tests.factories import process, sequence, user_task
from tests.integration.api.conftest import Client, make_auditor
from web.auth import PUBLIC, SCOPES
from web.pages import is_page

Login = Callable[..., Client]
OPEN = {
    "GET /public",
    "GET /public/<way_key>",
    "POST /public/<way_key>",
    "POST /public/letters/read",
    "POST /public/letters/write",
    "/healthz",
    "/readyz",
    "/metrics",
    "/problems/",
    "/problems/<code>",
    "/api/v1/",
    "/api/v1/page.css",
    "/api/v1/openapi.json",
    "POST /api/v1/tokens",
    "GET /login",
    "POST /login",
    "GET /login/code",
    "POST /login/code",
    "GET /forgotten",
    "POST /forgotten",
    "/new-password/<link>",
    "POST /logout",
    "/status",  # What was approved for everybody.
    "/tell",
    "GET /tell/<way_key>",
    "POST /tell/<way_key>",
    "GET /answers",
    "POST /answers",
    "GET /calendar/<secret>.ics",  # The address itself is the secret.
    "POST /hooks/<key>",  # What comes in is signed.
    "GET /.well-known/camunda-automation-platform/webapps",
    "GET /modeler/repository",  # Both only lead on to pages.
    "GET /modeler/process-instance/<uuid:instance_id>",
    "/acknowledge/<link>",  # The link is signed, for one person and one task.
}
SECRET = process(
    "secret",
    sequence(
        '<bpmn:startEvent id="start"/>', user_task("T_look", groups="board", inside=""), '<bpmn:endEvent id="end"/>'
    ),
).replace(
    b'isExecutable="true">',
    b'isExecutable="true"><bpmn:extensionElements><camunda:properties><camunda:property name="confidential"'
    b' value="true"/></camunda:properties></bpmn:extensionElements>',
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The same rules in SQL are tested on both databases elsewhere; the walk is about the addresses."""
    return sqlite_url


def addresses(app: Flask) -> Iterator[tuple[str, str, str, str]]:
    """Method, address, name and scope of every operation; pages and the modeler's endpoint ask in their own ways."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            scope = getattr(app.view_functions[rule.endpoint], "scope", PUBLIC)
            if (scope == PUBLIC or not is_page(rule.endpoint)) and not rule.endpoint.startswith("engine_rest."):
                yield method, rule.rule, rule.endpoint, scope


def filled(rule: str, ids: dict[str, str]) -> str:
    """An address with these ids in place of its parts; unknown ones are made up."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: ids.get(part[1], str(uuid4())), rule)


def body_for(app: Flask, method: str, rule: str) -> dict[str, Any]:
    """What the description shows as an example for this operation."""
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)
    spec = app.extensions["steward-description"].spec.to_dict()
    content = spec["paths"][path][method.lower()].get("requestBody", {}).get("content", {})
    return dict(content.get("application/json", {}).get("example", {}))


def test_nothing_but_what_is_listed_is_open_to_strangers(app: Flask):
    found = {
        rule if rule in OPEN else f"{method} {rule}" for method, rule, _, scope in addresses(app) if scope == PUBLIC
    }
    assert found == OPEN


def test_every_operation_asks_for_a_token(app: Flask):
    stranger = app.test_client()
    walked = 0
    for method, rule, _, scope in addresses(app):
        if scope == PUBLIC:
            continue
        for headers in ({}, {"Authorization": "Bearer stw_wrong"}, {"Authorization": "Basic YTpi"}):
            answer = stranger.open(filled(rule, {}), method=method, headers=headers)
            assert (answer.status_code, answer.get_json()["code"]) == (401, "unauthenticated"), (method, rule)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        walked += 1
    assert walked > 60


def test_a_token_does_only_what_its_scopes_say(app: Flask, login: Login):
    for narrow in SCOPES:
        client = login("adam", narrow)
        for method, rule, _, scope in addresses(app):
            if scope in (PUBLIC, narrow):
                continue
            answer = client.send(method, filled(rule, {}).removeprefix("/api/v1"))
            assert (answer.status_code, answer.get_json()["code"]) == (403, "scope-missing"), (narrow, method, rule)
            assert answer.get_json()["scope"] == scope


@pytest.fixture
def secret(login: Login, in_force: Callable[[bytes], str]) -> dict[str, str]:
    """A confidential case of the board's (bert is the board), and all its ids."""
    login("adam").post("/groups", {"key": "board", "name": "Board"})
    login("adam").expect(200, login("adam").send("PUT", "/groups/board/members/bert", json={"standing": "lead"}))
    definition = in_force(SECRET)
    bert = login("bert")
    case = bert.post("/instances", {"process": "secret", "title": "Nobody shall know"})
    (task,) = bert.get("/tasks", view="claimable")["items"]
    return {"definition_id": definition, "instance_id": case["id"], "task_id": task["id"], "person_id": "bert"}


@pytest.mark.parametrize("stranger", ["fred", "anna", "adam", "olga"])
def test_a_confidential_case_does_not_exist_for_others(app: Flask, login: Login, secret: dict[str, str], stranger: str):
    client = login(stranger)
    walked = 0
    for method, rule, _name, _scope in addresses(app):
        if not {"instance_id", "task_id"} & set(re.findall(r"<uuid:(\w+)>", rule)):
            continue
        given: dict[str, Any] = {"json": body_for(app, method, rule)} if method != "GET" else {}
        if rule.endswith("/evidence") and method == "POST":
            given = {"data": {"slot": "report", "url": "https://example.org"}, "content_type": "multipart/form-data"}
        for headers in ({}, {"If-Match": '"99"'}):
            answer = client.send(method, filled(rule, secret).removeprefix("/api/v1"), headers=headers, **given)
            assert answer.status_code == 404, (stranger, method, rule, answer.get_data(as_text=True))
        walked += 1
    assert walked > 25
    assert client.get("/instances")["items"] == []
    assert client.get("/tasks", view="all")["items"] == []
    assert login("bert").get(f"/instances/{secret['instance_id']}")["status"] == "running"


def test_who_may_see_and_not_manage_is_told_whom_to_ask(login: Login, three: str):
    case = login("anna").post("/instances", {"process": "three"})
    for act in ("cancel", "suspend", "resume"):
        answer = login("bert").send("POST", f"/instances/{case['id']}/{act}", json={"reason": "I would rather not."})
        said = answer.get_json()
        assert (answer.status_code, said["code"]) == (403, "forbidden")
        assert "olga" in said["remedy"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/people", {"id": "dora", "name": "Dora"}),
        ("PATCH", "/people/bert", {"name": "Robert"}),
        ("POST", "/people/bert/end", {}),
        ("POST", "/groups", {"key": "board", "name": "Board"}),
        ("PATCH", "/groups/staff", {"name": "Crew"}),
        ("PUT", "/groups/staff/members/fred", {}),
        ("DELETE", "/groups/staff/members/bert", None),
        ("POST", "/seals", {}),
        ("POST", "/clock", {"to": "2027-02-01T00:00:00Z"}),
    ],
)
def test_only_administrators_manage_the_platform(login: Login, method: str, path: str, body: dict[str, Any] | None):
    answer = login("anna").send(method, path, json=body)

    assert answer.status_code == 403


def test_a_password_of_another_is_not_ones_own_to_change(login: Login):
    answer = login("anna").send("POST", "/people/bert/password", json={"password": "a new long one", "current": "x"})

    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden")


def test_the_platforms_trail_is_for_auditors_and_administrators(login: Login):
    adam = login("adam")
    make_auditor(adam, "fred", ends_at="2027-02-01T00:00:00Z")

    for reader in (adam, login("fred")):
        verbs = [entry["verb"] for entry in reader.get("/platform/trail", limit=200)["items"]]
        assert verbs[-1] == "token.issued"
        assert {"person.created", "group.created", "group.joined"} <= set(verbs)
    assert login("anna").send("GET", "/platform/trail").status_code == 403


def test_an_auditor_reads_and_changes_nothing(app: Flask, login: Login, three: str):
    adam = login("adam")
    make_auditor(adam, "fred", ends_at="2027-02-01T00:00:00Z")
    case = login("anna").post("/instances", {"process": "three"})
    fred = login("fred")

    assert fred.get("/me")["scopes"] == ["read"]
    assert fred.get(f"/instances/{case['id']}")["id"] == case["id"]
    for method, rule, _, scope in addresses(app):
        if scope not in (PUBLIC, "read"):
            answer = fred.send(method, filled(rule, {}).removeprefix("/api/v1"))
            assert (answer.status_code, answer.get_json()["code"]) == (403, "scope-missing"), (method, rule)
