"""The dashboard: open, due soon, late and lapsed, counted at that moment and by the rights of who looks."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from engine.identity import giving
from engine.transactions import Database
from engine.verify import verify
from tests.factories import END, START, process, sequence, user_task
from tests.integration.api.conftest import Client, Clock
from tests.integration.pages.conftest import Reader, words
from tests.integration.registers.conftest import FORM, MACHINES, PRESS

TASK = user_task("T_ask", groups="staff").replace("<bpmn:userTask ", '<bpmn:userTask camunda:dueDate="3 bd" ')
DUE = process("leak", sequence(START, TASK, END))
STATS = "//ul[contains(@class, 'stats')]"


def test_the_dashboard_counts_what_is_open_due_soon_late_and_lapsed_and_nobody_refreshes_it(
    reader: Callable[[str], Reader], login: Callable[..., Client], in_force: Callable[[bytes], str], clock: Clock
) -> None:
    in_force(DUE)
    adam, anna = login("adam"), login("anna")
    body = {"register": {**MACHINES, "shown": {"alarm": {"status": ["draft"]}}}, "form": FORM}
    adam.expect(200, adam.send("PUT", "/registers/reg_machines", json=body))
    seen, others = reader("anna"), reader("fred")
    assert _counts(seen) == ["0 open cases", "0 tasks due in the next 7 days", "0 tasks late", "0 lapsed or missed"]

    anna.post("/instances", {"process": "leak", "title": "Oil leaks"})
    anna.post("/registers/reg_machines/rows", {"values": {**PRESS, "status": "draft"}})
    assert _counts(seen) == ["1 open case", "1 task due in the next 7 days", "0 tasks late", "1 lapsed or missed"]
    assert _counts(others)[0] == "0 open cases"
    clock.forward(days=30)
    seen = reader("anna")
    assert _counts(seen) == ["1 open case", "0 tasks due in the next 7 days", "1 task late", "1 lapsed or missed"]
    page = seen.open("/dashboard")
    assert "Oil leaks" in words(page, "//section[@aria-labelledby='late']")
    assert "Press 3 draft" in words(page, "//section[@aria-labelledby='lapsed']")
    assert "Oil leaks" not in words(reader("fred").open("/dashboard"))


def _counts(who: Reader) -> list[str]:
    page: Any = who.open("/dashboard")
    return [words(one, ".") for one in page.xpath(f"{STATS}/li")]


def test_a_role_has_one_holder_and_one_deputy_and_an_empty_one_is_an_alarm(
    reader: Callable[[str], Reader], login: Callable[..., Client], database: Database
) -> None:
    adam, page = login("adam"), reader("anna")
    adam.post("/groups", {"key": "officer", "name": "Officer", "single": True})
    lapsed = "//section[@aria-labelledby='lapsed']"
    assert "Officer Officer has no holder and no deputy." in words(page.open("/dashboard"), lapsed)
    for person, standing in (("anna", "lead"), ("bert", "deputy")):
        adam.send("PUT", f"/groups/officer/members/{person}", json={"standing": standing})
    assert "Officer" not in words(page.open("/dashboard"), lapsed)

    refused = adam.send("PUT", "/groups/officer/members/carl", json={})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "one-holder")
    admin = reader("adam")
    admin.press("/people/carl/groups", group="officer")
    why = "Officer has one holder and one deputy, and nobody besides. Let him be its holder or its deputy"
    assert why in words(admin.open("/people/carl"), "//body")
    adam.send("PUT", "/groups/officer/members/carl", json={"standing": "lead"})
    held = [(one["person"], one["standing"]) for one in adam.get("/groups/officer")["members"]]
    assert held == [("carl", "lead"), ("bert", "deputy")]

    adam.send("DELETE", "/groups/officer/members/bert")
    assert "Officer Officer has no deputy." in words(page.open("/dashboard"), lapsed)
    assert "Officer has no deputy." in words(page.open("/groups/officer"))
    assert page.open("/dashboard").xpath(f"{lapsed}//a/@href") == ["/groups/officer"]
    told = [(one["recipient"], one["kind"]) for one in adam.get("/deliveries")["items"]]
    assert ("carl", "vacant") in told
    assert {kind for _who, kind in told} == {"vacant"}
    assert adam.send("PATCH", "/groups/staff", json={"single": True}).get_json()["code"] == "one-holder"
    with database.reading() as session:
        assert verify(session, None).holds


def test_a_role_needs_the_consent_of_top_management_and_ends_on_a_day(
    reader: Callable[[str], Reader], login: Callable[..., Client], database: Database, clock: Clock
) -> None:
    adam = login("adam")
    adam.post("/groups", {"key": "top_management", "name": "Top management"})
    for person in ("bert", "carl"):
        adam.send("PUT", f"/groups/top_management/members/{person}", json={})
    adam.post("/groups", {"key": "officer", "name": "Officer", "consent": "top_management"})
    alone = adam.send("PUT", "/groups/officer/members/carl", json={})
    assert (alone.status_code, alone.get_json()["code"]) == (409, "needs-consent")
    admin, ask = reader("adam"), {"group": "officer", "standing": "lead", "until": "2027-03-31"}
    admin.press("/people/carl/groups", **ask)
    assert "Say why: those who agree read it." in words(admin.open("/people/carl"), "//body")
    admin.press("/people/carl/groups", **ask, reason="The board has named him.")
    told = {(one["recipient"], one["kind"]) for one in adam.get("/deliveries")["items"]}
    assert told == {("bert", "role")}
    waits = words(reader("anna").open("/groups/officer"))
    assert "Adam asks that Carl gets the role, as lead: The board has named him." in waits
    assert "Agree" not in waits

    for nobody in ("carl", "anna"):
        refused = login(nobody).send("POST", "/groups/officer/members/carl/answer", json={"agreed": True})
        assert refused.status_code == 403, nobody
    assert not login("carl").get("/groups/officer")["members"]
    bert = reader("bert")
    bert.open("/groups/officer")
    bert.press("/groups/officer/members/carl/answer", agreed="true")
    (held,) = adam.get("/groups/officer")["members"]
    assert (held["person"], held["standing"], held["until"]) == ("carl", "lead", "2027-03-31")
    assert "Wed 31 Mar" in words(bert.open("/groups/officer"))

    clock.moment = clock.moment.replace(month=3, day=31, hour=20)
    assert giving.drain_roles(database, now=clock.moment) == 0
    with database.reading() as session:
        assert giving.next_due(session, clock.moment) == datetime.fromisoformat("2027-04-01T00:00+02:00")
    clock.forward(hours=3)
    assert giving.drain_roles(database, now=clock.moment) == 1
    assert not login("adam").get("/groups/officer")["members"]
    with database.reading() as session:
        assert verify(session, None).holds
