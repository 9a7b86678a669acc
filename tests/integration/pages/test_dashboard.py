"""The dashboard: open, due soon, late and lapsed, counted at that moment and by the rights of who looks."""

from collections.abc import Callable
from typing import Any

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
