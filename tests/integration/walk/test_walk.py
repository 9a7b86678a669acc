"""
A walk of every address, as everybody.

It is made from the address map: a new address is walked as soon as it is
there, and one that names something of a new kind has to say which kind that is.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine.identity import people as accounts
from engine.identity.people import SETUP
from engine.store.people import Token, Visit
from engine.store.records import Delivery
from engine.transactions import Database
from tests.integration.api.conftest import MORNING, PASSWORD, Client, Clock, make_auditor
from tests.integration.pages.conftest import signed_in, words
from tests.integration.walk import secret
from tests.integration.walk.walking import (
    HIDDEN,
    OWN,
    SECRETS,
    SHARED,
    Address,
    Somebody,
    addresses,
    asked_of,
    told,
    writes,
)
from web.auth import is_own
from web.services import Services

OUTSIDERS = ("fred", "anna", "olga", "carl")
"""Nobody in particular, who began an older one, the owner of the process (an administrator besides), an auditor."""
ENDS = {"ends_at": "2027-02-01T00:00:00Z"}
AUDITORS: dict[str, dict[str, Any]] = {"carl": ENDS, "cora": {**ENDS, "processes": ["caller"]}, "nora": {}}
"""One whose mandate covers all, one of a single process, one without."""
SEARCHES = ("/search?q=Xylo", "/cases?text=Xylo", "/?text=Xylo", "/deliveries?recipient=bert", "/trail?text=Xylo")
ASKED_BY_PROGRAMS = (
    "instances?text=Xylo",
    "tasks?view=all&text=Xylo",
    "deliveries?recipient=bert",
    "pack?process=secret",
)
BECAUSE_SOMEBODY_CAME = re.compile(r"\s*(update|insert into) (visits|tokens|browsers)\b", re.I)
CHAINS = ("platform", "register:reg_machines", "hook:alerts")
TELLS_BERT = (
    "GET /api/v1/instances/<uuid:instance_id>/trail",
    "GET /api/v1/instances/<uuid:instance_id>/links",
    "GET /api/v1/occurrences",
    "GET /cycles/<key>",
    "GET /registers/<key>/rows/<row_key>",
)
"""Where whoever may know of it is told."""
People = Callable[[str], Somebody]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The same rules in SQL are tested on both databases elsewhere; the walk is about the addresses."""
    return sqlite_url


@pytest.fixture
def known(login: Callable[..., Client], in_force: Callable[[bytes], str], database: Database) -> dict[str, str]:
    """What addresses name of an organisation in which bert is the board, which handles secrets; and three auditors."""
    adam = login("adam")
    adam.post("/groups", {"key": "board", "name": "Board"})
    adam.expect(200, adam.send("PUT", "/groups/board/members/bert", json={"standing": "lead"}))
    found = secret.prepare(database, login, in_force)
    for auditor, mandate in AUDITORS.items():
        if auditor != "carl":
            adam.post("/people", {"id": auditor, "name": auditor.title(), "password": PASSWORD.format(auditor)})
        make_auditor(adam, auditor, **mandate)
    return found


@pytest.fixture
def somebody(app: Flask, login: Callable[..., Client], known: dict[str, str]) -> People:
    """Let somebody ask."""

    def come(person: str) -> Somebody:
        found = Somebody.of(app, login, person, known)
        found.browser.open("/")
        return found

    return come


def test_what_an_address_can_name_is_of_a_kind_that_the_walk_knows(app: Flask) -> None:
    own = HIDDEN | OWN | SECRETS
    named = {one for at in addresses(app) for one in at.named if one.partition("/")[2] not in own}
    assert named == set(SHARED)
    assert own <= {part for at in addresses(app) for part in at.parts}


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
            read += [answer.request.path] if answer.status_code < 400 else []
    assert len(read) > 90
    assert _put_down(login, "carl")[begun:] == read


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
    assert any(secret.SAID in said for _, said, _ in _all_that_is_read(somebody("bert"), lists).values())
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


