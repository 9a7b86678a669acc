"""The dashboard: open, due soon, late and lapsed, counted at that moment and by the rights of who looks."""

from collections.abc import Callable
from typing import Any

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
