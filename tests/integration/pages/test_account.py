"""Everybody looks after his own account: looks, password, visits and tokens."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.integration.api.conftest import PASSWORD, Client
from tests.integration.pages.conftest import Reader, words

Readers = Callable[[str], Reader]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The verbs are tried on both databases elsewhere; this is about the pages."""
    return sqlite_url


def test_somebody_says_how_pages_look_and_in_which_zone(reader: Readers):
    anna, bert = reader("anna"), reader("bert")
    anna.open("/account")
    anna.press("/account/look", zone="Asia/Tokyo", theme="dark", roomy="yes")
    page = anna.open("/account")
    assert (page.get("data-theme"), page.get("data-density")) == ("dark", "roomy")
    assert page.xpath("//select[@id='zone']/option[@selected]/text()") == ["Asia/Tokyo"]
    assert bert.open("/account").get("data-theme") is None
    assert "time zone" in words(anna.tree(anna.press("/account/look", 422, zone="Mars/Crater")), "//*[@role='alert']")


def test_a_new_password_needs_the_one_before_and_signs_out_elsewhere(reader: Readers):
    anna, elsewhere = reader("anna"), reader("anna")
    elsewhere.open("/")
    anna.open("/account")
    now, new = PASSWORD.format("anna"), "quite another long one"
    for fields, said in (
        ({"current": "a guess", "new": new, "again": new}, "That is not your password."),
        ({"current": now, "new": "short", "again": "short"}, "at least 8 signs"),
        ({"current": now, "new": new, "again": "differs"}, "differ"),
    ):
        assert said in words(anna.tree(anna.press("/account/password", 422, **fields)), "//*[@role='alert']")
    anna.press("/account/password", current=now, new=new, again=new)
    assert "You have a new password" in words(anna.open("/account"))
    elsewhere.sent("GET", "/", 302)


def test_visits_are_listed_and_ended_from_elsewhere(reader: Readers):
    anna, second, third, bert = (reader(one) for one in ("anna", "anna", "anna", "bert"))
    page = anna.open("/account")
    others = page.xpath("//form[contains(@action, '/visits/') and not(contains(@action, 'others'))]/@action")
    assert len(others) == 2
    assert words(page, "//section[@aria-labelledby='visits']").count("This browser") == 1
    bert.press(others[0], 404)
    anna.press(others[0])
    assert sorted(one.client.get("/").status_code for one in (second, third)) == [200, 302]
    anna.press("/account/visits/others/end")
    assert [one.client.get("/").status_code for one in (anna, second, third)] == [200, 302, 302]


def test_a_token_is_shown_once_speaks_within_its_scopes_and_is_made_void(app: Flask, reader: Readers):
    anna, bert = reader("anna"), reader("bert")
    anna.open("/account")
    assert "choose one thing" in words(anna.tree(anna.press("/account/tokens", 422, name="ci", days="7")))
    assert "no use for the scope" in words(anna.tree(anna.press("/account/tokens", 422, name="ci", scopes="admin")))
    page = anna.tree(anna.press("/account/tokens", 200, name="ci", scopes="read", days="7"))
    secret = page.xpath("//section[@aria-labelledby='new-token']//code/text()")[0]

    speaker = Client(app, secret)
    assert speaker.get("/me")["scopes"] == ["read"]
    again = anna.open("/account")
    assert secret not in words(again)
    (void,) = again.xpath("//form[contains(@action, '/revoke')]/@action")
    bert.press(void, 404)
    anna.press(void)
    assert speaker.send("GET", "/me").status_code == 401
