"""Signing in, tokens, people and groups over HTTP."""

from collections.abc import Callable
from dataclasses import replace

from flask import Flask

from tests.integration.api.conftest import PASSWORD, Client, Clock
from web.app import create_app
from web.services import Limits, Services

Login = Callable[..., Client]


def test_a_password_gives_a_token_that_speaks_for_its_person(login: Login):
    me = login("anna", "read", "work").get("/me")

    assert (me["id"], me["groups"], me["leads"], me["scopes"]) == ("anna", ["staff"], ["staff"], ["read", "work"])


def test_a_wrong_password_and_an_unknown_name_read_the_same(app: Flask):
    said = []
    for person in ("anna", "nobody"):
        answer = Client(app).send("POST", "/tokens", json={"person": person, "password": "wrong wrong", "name": "x"})
        assert answer.status_code == 401
        said.append({**answer.get_json()})
    assert said[0] == said[1]
    assert said[0]["code"] == "sign-in-failed"


def test_a_token_can_be_seen_and_revoked_but_never_read_again(app: Flask, login: Login):
    anna = login("anna")
    (token,) = anna.get("/tokens")["items"]
    assert "token" not in token
    assert anna.token is not None
    assert anna.token.startswith(token["prefix"])

    anna.expect(204, anna.send("DELETE", f"/tokens/{token['id']}"))

    assert anna.send("GET", "/me").status_code == 401


def test_a_token_ends_when_its_time_is_over(app: Flask, clock: Clock, login: Login):
    body = {"person": "anna", "password": PASSWORD.format("anna"), "name": "short", "days": 1}
    short = Client(app, Client(app).post("/tokens", body)["token"])
    clock.forward(hours=23)
    assert short.send("GET", "/me").status_code == 200
    clock.forward(hours=1)
    assert short.send("GET", "/me").status_code == 401


def test_guessing_from_one_address_is_slowed_down(services: Services):
    app = create_app(replace(services, limits=Limits(sign_ins="3 per minute")))
    body = {"person": "anna", "password": "wrong wrong", "name": "x"}

    codes = [Client(app).send("POST", "/tokens", json=body) for _ in range(4)]

    assert [one.status_code for one in codes] == [401, 401, 401, 429]
    assert codes[3].get_json()["code"] == "too-many-attempts"
    assert int(codes[3].headers["Retry-After"]) <= 60


def test_people_come_change_and_leave_and_history_keeps_their_names(login: Login):
    adam = login("adam")
    made = adam.send("POST", "/people", json={"id": "dora", "name": "Dora", "password": PASSWORD.format("dora")})
    assert (made.status_code, made.headers["Location"]) == (201, "/api/v1/people/dora")
    adam.expect(200, adam.send("PUT", "/groups/staff/members/dora", json={}))
    assert login("dora").get("/me")["groups"] == ["staff"]

    adam.expect(200, adam.send("PATCH", "/people/dora", json={"name": "Dora Diehl", "zone": "Europe/Lisbon"}))
    left = adam.post("/people/dora/end", {"reason": "Retired."})

    assert (left["name"], left["active"], left["groups"]) == ("Dora Diehl", False, [])
    assert (
        Client(adam.app).send("POST", "/tokens", json={"person": "dora", "password": "x", "name": "x"}).status_code
        == 401
    )
    assert "dora" in [one["id"] for one in adam.get("/people", active="false")["items"]]


def test_who_leads_a_group_cannot_leave_before_another_leads_it(login: Login):
    answer = login("adam").send("POST", "/people/anna/end", json={})

    assert (answer.status_code, answer.get_json()["code"]) == (409, "conflict")
    assert "staff" in answer.get_json()["detail"]


def test_a_new_lead_takes_the_place_of_the_one_before(login: Login):
    adam = login("adam")

    group = adam.expect(200, adam.send("PUT", "/groups/staff/members/bert", json={"standing": "lead"}))

    assert [(one["person"], one["standing"]) for one in group["members"]] == [
        ("bert", "lead"),
        ("anna", "member"),
        ("carl", "member"),
    ]


def test_ones_own_password_is_changed_by_who_knows_it(app: Flask, login: Login):
    anna = login("anna")
    wrong = anna.send("POST", "/people/anna/password", json={"password": "another long one", "current": "guessed it"})
    assert wrong.status_code == 403

    right = {"password": "another long one", "current": PASSWORD.format("anna")}
    anna.expect(204, anna.send("POST", "/people/anna/password", json=right))

    Client(app).post("/tokens", {"person": "anna", "password": "another long one", "name": "new"})
