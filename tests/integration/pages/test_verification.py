"""Everything recomputed by the worker, as auditors and administrators start it and see it on pages."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update

from engine.store.running import Task
from engine.transactions import Database
from engine.verifications import walking
from engine.verifications.walking import Verifier
from tests.integration.api.conftest import MORNING, Client
from tests.integration.pages.conftest import Reader, auditing, words
from web.services import Services

Login = Callable[..., Client]
Readers = Callable[[str], Reader]


@pytest.fixture
def verifier(services: Services) -> Verifier:
    """Recomputes what was started."""
    key = services.seal_key
    return Verifier(services.database, services.evidence.path, lambda: key.public_key() if key else None)


def work(verifier: Verifier) -> None:
    while verifier.drain(now=MORNING, machine_now=MORNING):
        pass


def start(who: Reader) -> str:
    """The address of the verification that somebody starts on the page."""
    who.open("/verification")
    return str(who.press("/verification").headers["Location"])


def test_the_whole_is_started_on_the_page_left_and_come_back_to(
    reader: Readers, login: Login, three: str, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "A_PIECE", 1)
    for number in range(3):
        login("anna").post("/instances", {"process": "three", "title": f"Leak {number}"})
    adam = reader("adam")
    assert "Nothing has been verified here yet." in words(adam.open("/verification"))
    here = start(adam)
    page = adam.open(here)
    assert "It begins as soon as a worker is free." in words(page)
    assert "You may leave this page" in words(page)
    assert page.xpath("//*[@data-live]/@data-live") == [f"{here}/news"]
    assert not adam.open("/verification").xpath("//main//form")
    assert adam.press("/verification").headers["Location"] == "/verification"
    assert "under way already" in words(adam.open("/verification"))

    for _piece in range(3):
        verifier.drain(now=MORNING, machine_now=MORNING)
    (bar,) = adam.open(here).xpath("//progress")
    assert bar.get("value") == "3"
    assert f"3 of {bar.get('max')} trails are recomputed." in words(adam.open(here))
    work(verifier)
    page = adam.open(here)
    assert "Everything that you may see holds." in words(page)
    assert not page.xpath("//*[@data-live] | //progress")
    assert "Holds" in words(adam.open("/verification"), "//section[@aria-labelledby='results']")


def test_what_has_come_since_is_told_to_the_page_that_stays_open(
    reader: Readers, three: str, verifier: Verifier, app: Flask
) -> None:
    adam = reader("adam")
    here = start(adam)
    known = adam.open(here).xpath("string(//*[@data-live]/@data-mark)")
    heard = {"If-None-Match": f'"{known}"'}
    assert adam.client.get(f"{here}/news", headers=heard).status_code == 304
    work(verifier)
    answer = adam.client.get(f"{here}/news", headers=heard)
    assert answer.status_code == 200
    tree = adam.tree(answer)
    assert "It has ended." in tree.xpath("string(//*[@data-live])")
    assert set(tree.xpath("//*[@data-part]/@id")) == {"state", "found", "what"}
    assert reader("anna").client.get(f"{here}/news").status_code == 403


def test_what_does_not_hold_leads_to_the_case_whose_own_trail_says_so_too(
    reader: Readers, login: Login, three: str, verifier: Verifier, database: Database
) -> None:
    case = login("anna").post("/instances", {"process": "three", "title": "Oil leaks"})["id"]
    with database.writing() as session:
        session.execute(update(Task).values(name="Something else"))
    adam, anna = reader("adam"), reader("anna")
    here = start(adam)
    work(verifier)
    page = adam.open(here)
    assert "do not hold." in words(page)
    assert set(page.xpath("//tbody/tr/th/a/@href")) == {f"/cases/{case}", f"/trail/{case}"}
    assert "The trail says otherwise of" in words(page, "//tbody")
    assert "records of it did not hold" in words(anna.open(f"/trail/{case}"))
    assert "did not hold" not in words(adam.open("/trail"))
    anna.open(here, 403)
    anna.open("/verification", 403)


def test_an_auditor_whose_mandate_is_bounded_verifies_what_it_covers_and_reads_no_seals(
    reader: Readers, login: Login, three: str, verifier: Verifier, database: Database
) -> None:
    login("anna").post("/instances", {"process": "three", "title": "Oil leaks"})
    whole = start(reader("adam"))
    auditing(database, login("adam"), "fred")
    fred = reader("fred")
    page = fred.open("/verification")
    assert "come back when it has ended" in words(page)
    assert page.xpath("//nav[@id='nav']//a[@href='/verification']")
    fred.open(whole, 404)
    work(verifier)
    fred.open("/verification")
    assert "Verify what my mandate covers" in words(fred.open("/verification"))
    mine = start(fred)
    work(verifier)
    assert "Verification of what a mandate covers" in words(fred.open(mine), "//h1")
    assert "Everything that you may see holds." in words(fred.open(mine))
    assert mine in fred.open("/verification").xpath("//main//a/@href")
    assert whole not in fred.open("/verification").xpath("//main//a/@href")
