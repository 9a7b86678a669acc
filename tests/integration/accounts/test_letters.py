"""Whatever opens an account or closes it is told to its person by mail, in the same transaction."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from engine.errors import Invalid
from engine.identity import passwords, people, recovery, tokens
from engine.identity.people import SETUP
from engine.transactions import Database
from tests.integration.accounts.conftest import FACTOR, Phone, Trail
from tests.integration.api.conftest import MORNING, PASSWORD, Client
from tests.integration.pages.conftest import Reader
from web.pages.deliveries import kinds
from webhooks.account_letters import WORDS

Readers = Callable[[str], Reader]
NEW = "quite another long one"


@pytest.fixture(autouse=True)
def reached(database: Database) -> None:
    """Anna and the administrator read mail; bert does not."""
    with database.writing() as session:
        for person in ("anna", "adam"):
            people.change(session, person, email=f"{person}@example.org", by=SETUP, now=MORNING)


def test_a_password_changed_by_its_person_is_told_to_him(reader: Readers, trail: Trail):
    anna = reader("anna")
    anna.open("/account")
    wrong = {"current": "a guess", "new": NEW, "again": NEW}
    anna.press("/account/password", 422, **wrong)
    assert trail.letters() == []
    anna.press("/account/password", **wrong | {"current": PASSWORD.format("anna")})

    assert trail.letters() == [("password_changed", "anna", "mail")]


def test_a_password_set_by_an_administrator_is_told_to_whose_it_is(login: Callable[..., Client], trail: Trail):
    adam = login("adam")
    before = trail.letters()
    for person in ("anna", "bert"):
        assert adam.send("POST", f"/people/{person}/password", json={"password": NEW}).status_code == 204
    newcomer = {"id": "nina", "name": "Nina", "email": "nina@example.org", "password": NEW}
    assert adam.send("POST", "/people", json=newcomer).status_code == 201

    assert trail.letters()[len(before) :] == [("password_set", "anna", "mail"), ("password_set", "nina", "mail")]


def test_a_password_given_on_the_machine_is_told_unless_it_is_the_first(database: Database, trail: Trail):
    operator = people.Person(id="operator:recovery", name="Recovery", kind="operator", platform_admin=True)
    with database.writing() as session:
        people.create(session, "nina", name="Nina", email="nina@example.org", by=SETUP, now=MORNING)
        passwords.set_password(session, "nina", NEW, by=SETUP, now=MORNING)
        recovery.let_in(session, "anna", NEW, reason="Lost everything.", by=operator, now=MORNING)

    assert trail.letters() == [("password_set", "anna", "mail")]


def test_a_used_recovery_code_and_new_ones_are_told(
    app: Flask, reader: Readers, phone: Callable[[Reader, str], Phone], trail: Trail
):
    anna = reader("anna")
    kept = phone(anna, "anna")
    proof = {"password": PASSWORD.format("anna")}
    anna.press(f"{FACTOR}/codes", 422, **proof, code="aaaa-bbbb-cccc-dddd")
    anna.press(f"{FACTOR}/codes", 200, **proof, code=kept.recovery[0])

    assert [kind for kind, *_ in trail.letters()] == ["factor_on", "recovery_code_used", "recovery_codes_made"]


def test_a_token_is_told_at_whichever_door_it_was_made(
    database: Database, reader: Readers, login: Callable[..., Client], trail: Trail
):
    login("anna")
    anna = reader("anna")
    anna.open("/account")
    anna.press("/account/tokens", 200, name="ci", scopes="read", days="30")

    assert trail.letters() == [("token_made", "anna", "mail")] * 2


def test_what_is_undone_is_told_to_nobody(database: Database, trail: Trail):
    anna = people.Person(id="anna", name="Anna")

    def change_and_fail(session: Session) -> None:
        passwords.set_password(session, "anna", NEW, by=anna, now=MORNING)
        tokens.issue(session, name="ci", expires_at=MORNING + timedelta(days=400), by=anna, now=MORNING)

    with pytest.raises(Invalid, match="within a year"):
        database.perform(change_and_fail, by=anna, now=MORNING)
    assert trail.letters() == []


def test_every_letter_about_an_account_has_a_name_on_the_page_of_deliveries(app: Flask):
    with app.test_request_context():
        assert WORDS.keys() <= kinds().keys()
