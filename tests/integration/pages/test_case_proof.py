"""What proves a case stands on its page: decisions, evidence, messages, ladders, clauses, linked cases."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from engine.ladders.climbing import drain_ladders
from engine.store.records import Delivery
from engine.store.running import Instance
from engine.transactions import Database
from tests.factories import END, START, deploy, process, sequence
from tests.integration.api.conftest import MORNING, Client, Clock
from tests.integration.api.test_records import FROZEN, PAPER
from tests.integration.pages.conftest import Reader, auditing, words
from tests.integration.shell.test_freezing import freezing
from web.model_words import cell

Read = Callable[[str], Reader]
Login = Callable[..., Client]
SIZE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">
<decision id="size" name="Size of a leak"><decisionTable id="t" hitPolicy="FIRST">
<input id="i" label="Litres"><inputExpression id="ie" typeRef="number"><text>litres</text></inputExpression></input>
<output id="o" name="size" typeRef="string"/>
%s</decisionTable></decision></definitions>""" % b"".join(
    b'<rule id="%b"><inputEntry id="i%b"><text>%b</text></inputEntry>' % (answer, answer, asked)
    + b'<outputEntry id="o%b"><text>"%b"</text></outputEntry></rule>' % (answer, answer)
    for asked, answer in ((b"&gt; 100", b"huge"), (b"&gt; 3", b"big"), (b"-", b"small"))
)
LOOK = (
    '<bpmn:userTask id="T_look" name="Look at it" camunda:candidateGroups="staff" camunda:dueDate="5 bd">'
    '<bpmn:extensionElements><camunda:properties><camunda:property name="evidence" value="proof:file, link:link?"/>'
    '<camunda:property name="clauses" value="iso9001:10.2, iso42001:8.3, iso9001:9.1"/>'
    "</camunda:properties></bpmn:extensionElements></bpmn:userTask>"
)
LEAK = process(
    "leak",
    sequence(
        START,
        '<bpmn:businessRuleTask id="rate" name="How big" camunda:decisionRef="size" camunda:resultVariable="size"/>',
        LOOK,
        '<bpmn:userTask id="T_due" name="Mend it" camunda:dueDate="${until}" camunda:candidateGroups="staff"/>',
        END,
    ),
)
LADDER = {
    "name": "Ordinary tasks",
    "rungs": [
        {"when": "PT2H from ${opened_at}", "only": "unclaimed", "whom": ["candidates"], "words": "unclaimed"},
        {"when": "1 bd open from ${due_at}", "whom": ["lead"]},
    ],
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """These tests are about pages: one database is enough."""
    return sqlite_url


@pytest.fixture
def case(login: Login, database: Database, clock: Clock) -> str:
    """A case that has asked a table, waits for whoever takes its task on, and has told them."""
    adam, anna = login("adam"), login("anna")
    adam.expect(200, adam.send("PUT", "/ladders/ordinary", json=LADDER))
    deploy(database, LEAK, owner="olga", decisions={"size": SIZE}, now=MORNING)
    begun = {"process": "leak", "title": "Oil on the floor", "variables": {"litres": 5, "until": "soon"}}
    made = str(anna.post("/instances", begun)["id"])
    clock.forward(hours=3)
    drain_ladders(database, now=clock())
    return made


def test_a_case_shows_its_decisions_its_evidence_whom_it_told_and_its_clauses(
    reader: Read, login: Login, case: str, database: Database, clock: Clock
) -> None:
    (task,) = login("bert").get("/tasks", view="claimable")["items"]
    bert, at = reader("bert"), f"/cases/{case}"
    page = bert.open(at)
    assert "the first row that matches answers" in words(page, "//section[@aria-labelledby='decisions']//caption")
    assert words(page, "//section[@aria-labelledby='decisions']//tr[1]") == "RowLitresSize Asked with5"
    assert words(page, "//tr[contains(@class, 'is-hit')]") == "2 matched > 3big"
    ladder = words(page, "//section[@aria-labelledby='ladders']")
    assert "Next, if nothing is done: Anna" in ladder
    assert "Told: Anna, Bert, Carl" in ladder
    assert "Anna, mail: Waits to be sent" in ladder
    assert [one.text_content() for one in page.xpath("//section[@aria-labelledby='clauses']//a")] == [
        "iso42001 8.3",
        "iso9001 9.1",
        "iso9001 10.2",
    ]

    bert.press(f"/tasks/{task['id']}/take-on")
    told = words(bert.open(f"/tasks/{task['id']}"), "//section[@aria-labelledby='due']//ol")
    assert "Next, if nothing is done: Anna" in told
    assert "Bert took it on, Mon 4 Jan" in told
    proof = {"slot": "proof", "file": (BytesIO(b"%PDF-1.7 a leak"), "sızıntı.pdf"), "effective_on": "2027-01-03"}
    bert.press(f"/tasks/{task['id']}/evidence", **proof)
    with database.writing() as session:
        session.execute(update(Delivery).where(Delivery.recipient == "carl").values(status="dead", note="550 no box"))
    page = bert.open(at)
    assert page.xpath("//div[@class='actions']/a/@href")[0] == f"/tasks/{task['id']}"
    (link,) = page.xpath("//section[@aria-labelledby='evidence']//a")
    assert "Look at it · Bert · Mon 4 Jan" in words(page, "//section[@aria-labelledby='evidence']")
    assert "15 bytes · speaks of Sun 3 Jan · " in words(page, "//section[@aria-labelledby='evidence']")
    assert "Carl, mail" in words(page, "//section[@aria-labelledby='messages']//dl")
    assert not page.xpath("//section[@aria-labelledby='messages']//a[contains(@href, '/deliveries/')][2]")
    assert len(reader("adam").open(at).xpath("//section[@aria-labelledby='messages']//table//a")) == 3

    auditing(database, login("adam"), "fred")
    reader("carl").open(f"/cases/{case}?only=told&before=2")
    auditor = reader("fred")
    answer = auditor.sent("GET", link.get("href"), 200)
    assert answer.data == b"%PDF-1.7 a leak"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=s_z_nt_.pdf; filename*=UTF-8''s%C4%B1z%C4%B1nt%C4%B1.pdf"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert link.get("href") in [one["subject"] for one in login("adam").get("/people/fred/reads")["items"]]
    assert not auditor.open(at).xpath("//textarea[@data-mentions] | //main//form")


def test_a_comment_on_a_case_tells_whom_it_mentions_and_a_refused_one_keeps_its_words(
    reader: Read, login: Login, case: str
) -> None:
    anna = reader("anna")
    anna.press(f"/cases/{case}/comment", text="Have a look, @carl, and @fred too.")
    page = reader("carl").open(f"/cases/{case}")
    assert "Have a look, @Carl" in words(page, "//ol[@id='said']")
    assert "mention" in [one["kind"] for one in login("carl").get("/deliveries")["items"]]
    assert login("fred").get("/deliveries")["items"] == []
    page = anna.tree(anna.press(f"/cases/{case}/comment", 422, text="long" * 3000))
    assert words(page, "//textarea[@id='text']").startswith("longlong")
    reader("fred").press(f"/cases/{case}/comment", 404, text="Me too.")


def test_what_is_stuck_is_put_right_where_it_stands_by_whoever_may(reader: Read, login: Login, case: str) -> None:
    bert, olga, at = reader("bert"), reader("olga"), f"/cases/{case}"
    (task,) = login("bert").get("/tasks", view="claimable")["items"]
    bert.press(f"/tasks/{task['id']}/take-on")
    bert.press(f"/tasks/{task['id']}/evidence", slot="proof", file=(BytesIO(b"%PDF-1.7 a leak"), "leak.pdf"))
    bert.press(f"/tasks/{task['id']}/finish", values="{}")
    stuck = "//section[@aria-label='A stuck step']"
    assert "Olga owns the case and can put it right." in words(bert.open(at), stuck)
    (retry,) = olga.open(at).xpath(f"{stuck}//form/@action")
    again = olga.press(retry, back="case")
    assert again.headers["Location"] == at
    assert "stuck as before" in words(olga.open(at))
    olga.press(f"{at}/correct", name="until", value="2027-02-01", reason="It was no day.")
    olga.press(retry, back="case")
    page = olga.open(at)
    assert not page.xpath(stuck)
    assert "Mend it" in words(page, "//section[@aria-labelledby='tasks']")


def test_linked_cases_show_direction_and_state_and_hidden_ones_are_absent(
    reader: Read, login: Login, case: str, database: Database
) -> None:
    anna, olga = login("anna"), login("olga")
    other, hidden = (
        anna.post("/instances", {"process": "leak", "title": title, "variables": {"litres": 1}})["id"]
        for title in ("A worn seal", "A complaint")
    )
    for target, kind in ((other, "caused_by"), (hidden, "raises"), (other, "blocks")):
        anna.post(f"/instances/{case}/links", {"target_id": target, "kind": kind})
    olga.post(f"/instances/{other}/cancel", {"reason": "It was mended."})
    anna.post(f"/instances/{case}/links/{other}/lift", {"reason": "No need."})
    with database.writing() as session:
        session.execute(update(Instance).where(Instance.title == "A complaint").values(confidential=True))
    path = "//section[@aria-labelledby='links']"
    seen = words(reader("adam").open(f"/cases/{case}"), path)
    assert "BlocksA worn seal Ended before its time lifted: No need." in seen
    assert "Caused byA worn seal Ended before its time" in seen
    assert "complaint" not in seen
    assert "CausedOil on the floor Open" in words(reader("adam").open(f"/cases/{other}"), path)
    assert "RaisedA complaint" in words(reader("bert").open(f"/cases/{case}"), path)


def test_a_story_is_read_in_parts(reader: Read, login: Login, case: str) -> None:
    anna, story = reader("anna"), "//section[@aria-labelledby='story']//ol"
    found: dict[str, Any] = {
        part: words(anna.open(f"/cases/{case}?only={part}"), story) for part in ("", "told", "refused", "all", "signed")
    }
    assert "The table of “How big” answered by row 2" in found[""]
    assert "Steward told Anna, Bert, Carl" in found["told"]
    assert "began this case" not in found["told"]
    assert found["refused"] == found["signed"] == ""
    assert "waits for somebody to take it on" in found["all"]
    assert "waits for somebody to take it on" not in found[""]


def test_a_document_that_was_frozen_is_had_on_paper_by_whoever_may_see_its_case(
    reader: Read, login: Login, database: Database
) -> None:
    deploy(database, freezing(), owner="olga", now=MORNING, beside={"Pack.typ": PAPER})
    anna = login("anna")
    case = anna.post("/instances", {"process": "freezer", "variables": FROZEN})["id"]
    [task] = anna.get("/tasks", view="claimable")["items"]
    reader("anna").press(f"/tasks/{task['id']}/take-on")
    reader("anna").press(f"/tasks/{task['id']}/finish", values="{}")
    (link,) = reader("anna").open(f"/cases/{case}").xpath("//section[@aria-labelledby='documents']//a/@href")
    answer = reader("anna").sent("GET", link, 200)
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"] == "attachment; filename=Pack.pdf"
    reader("fred").open(link, 404)


def test_a_span_in_a_table_is_said_in_words(app: Flask) -> None:
    with app.test_request_context("/"):
        said = [
            cell(one).replace("\u00a0", " ")
            for one in ('"4 bh"', '"P60D"', '"PT15M"', '"P1M"', '["a", "b"]', "true", "-", "> 3")
        ]
    assert said == ["4 working hours", "60 days", "15 minutes", "1 month", "a, b", "Yes", "any", "> 3"]
