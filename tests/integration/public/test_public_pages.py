"""Whoever has no account and no script tells something on a page, keeps the code, and reads the answer."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from lxml import html

from tests.integration.api.conftest import Client
from tests.integration.public.conftest import Anybody
from tests.integration.public.test_public_door import STRANGE, do

Login = Callable[..., Client]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The verbs are tried on both databases elsewhere; this is about the pages."""
    return sqlite_url


def page(answer: Any) -> Any:
    return html.fromstring(answer.get_data(as_text=True))


def said(tree: Any) -> str:
    return " ".join(tree.xpath("//main")[0].text_content().split())


def test_a_stranger_tells_something_on_a_page_and_reads_the_answer_with_his_code(anybody: Anybody, login: Login):
    anybody.deploy()
    browser = anybody.app.test_client()
    assert page(browser.get("/tell")).xpath("//a[@href='/tell/tell']")
    form = page(browser.get("/tell/tell"))
    proof = {"csrf_token": form.xpath("//main//input[@name='csrf_token']/@value")[0]}
    assert form.xpath("//select[@name='about']/option/@value") == ["", "anna", "bert", "carl"]
    assert not form.xpath("//main//script | //nav")

    empty = browser.post("/tell/tell", data=proof | {"what": "", "about": "bert"})
    assert empty.status_code == 422
    back = page(empty)
    assert back.xpath("//a[@href='#what']")
    assert back.xpath("//option[@selected]/@value") == ["bert"]

    unproved = anybody.app.test_client().post("/tell/tell", data={"what": "It hurts.", "about": "bert"})
    assert unproved.status_code == 400
    kept = page(unproved)
    assert "your browser keeps no cookies" in said(kept)
    assert kept.xpath("//*[@name='what']/text() | //*[@name='what']/@value") == ["It hurts."]

    added = anybody.app.test_client().post("/answers", data={"code": "0000", "text": "It hurts again."})
    assert (added.status_code, page(added).xpath("//textarea/text()")) == (400, ["It hurts again."])

    picture = (BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(20)), "seen.png")
    sent = browser.post("/tell/tell", data=proof | {"what": "It hurts.", "about": "bert", "files": picture})
    code = page(sent).xpath("//output[@id='code']/text()")[0]
    case = login("anna").get(f"/instances/{anybody.case()}")
    assert case["started_by"] == "operator:public"

    do(login("anna"), "T_see", answer="We have stopped it.")
    anybody.work()
    letters = said(page(browser.post("/answers", data=proof | {"code": code})))
    assert "We have stopped it." in letters
    added = said(page(browser.post("/answers", data=proof | {"code": code, "text": "It hurts again."})))
    assert "If the code is right, they have it now." in added


def test_a_code_that_nobody_has_looks_like_one_without_answers_and_a_misspelt_one_is_named(anybody: Anybody):
    anybody.deploy()
    browser = anybody.app.test_client()
    proof = {"csrf_token": page(browser.get("/answers")).xpath("//input[@name='csrf_token']/@value")[0]}
    strange, fresh = (
        said(page(browser.post("/answers", data=proof | {"code": code}))) for code in (STRANGE, anybody.code())
    )
    assert strange == fresh
    assert browser.post("/answers", data=proof | {"code": "not a code"}).status_code == 422
    assert browser.post("/tell/nothing", data=proof).status_code == 404
