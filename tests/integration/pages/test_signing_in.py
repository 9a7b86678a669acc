"""Whoever knows his password signs in at a browser, stays for a while, and nobody acts through his browser unseen."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from engine.identity import passwords, people
from engine.identity.attempts import FAILURES
from engine.identity.people import SETUP
from engine.store.people import PersonRow, Visit
from engine.store.records import AuditEntry
from engine.transactions import Database
from tests.integration.api.conftest import MORNING, PASSWORD, Client
from tests.integration.pages.conftest import Reader, signed_in, words
from web.app import create_app
from web.services import Services, Visits

Readers = Callable[[str], Reader]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Visits are tried on both databases elsewhere; this is about the pages."""
    return sqlite_url


@pytest.fixture
def later(app: Flask, services: Services) -> Callable[..., None]:
    """Let time pass by the machine's clock."""
    passed = timedelta()

    def go(**span: int) -> None:
        nonlocal passed
        passed += timedelta(**span)
        app.extensions["steward"] = replace(services, machine_clock=lambda: MORNING + passed)

    return go


def test_a_page_without_a_visit_leads_to_the_sign_in_page_and_back(app: Flask, stranger: Reader):
    asked = stranger.sent("GET", "/?view=late", 302).headers["Location"]
    assert asked == "/login?next=/%3Fview%3Dlate"
    form = stranger.open(asked).xpath("//form[@action='/login']")[0]
    onward = form.xpath(".//input[@name='next']/@value")[0]

    answer = stranger.press("/login", name="anna", password=PASSWORD.format("anna"), next=onward)

    assert answer.headers["Location"] == "/?view=late"
    assert "My work" in words(stranger.open("/"), "//h1")
    assert stranger.sent("GET", "/login?next=/", 303).headers["Location"] == "/"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\\\evil.example",
        "javascript:alert(1)",
        "/api/v1/me",
        "/nowhere",
        "/login",
        "",
    ],
)
def test_the_way_onward_never_leads_out_of_our_pages(stranger: Reader, elsewhere: str):
    stranger.open("/login")
    answer = stranger.press("/login", name="anna", password=PASSWORD.format("anna"), next=elsewhere)
    assert answer.headers["Location"] == "/"


def test_name_or_mail_and_password_sign_somebody_in(database: Database, stranger: Reader, reader: Readers):
    with database.writing() as session:
        people.change(session, "anna", email="Anna@Example.org", by=SETUP, now=MORNING)
    stranger.open("/login")
    for name, password, said in (
        ("anna", "", "Write your name and your password."),
        ("anna", "a guess", "The name or the password is wrong."),
        ("nobody", "a guess", "The name or the password is wrong."),
    ):
        again = stranger.tree(stranger.press("/login", 422, name=name, password=password))
        assert words(again, "//*[@role='alert']") == said
        assert again.xpath("//input[@name='name']/@value") == [name]
    stranger.press("/login", name="anna@example.ORG", password=PASSWORD.format("anna"))

    assert "Anna" in words(stranger.open("/"), "//header")
    with database.reading() as session:
        verbs = session.scalars(select(AuditEntry.verb).where(AuditEntry.verb.like("visit.%"))).all()
    assert verbs == ["visit.began"]


def test_guessing_locks_the_account_and_says_until_when(stranger: Reader):
    stranger.open("/login")
    for _ in range(FAILURES):
        stranger.press("/login", 422, name="bert", password="a guess")
    again = stranger.tree(stranger.press("/login", 422, name="bert", password=PASSWORD.format("bert")))
    assert re.search(r"too many wrong passwords. Try again after \d\d:15.", words(again, "//*[@role='alert']"))


def test_a_visit_ends_when_nothing_was_asked_for_a_while_and_in_any_case(reader: Readers, later: Callable[..., None]):
    anna = reader("anna")
    for _ in range(6):
        later(minutes=110)
        anna.open("/")
    later(minutes=61)
    anna.sent("GET", "/", 302)
    bert = reader("bert")
    later(minutes=121)
    bert.sent("GET", "/", 302)


