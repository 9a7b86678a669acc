"""A confidential case leaves no trace in anything that others can read."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Flask
from lxml import html
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from engine.store.records import Delivery
from engine.store.running import Task
from engine.transactions import Database
from engine.verifications.walking import Verifier
from tests.integration.api.conftest import MORNING, Client, Clock
from tests.integration.walk import secret
from tests.integration.walk.conftest import OUTSIDERS, People
from tests.integration.walk.walking import (
    HIDDEN,
    OWN,
    SECRETS,
    Address,
    Somebody,
    addresses,
    told,
)
from web.services import Services

SEARCHES = ("/search?q=Xylo", "/cases?text=Xylo", "/?q=Xylo", "/deliveries?status=dead", "/trail?verb=instance.")
ASKED_BY_PROGRAMS = ("instances?text=Xylo", "tasks?view=all", "deliveries?recipient=bert", "stuck?text=Xylo")
CHAINS = ("platform", "register:reg_machines", "hook:alerts")
TELLS_BERT = (
    "GET /api/v1/instances/<uuid:instance_id>/trail",
    "GET /api/v1/instances/<uuid:instance_id>/links",
    "GET /api/v1/occurrences",
    "GET /cycles/<key>",
    "GET /registers/<key>/rows/<row_key>",
)
"""Where whoever may know of it is told."""


def test_a_confidential_case_leaves_no_trace_in_anything_that_others_can_read(
    app: Flask, somebody: People, login: Callable[..., Client], database: Database
) -> None:
    outsiders = {person: somebody(person) for person in OUTSIDERS}
    lists = [at for at in addresses(app) if at.method == "GET" and not at.parts & (HIDDEN | OWN | SECRETS)]
    lists = [at for at in lists if not at.open]
    bert = login("bert")
    before = {person: _all_that_is_read(outsider, lists) for person, outsider in outsiders.items()}

    ids = secret.begin(database, bert)

    for person, outsider in outsiders.items():
        after = _all_that_is_read(outsider, lists)
        assert [at for at in after if after[at] != before[person][at]] == [], person
    told_bert = _all_that_is_read(somebody("bert"), lists)
    assert sum(secret.SAID in said for _, said, _ in told_bert.values()) > 10
    assert [at for at, (status, _, _) in told_bert.items() if status == 422] == []
    with database.reading() as session:
        owed = select(Delivery.recipient).where(Delivery.instance_id == UUID(ids["instance_id"]))
        assert set(session.scalars(owed)) == {"bert"}


def test_nothing_that_speaks_of_a_confidential_case_says_so_to_others(
    app: Flask, somebody: People, login: Callable[..., Client], database: Database, clock: Clock, known: dict[str, str]
) -> None:
    ids = secret.begin(database, login("bert"))
    shared, marks = secret.spread(database, login, clock, ids)
    known |= shared
    marked = re.compile("|".join(sorted({*marks, secret.SAID})))
    lists = [at for at in addresses(app) if at.method == "GET" and not at.parts & (OWN | SECRETS)]
    others = [f"/{page}{chain}" for page in ("trail/", "verification?chain=") for chain in CHAINS]
    for person in OUTSIDERS:
        outsider = somebody(person)
        said = {str(at): told(outsider.ask(at)) for at in lists}
        said |= {address: told(outsider.browser.client.get(address)) for address in others}
        said["calendar"] = told(_calendar(outsider))
        assert _marks(said, marked) == {}, person
        assert [at for at, (status, _body, _headers) in said.items() if status == 500] == [], person
    read = somebody("bert")
    assert all(marked.search(f"{told(read.ask(at))}") for at in lists if str(at) in TELLS_BERT)


def test_what_a_verification_finds_of_a_confidential_case_is_told_to_nobody_else(
    app: Flask, somebody: People, login: Callable[..., Client], database: Database, services: Services
) -> None:
    ids, adam = secret.begin(database, login("bert")), login("adam")
    of_case = Task.instance_id == UUID(ids["instance_id"])
    with database.writing() as session:
        session.execute(update(Task).where(of_case).values(name=f"{secret.SAID} 3"))
    found = {"verification_id": adam.post("/verifications")["id"]}
    verifier = Verifier(database, services.evidence.path, lambda: None)
    while verifier.drain(now=MORNING, machine_now=MORNING):
        pass
    marked = re.compile("|".join({*ids.values(), secret.SAID}))
    walk = [at for at in addresses(app) if at.method == "GET" and "verification" in at.rule.rule]
    assert len(walk) == 6
    for person in ("adam", *OUTSIDERS):
        outsider = somebody(person)
        answers = [outsider.ask(at, found) for at in walk]
        assert {one.status_code for one in answers} == ({200} if person in ("adam", "olga", "carl") else {403}), person
        assert _marks({str(at): told(one) for at, one in zip(walk, answers, strict=True)}, marked) == {}, person
    assert adam.get(f"/verifications/{found['verification_id']}")["holds"] is True
    assert "of it did not hold" in told(somebody("bert").browser.client.get(f"/trail/{ids['instance_id']}"))[1]


def _marks(said: dict[str, Any], marked: re.Pattern[str]) -> dict[str, str]:
    """What gives it away, with what stands around it, by where it was said."""
    texts = {at: f"{answer}" for at, answer in said.items()}
    found = {at: (text, marked.search(text)) for at, text in texts.items()}
    return {at: text[max(mark.start() - 200, 0) : mark.end() + 50] for at, (text, mark) in found.items() if mark}


def _calendar(who: Somebody) -> TestResponse:
    """What a calendar program reads in his name; an auditor has none."""
    made = who.browser.client.post("/calendar/addresses", headers={"X-CSRFToken": who.browser.proof})
    address = html.fromstring(made.get_data(as_text=True)).xpath("string(//main//code)")
    return who.browser.client.get(address.removeprefix("http://localhost")) if made.status_code == 200 else made


def _all_that_is_read(who: Somebody, lists: list[Address]) -> dict[str, Any]:
    found: dict[str, Any] = {str(at): told(who.ask(at)) for at in lists}
    for address in SEARCHES:
        found[address] = told(who.browser.client.get(address))
    for address in ASKED_BY_PROGRAMS:
        found[address] = told(who.token.send("GET", f"/{address}"))
    return found
