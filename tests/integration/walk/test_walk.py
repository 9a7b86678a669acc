"""
A walk of every address, as everybody.

It is made from the address map: a new address is walked as soon as it is
there, and one that names something of a new kind has to say which kind that is.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from flask import Flask
from lxml import html

from engine.identity import people as accounts
from engine.identity.people import SETUP
from engine.transactions import Database
from tests.integration.api.conftest import MORNING, Client
from tests.integration.pages.conftest import signed_in
from tests.integration.walk import secret
from tests.integration.walk.conftest import People
from tests.integration.walk.walking import (
    HIDDEN,
    OWN,
    SECRETS,
    SHARED,
    Somebody,
    addresses,
    asked_of,
    writes,
)
from web.services import Services

BECAUSE_SOMEBODY_CAME = re.compile(r"\s*(update|insert into) (visits|tokens|browsers)\b", re.I)


def test_what_an_address_can_name_is_of_a_kind_that_the_walk_knows(app: Flask) -> None:
    own = HIDDEN | OWN | SECRETS
    named = {one for at in addresses(app) for one in at.named if one.partition("/")[2] not in own}
    assert named <= set(SHARED)
    assert own <= {part for at in addresses(app) for part in at.parts}


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


def _brought_along(page: str) -> list[str]:
    tree = html.fromstring(page)
    named = " or ".join(f"starts-with(name(), '{one}')" for one in ("on", "hx-on"))
    leads = " or ".join(f"starts-with(., '{one}')" for one in ("data:", "javascript:"))
    inline = f"//script[not(@src)] | //style | //*[@style] | //*[@*[{named}]] | //*[@*[{leads}]]"
    return [html.tostring(one, encoding="unicode")[:200] for one in tree.xpath(inline)]