def test_signing_out_ends_the_visit_and_not_only_the_cookie(app: Flask, database: Database, reader: Readers):
    anna = reader("anna")
    anna.open("/")
    kept = anna.client.get_cookie("steward")
    assert kept is not None
    out = anna.press("/logout")

    assert "You are signed out." in words(anna.open(str(out.location)))
    anna.client.set_cookie("steward", kept.value)
    anna.sent("GET", "/", 302)
    with database.reading() as session:
        assert session.scalars(select(Visit.ended_at)).one() == MORNING


def test_a_new_password_and_leaving_end_all_visits(database: Database, reader: Readers):
    anna, carl = reader("anna"), reader("carl")
    anna.open("/")
    carl.open("/")
    with database.writing() as session:
        passwords.set_password(session, "anna", "another long one", by=SETUP, now=MORNING)
        people.end(session, "carl", by=SETUP, now=MORNING)
        assert session.scalars(select(PersonRow.fs_uniquifier).where(PersonRow.id == "anna")).one()

    anna.sent("GET", "/", 302)
    carl.sent("GET", "/", 302)


def test_what_is_sent_without_proof_of_its_origin_changes_nothing(
    database: Database, reader: Readers, stranger: Reader
):
    anna, bert = reader("anna"), reader("bert")
    anna.open("/")
    bert.open("/")
    for proof in ("", bert.proof, "made up"):
        anna.sent("POST", "/logout", 400, data={"csrf_token": proof})
        again = stranger.sent("POST", "/login", 400, data={"name": "anna", "password": PASSWORD.format("anna")})
        form = stranger.tree(again)
        assert "your browser keeps no cookies" in words(form, "//*[@role='alert']")
        assert form.xpath("//input[@name='name']/@value") == ["anna"]
    anna.open("/")
    anna.sent("POST", "/logout", 303, headers={"X-CSRFToken": anna.proof})


def test_what_is_sent_when_the_visit_is_over_is_not_lost_without_a_word(reader: Readers, later: Callable[..., None]):
    anna = reader("anna")
    anna.open("/")
    later(hours=13)
    answer = anna.press("/tasks/00000000-0000-0000-0000-000000000000/take-on", 401)
    assert "then send this once more" in words(anna.tree(answer))
    anna.sent("GET", "/", 401, headers={"HX-Request": "true"})
    anna.sent("GET", "/", 401, headers={"Sec-Fetch-Mode": "cors"})


def test_a_visit_speaks_on_pages_only_and_a_token_everywhere(app: Flask, reader: Readers, login: Callable[..., Client]):
    anna = reader("anna")
    anna.open("/")
    anna.sent("GET", "/api/v1/me", 401)
    anna.sent("POST", "/api/v1/instances", 401, json={"process": "three"})
    bearer = {"Authorization": f"Bearer {login('bert').token}"}
    assert "Bert" in words(anna.tree(anna.sent("GET", "/", 200, headers=bearer)), "//header")
    anna.sent("GET", "/", 401, headers={"Authorization": "Bearer wrong"})


def test_the_cookie_is_closed_to_scripts_and_to_other_sites(services: Services, app: Flask):
    browser = signed_in(app.test_client(), "anna").client
    plain, known = browser.get_cookie("steward"), browser.get_cookie("steward-known")
    secure = replace(services, visits=Visits(secure=True))
    over_tls = create_app(secure).test_client()
    page = over_tls.get("/login", base_url="https://localhost")
    cookie = page.headers["Set-Cookie"]

    for one in (plain, known):
        assert one is not None
        assert (one.http_only, one.same_site, one.path, one.secure) == (True, "Lax", "/", False)
        assert "anna" not in one.decoded_value
    assert cookie.startswith("__Host-steward=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_every_page_says_what_a_browser_may_do_with_it(reader: Readers):
    answer = reader("anna").sent("GET", "/", 200)
    policy = answer.headers["Content-Security-Policy"]

    assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} <= {
        rule.strip() for rule in policy.split(";")
    }
    assert "unsafe" not in policy
    assert "data:" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in answer.headers["Vary"]
    assert "Strict-Transport-Security" not in answer.headers
