"""What one may not know of is answered, at every address, as what is not there."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine.store.people import Token, Visit
from engine.transactions import Database
from tests.integration.api.conftest import Client
from tests.integration.walk import secret
from tests.integration.walk.conftest import OUTSIDERS, People
from tests.integration.walk.walking import (
    HIDDEN,
    OWN,
    Address,
    Somebody,
    addresses,
    asked_of,
    told,
)


def test_what_one_may_not_know_of_is_answered_as_what_is_not_there(
    app: Flask, somebody: People, login: Callable[..., Client], database: Database
) -> None:
    ids = secret.begin(database, login("bert"))
    walk = [at for at in addresses(app) if at.parts & HIDDEN and not at.open]
    for person in OUTSIDERS:
        outsider = somebody(person)
        for at in walk:
            _is_as_nothing(outsider, at, ids, database)
    assert len(walk) > 80
    kept = login("bert").get(f"/tasks/{ids['task_id']}")
    assert (kept["status"], kept["holder"]) == ("claimed", "bert")


def test_what_is_another_persons_alone_is_answered_as_what_is_not_there(
    app: Flask, somebody: People, login: Callable[..., Client], database: Database
) -> None:
    bert, fred = somebody("bert"), somebody("fred")
    bert.browser.press("/calendar/addresses", 200)
    page = bert.browser.open("/calendar/addresses")
    (closing,) = page.xpath("//main//form[contains(@action, '/close')]/@action")
    with database.reading() as session:
        token = session.scalars(select(Token.id).where(Token.person_id == "bert")).first()
        visit = session.scalars(select(Visit.id).where(Visit.person_id == "bert")).first()
    ids = {"token_id": str(token), "visit_id": str(visit), "feed_id": closing.split("/")[3]}
    for at in addresses(app):
        if at.parts & OWN:
            _is_as_nothing(fred, at, ids, database, status=None)
    bert.browser.open("/")
    assert closing in bert.browser.open("/calendar/addresses").xpath("//form/@action")


def test_what_one_may_not_know_of_is_as_nothing_where_a_body_or_a_filter_names_it(
    app: Flask, somebody: People, login: Callable[..., Client], database: Database, known: dict[str, str]
) -> None:
    ids = secret.begin(database, login("bert"))
    anna, mine = somebody("anna"), login("anna").post("/instances", {"process": "caller", "title": "Asks"})["id"]
    for method, where, body in (
        ("POST", f"/instances/{mine}/links", {"target_id": "{instance_id}", "kind": "raises"}),
        ("POST", f"/instances/{mine}/comments", {"text": "Look.", "task_id": "{task_id}"}),
        ("POST", "/registers/reg_machines/rows/press/cases", {"case": "{instance_id}", "kind": "raises"}),
        ("POST", "/messages", {"name": "news", "instance_id": "{instance_id}"}),
        ("GET", "/tasks?view=all&instance={instance_id}", None),
        ("GET", "/stuck?instance={instance_id}", None),
        ("GET", "/pack?cases={instance_id}", None),
    ):

        def send(these: dict[str, str], method: str = method, where: str = where, body: Any = body) -> TestResponse:
            sent = {"json": {key: said.format_map(these) for key, said in body.items()}} if body else {}
            return anna.token.send(method, where.format_map(these), **sent)

        _answers_as_nothing(send, ids, database, f"{method} {where}")


def test_a_case_of_others_is_answered_as_what_is_not_there(
    app: Flask, somebody: People, login: Callable[..., Client], database: Database
) -> None:
    adam = login("adam")
    case = adam.post("/instances", {"process": "caller", "title": "Asks"})["id"]
    (task,) = (one["id"] for one in adam.get(f"/instances/{case}/tasks")["items"])
    fred, ids = somebody("fred"), {"instance_id": case, "task_id": task, "target_id": case, "chain": case}
    for at in addresses(app):
        if at.parts & set(ids) and not at.open:
            _is_as_nothing(fred, at, ids, database)


def _is_as_nothing(
    who: Somebody, at: Address, ids: dict[str, str], database: Database, *, status: int | None = 404
) -> None:
    found = _answers_as_nothing(lambda these: who.ask(at, these), ids, database, str(at))
    # An auditor may change nothing, whether it is there or not; a draft goes away with its task.
    assert status is None or found in (status, 403, 410), f"{at}: {found}"


def _answers_as_nothing(
    ask: Callable[[dict[str, str]], TestResponse], ids: dict[str, str], database: Database, what: str
) -> int:
    """The same answer, by the same questions to the database, as where there is nothing; its status."""
    nothing = {name: str(uuid4()) for name in ids}
    for _ in range(2):  # Once more, where the first of all who asked had something looked up that is remembered.
        with asked_of(database) as asked_in_vain:
            none = told(ask(nothing), nothing)
        with asked_of(database) as asked:
            real = told(ask(ids), ids)
        if asked == asked_in_vain:
            break
    assert real == none, f"{what}: {real} is not {none}"
    assert asked == asked_in_vain, what
    return real[0]
