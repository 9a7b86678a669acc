"""Every door at which somebody proves who he is slows down who guesses: by account, and by address."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine.identity import people
from engine.identity.attempts import FAILURES
from engine.identity.people import SETUP
from engine.public import codes
from engine.transactions import Database
from tests.factories import END, START, process, sequence
from tests.integration.accounts.conftest import FACTOR, Phone, Trail
from tests.integration.api.conftest import MORNING, PASSWORD, Client, Clock
from tests.integration.engine_rest.conftest import basic
from tests.integration.pages.conftest import Reader, signed_in, words
from web.app import create_app
from web.services import Limits, Services

SIGN = '<camunda:properties><camunda:property name="sign" value="approved"/></camunda:properties>'
TASK = f"<bpmn:extensionElements>{SIGN}</bpmn:extensionElements></bpmn:userTask>"
SIGNED = process("signed", sequence(START, f'<bpmn:userTask id="T" name="T" camunda:assignee="anna">{TASK}', END))
NOBODYS_CODE = codes.code_of(bytes(range(15)))


@dataclass
class Visitor:
    """Somebody at an address who says that he is anna, and what he tries things with."""

    app: Flask
    address: str = "192.0.2.1"
    task: str = ""
    phone: Phone | None = None
    at: Reader | None = None
    token: str = ""

    @property
    def client(self) -> FlaskClient:
        """Of a browser that nobody knows, at this address."""
        client = self.app.test_client()
        client.environ_base["REMOTE_ADDR"] = self.address
        return client

    def elsewhere(self, address: str) -> "Visitor":
        """The same, at another address."""
        there = replace(self, address=address)
        if there.at:
            there.at.client.environ_base["REMOTE_ADDR"] = address
        return there

    def fill(self, reader: Reader, page: str, address: str, **fields: str) -> TestResponse:
        """Send a form of a page."""
        if not reader.proof:
            reader.tree(reader.client.get(page))
        return reader.client.post(address, data={"csrf_token": reader.proof} | fields)

    def call(self, path: str, body: Any) -> TestResponse:
        """Send something to the API, in anna's name where she has a token."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.post(f"/api/v1{path}", json=body, headers=headers)


def word(right: bool) -> str:
    return PASSWORD.format("anna") if right else "a guess"


def code(one: Visitor, right: bool) -> str:
    assert one.phone
    return one.phone.next() if right else "letters"


def sign_in(one: Visitor, right: bool) -> TestResponse:
    return one.fill(Reader(one.client), "/login", "/login", name="anna", password=word(right))


def second_step(one: Visitor, right: bool) -> TestResponse:
    reader = Reader(one.client)
    first = one.fill(reader, "/login", "/login", name="anna", password=word(True))
    reader.proof = ""
    return first if first.status_code == 429 else one.fill(reader, "/login/code", "/login/code", code=code(one, right))


def token(one: Visitor, right: bool) -> TestResponse:
    return one.client.post("/api/v1/tokens", json={"person": "anna", "password": word(right), "name": "test"})


def token_by_code(one: Visitor, right: bool) -> TestResponse:
    body = {"person": "anna", "password": word(True), "code": code(one, right), "name": "test"}
    return one.client.post("/api/v1/tokens", json=body)


def modeler(one: Visitor, right: bool) -> TestResponse:
    return one.client.get("/engine-rest/deployment", headers={"Authorization": basic("anna", word(right))})


def signature(one: Visitor, right: bool) -> TestResponse:
    sign = {"password": word(right), "meaning": "approved"}
    return one.call(f"/tasks/{one.task}/complete?dry_run=true", {"sign": sign})


def signature_at_a_browser(one: Visitor, right: bool) -> TestResponse:
    assert one.at
    fields = {"password": word(right), "meaning": "approved", "values": "{}"}
    return one.fill(one.at, f"/tasks/{one.task}", f"/tasks/{one.task}/finish", **fields)


def own_password(one: Visitor, right: bool) -> TestResponse:
    return one.call("/people/anna/password", {"current": word(right), "password": word(True)})


def own_password_at_a_browser(one: Visitor, right: bool) -> TestResponse:
    assert one.at
    fields = {"current": word(right), "new": word(True), "again": word(True)}
    return one.fill(one.at, "/account", "/account/password", **fields)


def setting_up(one: Visitor, right: bool) -> TestResponse:
    assert one.at
    return one.fill(one.at, FACTOR, FACTOR, password=word(right))


def reset(one: Visitor, _right: bool) -> TestResponse:
    return one.fill(Reader(one.client), "/forgotten", "/forgotten", name="anna")


def answers(one: Visitor, _right: bool) -> TestResponse:
    return one.client.post("/public/letters/read", json={"code": NOBODYS_CODE})


def answers_at_a_browser(one: Visitor, _right: bool) -> TestResponse:
    return one.fill(Reader(one.client), "/answers", "/answers", code=NOBODYS_CODE)