def test_who_has_not_signed_in_or_not_lately_or_has_left_gets_nowhere(
    app: Flask, somebody: People, database: Database, services: Services
) -> None:
    gone, late = somebody("fred"), somebody("anna")
    nobody = Somebody(signed_in(app.test_client(), "anna"), Client(app, "stw_wrong"), {})
    nobody.browser.press("/logout")
    with database.writing() as session:
        accounts.end(session, "fred", by=SETUP, now=MORNING)
    asked = [at for at in addresses(app) if not at.open]
    later = replace(services, machine_clock=lambda: MORNING + timedelta(hours=13))
    for who, walk in ((gone, asked), (nobody, asked), (late, [at for at in asked if at.page])):
        app.extensions["steward"] = later if who is late else services
        for at in walk:
            answer = who.ask(at)
            expected = 302 if at.page and at.method == "GET" else 401
            assert answer.status_code == expected, f"{at}: {answer.status}"
            assert answer.headers.get("Location", "/login?next=").startswith("/login?next=")


def test_nothing_is_changed_by_looking_nor_by_a_form_of_another_site(
    app: Flask, somebody: People, login: Callable[..., Client], database: Database
) -> None:
    ids = secret.begin(database, login("bert"))
    for who in (somebody("bert"), somebody("adam")):
        for at in addresses(app):
            with asked_of(database) as asked:
                if at.method == "GET" and not at.parts & SECRETS:
                    who.ask(at, ids)
                elif at.page and at.method != "GET":
                    answer = who.ask(at, ids, proof=False)
                    assert answer.status_code == 400, str(at)
            changed = [one for one in writes(asked) if not BECAUSE_SOMEBODY_CAME.match(one)]
            assert changed == [], str(at)


def test_every_answer_says_what_a_browser_may_do_with_it_and_no_page_brings_its_own_script_or_style(
    app: Flask, somebody: People, login: Callable[..., Client], database: Database
) -> None:
    ids, seen = secret.begin(database, login("bert")), 0
    for who in (somebody("bert"), somebody("adam")):
        for at in addresses(app):
            if at.method != "GET" or at.parts & SECRETS:
                continue
            answer = who.ask(at, ids)
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, str(at)
            assert "frame-ancestors 'none'" in policy, str(at)
            assert not re.search(r"unsafe|data:|\*", policy), str(at)
            assert answer.headers["X-Content-Type-Options"] == "nosniff", str(at)
            assert answer.headers["Referrer-Policy"] == "no-referrer", str(at)
            for cookie in answer.headers.getlist("Set-Cookie"):
                assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; ")), str(at)
            if answer.mimetype == "text/html" and answer.data:
                assert _brought_along(answer.get_data(as_text=True)) == [], str(at)
                seen += 1
    assert seen > 60


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


def _put_down(login: Callable[..., Client], auditor: str) -> list[str]:
    adam, found, cursor = login("adam"), list[str](), None
    while True:
        page = adam.get(f"/people/{auditor}/reads", limit=200, **({"cursor": cursor} if cursor else {}))
        found += [entry["subject"] for entry in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return found


def _all_that_is_read(who: Somebody, lists: list[Address]) -> dict[str, Any]:
    found: dict[str, Any] = {str(at): told(who.ask(at)) for at in lists}
    for address in SEARCHES:
        found[address] = told(who.browser.client.get(address))
    for address in ASKED_BY_PROGRAMS:
        found[address] = told(who.token.send("GET", f"/{address}"))
    return found


def _brought_along(page: str) -> list[str]:
    tree = html.fromstring(page)
    named = " or ".join(f"starts-with(name(), '{one}')" for one in ("on", "hx-on"))
    leads = " or ".join(f"starts-with(., '{one}')" for one in ("data:", "javascript:"))
    inline = f"//script[not(@src)] | //style | //*[@style] | //*[@*[{named}]] | //*[@*[{leads}]]"
    return [html.tostring(one, encoding="unicode")[:200] for one in tree.xpath(inline)]
