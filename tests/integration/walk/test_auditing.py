"""Auditors at every address: nothing without a mandate, and nothing that is not put down."""

from collections.abc import Callable

from flask import Flask

from tests.integration.api.conftest import Client
from tests.integration.pages.conftest import words
from tests.integration.walk.conftest import People
from tests.integration.walk.walking import (
    SECRETS,
    Somebody,
    addresses,
)
from web.auth import is_own


def test_an_auditor_without_a_mandate_reads_nothing_but_his_own_account(
    app: Flask, somebody: People, login: Callable[..., Client], known: dict[str, str]
) -> None:
    case = login("adam").post("/instances", {"process": "caller", "title": "Asks"})["id"]
    nora, cora = Somebody.of(app, login, "nora", known), somebody("cora")
    for at in addresses(app):
        if not at.open and not is_own(at.rule.rule):
            answer = nora.ask(at, {"instance_id": case, "chain": case})
            assert answer.status_code == 403, str(at)
            assert case not in answer.get_data(as_text=True).replace(at.filled({"instance_id": case}), ""), str(at)
    page = words(nora.browser.open("/account"))
    assert "nothing but this page opens. Who can give you one: Adam, Olga." in page
    assert not nora.browser.open("/account").xpath("//nav[@id='nav']//a")
    assert nora.token.get("/me")["id"] == "nora"
    read = login("adam").get("/people/nora/reads")["items"]
    assert {entry["subject"] for entry in read} <= {"/account", "/api/v1/me", "/api/v1/tokens"}

    assert "Your mandate covers: Caller." in words(cora.browser.open("/account"))
    for at in addresses(app):
        if at.parts and at.parts <= {"instance_id", "chain"} and not at.open:
            status = cora.ask(at, {"instance_id": case, "chain": case}).status_code
            assert (status < 400) == (at.method == "GET"), f"{at}: {status}"
            assert at.method == "GET" or status == 403, f"{at}: {status}"


def test_whatever_an_auditor_reads_is_put_down(
    app: Flask, somebody: People, login: Callable[..., Client], known: dict[str, str]
) -> None:
    case = login("adam").post("/instances", {"process": "caller", "title": "Asks"})["id"]
    carl, read = somebody("carl"), []
    begun = len(_put_down(login, "carl"))
    for at in addresses(app):
        if at.method == "GET" and not at.open and not at.parts & SECRETS:
            answer = carl.ask(at, {"instance_id": case, "chain": case})
            read += [answer.request.full_path.rstrip("?")] if answer.status_code < 400 else []
    assert len(read) > 90
    assert _put_down(login, "carl")[begun:] == read


def _put_down(login: Callable[..., Client], auditor: str) -> list[str]:
    adam, found, cursor = login("adam"), list[str](), None
    while True:
        page = adam.get(f"/people/{auditor}/reads", limit=200, **({"cursor": cursor} if cursor else {}))
        found += [entry["subject"] for entry in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return found
