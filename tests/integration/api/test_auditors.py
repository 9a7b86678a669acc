"""An auditor reads what he was given to read, while he was given it, and it is known what he read."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update

from engine import access
from engine.identity import groups, people
from engine.identity.people import SETUP
from engine.store.people import MandateRow
from engine.store.running import Instance
from engine.transactions import Database
from engine.verify import verify
from tests.factories import END, START, process, sequence, user_task
from tests.integration.api.conftest import MORNING, PASSWORD, Client, Clock, make_auditor
from tests.integration.registers.conftest import FORM, MACHINES, PRESS

Login = Callable[..., Client]
OTHER = process("other", sequence(START, user_task("T_ask", groups="staff"), END))


def test_an_auditor_reads_for_a_time_and_within_a_scope_and_what_he_reads_is_logged(
    app: Flask, login: Login, three: str, in_force: Callable[[bytes], str], database: Database, clock: Clock
):
    in_force(OTHER)
    with database.writing() as session:
        groups.create(session, "auditors", name="Auditors", grants="read", by=SETUP, now=MORNING)
        groups.join(session, "auditors", "fred", by=SETUP, now=MORNING)
    anna, adam = login("anna"), login("adam")
    inside = anna.post("/instances", {"process": "three", "title": "Inside"})["id"]
    outside = anna.post("/instances", {"process": "other", "title": "Outside"})["id"]
    clock.forward(hours=1)
    too_late = anna.post("/instances", {"process": "three", "title": "Too late"})["id"]
    ends_at = MORNING + timedelta(days=5)
    given = {"processes": ["three"], "until": (MORNING + timedelta(minutes=30)).isoformat()}
    given["ends_at"] = ends_at.isoformat()
    for who, path, body, status in (
        (anna, "/people/fred/mandate", given, 403),
        (adam, "/people/anna/mandate", given, 422),
        (adam, "/people/fred/mandate", given | {"processes": ["nothing"]}, 422),
        (adam, "/people/fred/mandate", given | {"since": given["until"]}, 422),
        (adam, "/people/fred/mandate", given, 200),
    ):
        assert who.send("PUT", path, json=body).status_code == status, (path, body)

    fred = login("fred")
    assert [case["title"] for case in fred.get("/instances")["items"]] == ["Inside"]
    fred.get(f"/instances/{inside}/trail")
    for hidden in (outside, too_late):
        assert fred.send("GET", f"/instances/{hidden}").status_code == 404
    assert fred.send("POST", "/instances", json={"process": "three"}).status_code == 403
    with database.reading() as session:
        auditor = people.person(session, "fred")
        for case in session.scalars(select(Instance)):
            assert access.may_see(auditor, access.facts_of(session, case)) == (case.title == "Inside")

    assert fred.send("GET", "/people/anna/reads").status_code == 403
    read = adam.get("/people/fred/reads")["items"]
    assert [entry["subject"] for entry in read] == ["/api/v1/instances", f"/api/v1/instances/{inside}/trail"]
    assert {(entry["actor"], entry["verb"]) for entry in read} == {("fred", "record.read")}

    at_modeler = {"Authorization": "Basic " + b64encode(f"fred:{PASSWORD.format('fred')}".encode()).decode()}
    assert app.test_client().get("/engine-rest/deployment/count", headers=at_modeler).status_code == 200
    assert adam.get("/people/fred/reads")["items"][-1]["subject"] == "/engine-rest/deployment/count"
    clock.forward(days=5)
    ended = fred.send("GET", f"/instances/{inside}")
    assert (ended.status_code, ended.get_json()["code"]) == (403, "no-mandate")
    assert app.test_client().get("/engine-rest/deployment/count", headers=at_modeler).status_code == 403
    assert fred.get("/me")["id"] == "fred"
    anna.get(f"/instances/{inside}")
    with database.writing() as session:
        assert verify(session, None).holds
        session.execute(update(MandateRow).values(ends_at=ends_at + timedelta(days=99)))
        assert [finding.record for finding in verify(session, None).findings] == ["mandates"]


def test_a_mandate_for_some_processes_opens_only_the_rows_that_their_cases_touch_and_no_trail_of_the_whole(
    app: Flask, login: Login, three: str, database: Database
):
    adam, anna = login("adam"), login("anna")
    adam.expect(200, adam.send("PUT", "/registers/reg_machines", json={"register": MACHINES, "form": FORM}))
    for key in ("press", "lathe", "mill"):
        anna.post("/registers/reg_machines/rows", {"values": {**PRESS, "id": key, "name": f"The {key}"}})
    anna.post("/instances", {"process": "three", "title": "Oil leaks", "subject": "reg_machines:press"})
    tied = anna.post("/instances", {"process": "three", "title": "It squeaks"})["id"]
    anna.post("/registers/reg_machines/rows/mill/cases", {"case": tied, "kind": "raises"})
    make_auditor(adam, "fred", ends_at="2027-02-01T00:00:00Z", processes=["three"])
    fred = login("fred")

    rows = "/registers/reg_machines/rows"
    assert [row["key"] for row in fred.get(rows)["items"]] == ["mill", "press"]
    assert [fred.send("GET", f"{rows}/{key}").status_code for key in ("press", "lathe")] == [200, 404]
    assert fred.send("GET", f"{rows}/lathe/history").status_code == 404
    assert fred.send("GET", "/platform/trail").status_code == 403

    def page(address: str) -> str:
        headers = {"Authorization": f"Bearer {fred.token}"}
        return app.test_client().get(address, headers=headers).get_data(as_text=True)

    for address in ("/registers/reg_machines", "/search?q=The+", "/registers/reg_machines/sheet.csv"):
        assert "The press" in page(address)
        assert "The lathe" not in page(address)
    assert "You may not do this" in page("/trail/register:reg_machines")
    assert 'href="/trail"' not in page("/cases")

    make_auditor(adam, "fred", ends_at="2027-02-01T00:00:00Z", until=MORNING.isoformat())
    assert [row["key"] for row in fred.get(rows)["items"]] == ["lathe", "mill", "press"]
    assert fred.get("/platform/trail")["items"] == []
