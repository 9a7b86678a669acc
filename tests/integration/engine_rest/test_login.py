"""Who may speak to the modeler's endpoint, and how it asks."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from engine.identity import people
from engine.store.people import SignIn
from engine.transactions import Database
from tests.factories import three_tasks
from tests.integration.api.conftest import MORNING, PASSWORD, Client, Clock
from tests.integration.engine_rest.conftest import Modeler, basic
from web.app import create_app
from web.engine_rest import login as rest_login
from web.services import Limits, Services

PROBE = "/deployment?maxResults=0"


def said(answer: object) -> str:
    assert answer.content_type == "application/json"
    return answer.get_json()["message"]


@pytest.mark.parametrize(
    "header", [None, "undefined", "Basic ???", "Bearer stw_wrong", basic("adam", "not his password")]
)
def test_whoever_does_not_say_who_he_is_is_asked_in_json(app: Flask, header: str | None):
    answer = Modeler(app, header).send("GET", PROBE)

    assert answer.status_code == 401
    assert said(answer)
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_name_and_a_password_or_a_token_in_either_place_open_it(app: Flask, login: Callable[..., Client]):
    token = login("adam").token
    for header in (basic("adam"), basic("adam", charset="latin-1"), f"Bearer {token}", basic("adam", token)):
        assert Modeler(app, header).get(PROBE) == []
    assert Modeler(app, basic("olga", token)).send("GET", PROBE).status_code == 401


def test_an_e_mail_address_stands_for_the_name_as_on_the_sign_in_page(
    app: Flask, login: Callable[..., Client], database: Database
):
    secret = login("adam").token
    with database.writing() as session:
        people.change(session, "adam", email="adam@example.org", by=people.SETUP, now=MORNING)

    for password in (PASSWORD.format("adam"), secret):
        answer = Modeler(app, basic("Adam@Example.org", password)).send("GET", "/version")
        assert answer.status_code == 200, answer.text


def test_a_password_beyond_ascii_is_read_in_both_charsets(app: Flask, login: Callable[..., Client]):
    odd = "Füße auf dem Tisch"
    login("adam").post("/people/adam/password", {"current": PASSWORD.format("adam"), "password": odd})
    for charset in ("utf-8", "latin-1"):
        assert Modeler(app, basic("adam", odd, charset)).get(PROBE) == []


def test_a_preflight_needs_no_login(app: Flask):
    answer = Modeler(app, None).send("OPTIONS", "/deployment/create")

    assert (answer.status_code, answer.data) == (204, b"")
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"]


def test_a_token_does_only_what_its_scopes_say(app: Flask, login: Callable[..., Client]):
    reader = Modeler(app, f"Bearer {login('adam', 'read').token}")

    assert reader.get(PROBE) == []
    answer = reader.deploy({"three.bpmn": three_tasks()})
    assert (answer.status_code, "deploy" in said(answer)) == (403, True)


def test_who_may_not_deploy_is_told_so(app: Flask):
    answer = Modeler(app, basic("bert")).deploy({"three.bpmn": three_tasks()})

    assert answer.status_code == 403
    assert "may not deploy" in said(answer)


def test_a_right_password_is_not_hashed_again_for_each_request(modeler: Modeler, database: Database):
    for _ in range(3):
        modeler.get(PROBE)

    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SignIn)) == 1


def test_a_new_password_ends_the_old_one_at_once(modeler: Modeler, login: Callable[..., Client]):
    modeler.get(PROBE)
    changed = {"current": PASSWORD.format("adam"), "password": "quite a new password"}
    login("adam").post("/people/adam/password", changed)

    assert modeler.send("GET", PROBE).status_code == 401


def test_who_uses_a_second_factor_sends_a_token(
    app: Flask, modeler: Modeler, login: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
):
    token = login("adam").token
    modeler.get(PROBE)
    monkeypatch.setattr(rest_login, "takes_password", lambda _session, _person: False)

    answer = modeler.send("GET", PROBE)

    assert answer.status_code == 401
    assert "token" in said(answer)
    assert Modeler(app, basic("adam", token)).get(PROBE) == []


def test_guessing_locks_the_account_here_too(app: Flask, modeler: Modeler, clock: Clock):
    for _ in range(10):
        Modeler(app, basic("adam", "a guess")).send("GET", PROBE)

    assert "too many" in said(modeler.send("GET", PROBE))
    clock.forward(minutes=16)
    assert modeler.get(PROBE) == []


def test_only_wrong_logins_count_against_an_address(services: Services):
    app = create_app(replace(services, limits=Limits(sign_ins="2 per minute")))
    right, wrong = Modeler(app, basic("adam")), Modeler(app, basic("adam", "a guess"))
    statuses = [one.send("GET", PROBE).status_code for one in (right, right, right, Modeler(app, None), wrong, wrong)]

    assert statuses == [200, 200, 200, 401, 401, 401]
    refused = wrong.send("GET", PROBE)
    assert (refused.status_code, said(refused)[:41]) == (429, "There were too many wrong logins from thi")


def test_every_address_of_the_endpoint_asks_who_speaks(app: Flask):
    stranger = Modeler(app, None)
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("engine_rest.")]
    for rule in rules:
        path = re.sub(r"<[^>]+>", "019b0000-0000-7000-8000-000000000000", rule.rule).removeprefix("/engine-rest")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            assert stranger.send(method, path).status_code == 401, (method, rule.rule)
    assert len(rules) > 15
