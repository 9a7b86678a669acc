"""Whoever goes wrong at a browser reads a page that says so and leads on; a program reads a problem document."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from tests.factories import three_tasks
from tests.integration.api.conftest import Client
from tests.integration.pages.conftest import Reader, signed_in, words
from web.app import create_app
from web.services import Limits, Services

READS = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No database tells a refusal from another."""
    return sqlite_url


def test_an_address_that_no_page_has_answers_a_browser_in_our_frame_and_a_program_with_a_document(
    app: Flask, reader: Callable[[str], Reader], stranger: Reader
) -> None:
    anna = reader("anna")
    for address in ("/nonsense", "/deliveries/nonsense", "/cases/nothing"):
        page = anna.tree(anna.sent("GET", address, 404, headers=READS))
        assert "There is nothing here that you may see" in words(page)
        assert page.xpath("//nav[@id='nav']"), "who has signed in keeps the ways to everywhere else"
        assert words(page, "//main//a[@href='/']") == "Go to My work"
    page = anna.tree(anna.sent("GET", "/logout", 405, headers=READS))
    assert "This address only takes what a form sends" in words(page)

    page = stranger.tree(stranger.sent("GET", "/nonsense?a=b", 404, headers=READS))
    assert page.xpath("//main//a/@href") == ["/login?next=/nonsense%3Fa%3Db"]
    assert not page.xpath("//nav[@id='nav']")
    for address, status in (("/api/v1/nonsense", 404), ("/engine-rest/nonsense", 401), ("/hooks/nonsense", 405)):
        assert "json" in stranger.sent("GET", address, status, headers=READS).mimetype
    assert stranger.sent("GET", "/nonsense", 404).mimetype == "application/problem+json"


def test_what_is_too_much_too_large_or_comes_at_a_bad_moment_is_said_with_what_to_do(
    app: Flask, services: Services, reader: Callable[[str], Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    anna = reader("anna")

    def broken() -> None:
        raise ZeroDivisionError

    def busy() -> None:
        raise OperationalError("select 1", {}, Exception("database is locked"))

    told = {}
    for view, status in ((broken, 500), (busy, 503)):
        monkeypatch.setitem(app.view_functions, "dashboard.dashboard", view)
        page = anna.tree(anna.sent("GET", "/dashboard", status, headers=READS))
        assert words(page, "//main//a[@href='/dashboard']") == "Try again"
        told[status] = words(page)
    assert "It has been logged" in told[500]
    assert "busy or does not answer, so nothing was changed" in told[503]
    part = anna.tree(anna.sent("GET", "/dashboard", 503, headers=READS | {"HX-Request": "true"}))
    assert "busy" in part.text_content()
    assert not part.xpath("//h1"), "where a part of a page was asked for, a part answers"

    large = {"content_type": "application/x-www-form-urlencoded", "data": b"title=" + b"x" * 2_000_000}
    page = anna.tree(anna.sent("POST", "/account/look", 413, headers=READS, **large))
    assert "At most" in words(page)

    tight = Reader(create_app(replace(services, limits=Limits(sign_ins="1/minute"))).test_client())
    tight.open("/login")
    tight.press("/login", 422, name="anna", password="no")
    page = tight.tree(tight.press("/login", 429, name="anna", password="no"))
    assert "There were too many attempts Nothing was changed. Wait for a minute" in words(page)
    assert words(page, "//main//a[@href='/login']") == "Back to the form"


HERE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", **READS}


def test_what_was_typed_when_a_visit_had_ended_comes_back_to_be_sent_once_more(
    reader: Callable[[str], Reader], in_force: Callable[[bytes], str], login: Callable[..., Client]
) -> None:
    in_force(three_tasks())
    case = login("anna").post("/instances", {"process": "three"})["id"]
    anna, words_of_hers = reader("anna"), "Two lines,\nand <b>none</b> of them lost."
    anna.open(f"/cases/{case}")
    anna.client.delete_cookie("steward")

    def send(status: int, **fields: str) -> Any:
        address = f"/cases/{case}/comment"
        return anna.tree(anna.sent("POST", address, status, headers=HERE, data={"csrf_token": anna.proof} | fields))

    page = send(401, text=words_of_hers, password="secret words", other="kept")
    (form,) = page.xpath("//main//form")
    assert form.xpath(".//textarea[@name='text']")[0].text_content() == f"\n{words_of_hers}"
    assert form.get("action") == f"/cases/{case}/comment"
    assert [one.get("value") for one in form.xpath(".//input[@name='other']")] == ["kept"]
    assert not form.xpath(".//*[@name='password']")
    assert page.xpath("//main//a[@target='_blank']/@href") == [f"/login?next=/cases/{case}"]

    signed_in(anna.client, "anna")
    anna.proof = "of the visit before"
    page = send(400, text=words_of_hers)
    assert page.xpath("//textarea[@name='text']")[0].text_content() == f"\n{words_of_hers}"
    send(303, text=words_of_hers)
    assert words_of_hers in anna.open(f"/cases/{case}").text_content()


def test_what_another_site_sent_gets_no_button_of_ours(reader: Callable[[str], Reader], stranger: Reader) -> None:
    for site in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {}):
        for who, status in ((stranger, 401), (reader("anna"), 400)):
            data = {"text": "words that somebody else wrote"}
            page = who.tree(who.sent("POST", "/account/look", status, headers=READS | site, data=data))
            assert not page.xpath("//main//form | //main//textarea")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/calendar/9999", 404),
        ("/calendar?month=9999-12", 422),
        ("/calendar?month=0001-01", 422),
        ("/trail?since=9999-12-31&until=9999-12-31", 422),
        ("/trail?since=0001-01-01", 422),
    ],
)
def test_a_day_that_nobody_means_is_a_slip_and_no_accident(
    reader: Callable[[str], Reader], address: str, status: int
) -> None:
    reader("adam").open(address, status)


def test_a_number_beyond_every_number_names_nothing(reader: Callable[[str], Reader]) -> None:
    reader("anna").press("/my-work/views/99999999999999999999/drop", 404)