Door = Callable[[Visitor, bool], TestResponse]
PASSWORDS: tuple[Door, ...] = (
    sign_in,
    token,
    modeler,
    signature,
    signature_at_a_browser,
    own_password,
    own_password_at_a_browser,
    setting_up,
)
CODES: tuple[Door, ...] = (second_step, token_by_code)
ASKING: tuple[Door, ...] = (reset, answers, answers_at_a_browser)


@pytest.fixture(scope="module")
def narrow(door: Flask) -> Flask:
    """The front door with bounds that are reached soon."""
    few = Limits(sign_ins="3 per hour", resets="3 per hour", public_calls="3 per hour")
    made = create_app(replace(door.extensions["steward"], limits=few))
    made.config["SECRET_KEY"] = door.config["SECRET_KEY"]
    return made


@pytest.fixture
def visitor(
    app: Flask, login: Callable[..., Client], in_force: Callable[[bytes], str], phone: Callable[[Reader, str], Phone]
) -> Callable[[Door], Visitor]:
    """Anna before a door, with what it takes to be let in."""

    def before(door: Door) -> Visitor:
        one = Visitor(app)
        if door in CODES:
            one.phone = phone(signed_in(app.test_client(), "anna"), "anna")
        if door in PASSWORDS[3:]:
            in_force(SIGNED)
            login("olga").post("/instances", {"process": "signed"})
            one.token = login("anna").token or ""
            (task,) = Client(app, one.token).get("/tasks")["items"]
            one.task = task["id"]
            Client(app, one.token).post(f"/tasks/{one.task}/claim")
            one.at = signed_in(app.test_client(), "anna")
        return one

    return before


@pytest.mark.parametrize("entrance", [*PASSWORDS, *CODES], ids=lambda one: one.__name__)
def test_guessing_closes_the_account_at_this_door_until_it_opens_by_itself(
    entrance: Door, visitor: Callable[[Door], Visitor], clock: Clock
):
    anna = visitor(entrance)
    most = 5 if entrance in CODES else FAILURES
    refused = [entrance(anna, False) for _ in range(most)]
    assert all(400 <= one.status_code < 500 for one in refused)
    assert not any("too many" in one.get_data(as_text=True) for one in refused)

    closed = entrance(anna, True)
    assert 400 <= closed.status_code < 500
    assert "too many wrong" in closed.get_data(as_text=True)
    clock.forward(minutes=15)
    assert entrance(anna, True).status_code < 400


@pytest.mark.parametrize("entrance", [*PASSWORDS, *CODES, *ASKING], ids=lambda one: one.__name__)
def test_guessing_from_one_address_ends_after_a_few_and_hinders_no_other(
    entrance: Door, visitor: Callable[[Door], Visitor], narrow: Flask, services: Services
):
    anna = visitor(entrance)
    narrow.extensions["steward"] = services
    guesser = replace(anna, app=narrow).elsewhere(f"198.51.100.{[*PASSWORDS, *CODES, *ASKING].index(entrance)}")
    if guesser.at:
        guesser.at = replace(guesser.at, client=_same_cookies(narrow, guesser.at.client, guesser.address))
    statuses = [entrance(guesser, False).status_code for _ in range(4)]

    assert 429 not in statuses[:3]
    assert statuses[3] == 429
    assert entrance(guesser.elsewhere("203.0.113.9"), True).status_code < 400


def _same_cookies(app: Flask, client: FlaskClient, address: str) -> FlaskClient:
    there = app.test_client()
    there.environ_base["REMOTE_ADDR"] = address
    kept = client.get_cookie("steward")
    assert kept
    there.set_cookie("steward", kept.value)
    return there


def test_right_ones_do_not_count_against_an_address(narrow: Flask, services: Services):
    narrow.extensions["steward"] = services
    office = Visitor(narrow, "198.51.100.99")
    assert {sign_in(office, True).status_code for _ in range(5)} == {303}
    assert [sign_in(office, False).status_code for _ in range(4)] == [422, 422, 422, 429]
    page = sign_in(office, False)
    assert "too many attempts" in words(Reader(office.client).tree(page))


def test_who_guesses_from_elsewhere_hinders_nobody_at_his_own_browser_nor_unseen(
    database: Database, app: Flask, clock: Clock, trail: Trail, visitor: Callable[[Door], Visitor]
):
    with database.writing() as session:
        people.change(session, "anna", email="anna@example.org", by=SETUP, now=MORNING)
    anna = visitor(signature)
    own = signed_in(app.test_client(), "anna")
    own.press("/logout")
    stranger = Visitor(app)
    for _ in range(3):
        while "too many" not in sign_in(stranger, False).get_data(as_text=True):
            pass
        assert "where you have signed in before" in sign_in(stranger, True).get_data(as_text=True)
        own.proof = ""
        assert stranger.fill(own, "/login", "/login", name="anna", password=word(True)).status_code == 303
        assert signature(anna, True).status_code == 200
        own.proof = ""
        own.press("/logout")
        clock.forward(minutes=16)

    assert trail.verbs("person.locked") == [("person.locked", "anna", "anna")] * 3
    assert [one for one in trail.letters() if "locked" in one[0]] == [("locked_password", "anna", "mail")]
