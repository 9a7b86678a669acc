"""Whoever has a second factor needs it at every door, once a code; and it is taken from nobody unseen."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import delete, insert, update

from engine.errors import Forbidden
from engine.identity import attempts, factors, people, proving
from engine.identity.factors import Second
from engine.identity.people import SETUP
from engine.store.accounts import RecoveryCode, SecondFactor
from engine.strongbox import Strongbox
from engine.transactions import Database
from engine.verify import verify
from tests.factories import END, START, process, sequence
from tests.integration.accounts.conftest import FACTOR, Phone, Trail
from tests.integration.api.conftest import MORNING, PASSWORD, Client, Clock
from tests.integration.engine_rest.conftest import Modeler, basic
from tests.integration.pages.conftest import Reader, words
from web.engine_rest.login import REMEMBERED
from web.engine_rest.remembered import Remembered

Readers = Callable[[str], Reader]
Phones = Callable[[Reader, str], Phone]
OF_RFC_6238 = ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130"))


def alert(page: object) -> str:
    return words(page, "//*[@role='alert']")


def half_in(at: Reader, person: str) -> None:
    """The first of two steps."""
    at.open("/login?next=/cases")
    step = at.press("/login", name=person, password=PASSWORD.format(person), next="/cases")
    assert step.headers["Location"] == "/login/code?next=/cases"
    at.open(step.headers["Location"])


def test_codes_are_those_of_rfc_6238_and_each_counts_once(database: Database):
    box, anna = Strongbox.fleeting(), people.Person(id="anna", name="Anna")
    locked = box.lock(base64.b32encode(b"12345678901234567890").decode())
    with database.writing() as session:
        session.execute(insert(SecondFactor).values(person_id="anna", locked=locked, confirmed_at=MORNING))
        for second, code in OF_RFC_6238:
            given = Second(code=code, box=box, at=datetime.fromtimestamp(second, UTC))
            assert factors.check(session, "anna", given, by=anna, now=MORNING)
            assert not factors.check(session, "anna", given, by=anna, now=MORNING)


def test_it_is_set_up_with_a_password_and_confirmed_by_a_code(
    database: Database, reader: Readers, phone: Phones, people_clock: Clock, trail: Trail
):
    with database.writing() as session:
        people.change(session, "anna", email="anna@example.org", by=SETUP, now=MORNING)
    anna, elsewhere = reader("anna"), reader("anna")
    elsewhere.open("/")
    anna.open(FACTOR)
    assert "not your password" in alert(anna.tree(anna.press(FACTOR, 422, password="a guess")))
    page = anna.tree(anna.press(FACTOR, 200, password=PASSWORD.format("anna")))
    assert page.xpath("//*[local-name()='svg'][contains(@class, 'qr')]//*[local-name()='title']")
    assert page.xpath("//a[starts-with(@href, 'otpauth://totp/')]")
    assert "Look at the clock of your phone" in alert(anna.tree(anna.press(f"{FACTOR}/confirm", 422, code="000000")))
    assert "off" in words(anna.open("/account"), "//section[@aria-labelledby='factor']//header")

    kept = phone(anna, "anna")

    assert len(set(kept.recovery)) == 10
    assert "10 recovery codes are left" in words(anna.open("/account"))
    elsewhere.sent("GET", "/", 302)
    assert kept.secret not in anna.fetch(FACTOR).decode()
    anna.press(f"{FACTOR}/confirm", code=kept.code())
    assert [one[0] for one in trail.verbs("person.%") if "factor" in one[0] or "codes" in one[0]] == [
        "person.second_factor_on",
        "person.recovery_codes_made",
    ]
    assert trail.letters() == [("factor_on", "anna", "mail")]


def test_signing_in_takes_two_steps_and_a_code_is_refused_a_second_time(
    reader: Readers, stranger: Reader, phone: Phones, people_clock: Clock
):
    kept = phone(reader("anna"), "anna")
    used = kept.code()
    half_in(stranger, "anna")
    stranger.sent("GET", "/", 302)
    for wrong in (used, kept.code(steps=-2), kept.code(steps=2), "letters"):
        assert "wrong, or was used" in alert(stranger.tree(stranger.press("/login/code", 422, code=wrong)))
    done = stranger.press("/login/code", code=f"{kept.code(steps=1)[:3]} {kept.code(steps=1)[3:]}", next="/cases")
    assert done.headers["Location"] == "/cases"
    assert "Anna" in words(stranger.open("/"), "//header")

    late = Reader(stranger.client.application.test_client())
    half_in(late, "anna")
    people_clock.forward(minutes=11)
    assert "took too long" in alert(late.tree(late.press("/login/code", 422, code=kept.code())))


def test_a_recovery_code_opens_once_and_new_ones_make_those_before_void(
    app: Flask, reader: Readers, stranger: Reader, phone: Phones, trail: Trail
):
    anna = reader("anna")
    kept = phone(anna, "anna")
    half_in(stranger, "anna")
    stranger.press("/login/code", code=kept.recovery[0].upper())
    assert "9 recovery codes are left" in words(stranger.open(FACTOR))
    again = Reader(app.test_client())
    half_in(again, "anna")
    again.press("/login/code", 422, code=kept.recovery[0])

    proof = {"password": PASSWORD.format("anna")}
    anna.press(f"{FACTOR}/codes", 422, **proof, code=kept.recovery[0])
    newer = words(anna.tree(anna.press(f"{FACTOR}/codes", 200, **proof, code=kept.next())), "//pre").split()
    again.press("/login/code", 422, code=kept.recovery[1])
    again.press("/login/code", code=newer[1])
    assert ("person.recovery_code_used", "anna", "anna") in trail.verbs("person.recovery%")


def test_it_is_turned_off_with_both_and_the_password_is_enough_again(
    reader: Readers, phone: Phones, app: Flask, trail: Trail
):
    anna = reader("anna")
    kept = phone(anna, "anna")
    right = PASSWORD.format("anna")
    for password, code in (("a guess", kept.next()), (right, "000000"), (right, "")):
        anna.press(f"{FACTOR}/off", 422, password=password, code=code)
    anna.press(f"{FACTOR}/off", password=right, code=kept.next())

    assert "Your second factor is off" in words(anna.open("/account"))
    reader("anna").open("/")
    assert trail.verbs("person.second_factor_off") == [("person.second_factor_off", "anna", "anna")]


def test_no_program_comes_in_with_the_password_alone(
    app: Flask, login: Callable[..., Client], reader: Readers, phone: Phones
):
    app.extensions[REMEMBERED] = Remembered()
    token, modeler = login("adam").token, Modeler(app, basic("adam"))
    assert modeler.get("/deployment?maxResults=0") == []
    kept = phone(reader("adam"), "adam")

    body = {"person": "adam", "password": PASSWORD.format("adam"), "name": "test"}
    alone = Client(app).send("POST", "/tokens", json=body)
    assert (alone.status_code, alone.get_json()["code"]) == (403, "code-needed")
    assert Client(app).send("POST", "/tokens", json=body | {"code": "000000"}).status_code == 401
    assert Client(app).post("/tokens", body | {"code": kept.next()})["token"]

    refused = modeler.send("GET", "/deployment?maxResults=0")
    assert refused.status_code == 401
    assert "a password alone does not open it. Make a token" in refused.get_json()["message"]
    assert Modeler(app, basic("adam", token)).get("/deployment?maxResults=0") == []
    own = Client(app, token)
    changed = {"current": PASSWORD.format("adam"), "password": "another long one"}
    assert own.send("POST", "/people/adam/password", json=changed).get_json()["code"] == "code-needed"
    own.post("/people/adam/password", changed | {"code": kept.next()})


def test_a_signature_asks_for_the_code_as_well(
    login: Callable[..., Client], reader: Readers, phone: Phones, in_force: Callable[[bytes], str]
):
    told = '<camunda:properties><camunda:property name="sign" value="approved"/></camunda:properties>'
    step = f"<bpmn:extensionElements>{told}</bpmn:extensionElements></bpmn:userTask>"
    in_force(process("signed", sequence(START, f'<bpmn:userTask id="T" name="T" camunda:assignee="anna">{step}', END)))
    started = login("olga").post("/instances", {"process": "signed"})
    browser, anna = reader("anna"), login("anna")
    kept = phone(browser, "anna")
    (task,) = anna.get("/tasks", instance=started["id"])["items"]
    done, sign = f"/tasks/{task['id']}/complete", {"password": PASSWORD.format("anna"), "meaning": "approved"}
    anna.post(f"/tasks/{task['id']}/claim")

    alone = anna.send("POST", done, json={"sign": sign})
    assert (alone.status_code, alone.get_json()["code"]) == (403, "code-needed")
    assert anna.send("POST", done, json={"sign": sign | {"code": "000000"}}).status_code == 403
    page = browser.open(f"/tasks/{task['id']}")
    assert page.xpath("//form[@id='finish']//input[@name='code']/@autocomplete") == ["one-time-code"]
    fields = {"password": sign["password"], "meaning": "approved", "values": "{}"}
    assert "Give a code of it" in words(browser.tree(browser.press(f"/tasks/{task['id']}/finish", 403, **fields)))
    browser.press(f"/tasks/{task['id']}/finish", **fields, code=kept.next())
    assert anna.get(f"/instances/{started['id']}")["status"] == "completed"


def test_an_administrator_removes_it_from_somebody_who_lost_it_and_never_his_own(
    app: Flask, reader: Readers, phone: Phones, login: Callable[..., Client], trail: Trail
):
    bert, adam = reader("bert"), reader("adam")
    phone(bert, "bert")
    page = adam.open("/people/bert")
    (where,) = page.xpath("//section[@aria-labelledby='factor']//form/@action")
    bert.press(where, 403, reason="I want to")
    adam.press(where, reason=" ")
    assert "Say why" in words(adam.open("/people/bert"))
    adam.press(where, reason="Lost his phone; I saw his badge.")

    bert.sent("GET", "/", 302)
    reader("bert").open("/")
    assert trail.verbs("person.second_factor_off") == [("person.second_factor_off", "bert", "adam")]
    own = login("adam")
    phone(adam, "adam")
    for who, status in (("adam", 403), ("carl", 404), ("nobody", 404)):
        assert own.send("POST", f"/people/{who}/second-factor/remove", json={"reason": "So."}).status_code == status


def test_a_role_may_ask_for_it_and_then_nothing_else_opens(
    app: Flask, reader: Readers, phone: Phones, change: Callable[..., None]
):
    change(second_factor_for=frozenset({"staff", "admin"}))
    app.extensions[REMEMBERED] = Remembered()
    anna = reader("anna")
    assert anna.sent("GET", "/", 303).headers["Location"] == FACTOR
    assert "Your role asks for a second factor" in words(anna.open(FACTOR))
    body = {"person": "anna", "password": PASSWORD.format("anna"), "name": "test"}
    assert "set one up" in Client(app).send("POST", "/tokens", json=body).get_json()["detail"]
    assert Modeler(app, basic("adam")).send("GET", "/deployment").status_code == 401

    kept = phone(anna, "anna")
    anna.open("/")
    proof = {"password": PASSWORD.format("anna"), "code": kept.next()}
    assert "so it stays on" in words(anna.tree(anna.press(f"{FACTOR}/off", 422, **proof)))
    reader("fred").open("/")


def test_what_is_done_to_it_in_the_database_is_found(database: Database, reader: Readers, phone: Phones):
    kept = phone(reader("anna"), "anna")

    def found() -> list[str]:
        with database.reading() as session:
            return sorted({one.record for one in verify(session, None).findings if one.record == "second_factors"})

    assert kept
    assert found() == []
    with database.writing() as session:
        session.execute(update(RecoveryCode).values(used_at=MORNING))
    assert found() == ["second_factors"]
    with database.writing() as session:
        session.execute(delete(RecoveryCode))
        session.execute(delete(SecondFactor))
    assert found() == ["second_factors"]


def test_whoever_knows_the_password_guesses_few_codes_and_the_person_is_told(
    database: Database, clock: Clock, reader: Readers, phone: Phones, trail: Trail
):
    kept = phone(reader("anna"), "anna")
    with database.writing() as session:
        people.change(session, "anna", email="anna@example.org", by=SETUP, now=MORNING)
    box = Strongbox.fleeting()

    def guess() -> str:
        second = Second(code="letters", box=box, at=clock())
        with pytest.raises(Forbidden) as refused:
            database.perform(
                lambda session: proving.prove(session, "anna", PASSWORD.format("anna"), second, now=clock()),
                by=SETUP,
                now=clock(),
            )
        return str(refused.value)

    tried = 0
    for _ in range(30):
        while "too many" not in guess():
            tried += 1
        clock.forward(minutes=16)
    assert tried == dict.fromkeys([attempts.BOUNDS["code"][1][0]]).popitem()[0]
    assert {one[0] for one in trail.letters()} == {"locked_code"}
    assert kept
