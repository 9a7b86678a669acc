"""Registers, clauses and on call on pages: as they are, as they were, and only for whoever may look."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.api.conftest import PASSWORD, Client, Clock
from tests.integration.pages.conftest import Reader, words
from tests.integration.registers.conftest import FORM, MACHINES, PRESS

ROW = "/registers/reg_machines/rows/press"
Login = Callable[..., Client]
SHOWN = {
    "icon": "bot",
    "first": ["status", "steward"],
    "gaps": ["phases.repair"],
    "glance": [{"name": "Last repair", "processes": ["three"]}, {"name": "Open", "processes": [], "open": True}],
}


STANDARD = {
    "id": "iso9001-2015",
    "family": "iso9001",
    "name": "ISO 9001",
    "edition": "2015",
    "subject": "quality",
    "clause": [
        {"ref": "9.3", "title": "Management review"},
        {"ref": "10.2", "title": "Nonconformity and corrective action"},
    ],
}


@pytest.fixture
def press(login: Login) -> dict[str, Any]:
    """A register with a place of its own, and one row in it."""
    adam = login("adam")
    body = {"register": {**MACHINES, "shown": SHOWN, "clauses": ["iso9001:10.2"]}, "form": FORM}
    adam.expect(200, adam.send("PUT", "/registers/reg_machines", json=body))
    made: dict[str, Any] = login("anna").post("/registers/reg_machines/rows", {"values": PRESS})
    return made


def test_a_row_shows_what_stands_in_it_what_is_missing_and_the_cases_about_it(
    reader: Callable[[str], Reader], login: Login, press: dict[str, Any], three: str
) -> None:
    case = login("anna").post("/instances", {"process": "three", "title": "Oil leaks", "subject": "reg_machines:press"})
    anna = reader("anna")
    listed = anna.open("/registers/reg_machines")
    assert "Press 3" in words(listed)
    assert listed.xpath("//nav[@id='nav']//a[@href='/registers/reg_machines']")
    page = anna.open(ROW)
    assert "Still to be filled in: Repairs it." in words(page)
    (glance,) = page.xpath("//section[@aria-labelledby='glance']")
    links = [link.get("href") for link in glance.xpath(".//a")]
    assert links[:2] == [f"/cases/{case['id']}"] * 2
    assert words(glance, ".//a[starts-with(@href, '/tasks/')]") == "T ask"
    assert words(anna.open(links[0]), f"//section[@aria-labelledby='about']//a[@href='{ROW}']") == "Press 3"
    assert "Oil leaks" in words(page, "//section[@aria-labelledby='cases']")
    assert "Anna added it" in words(page, "//section[@aria-labelledby='history']")
    assert "Oil leaks" not in words(reader("fred").open(ROW))
    anna.open("/registers/reg_none", 404)
    anna.open("/registers/reg_machines/rows/none", 404)


def test_a_row_is_changed_with_a_reason_and_shown_as_it_was(
    reader: Callable[[str], Reader], press: dict[str, Any], clock: Clock
) -> None:
    anna, day = reader("anna"), clock.moment.date().isoformat()
    clock.forward(days=2)
    offered = json.loads(anna.fetch("/registers/reg_machines/form.json?row=press"))["data"]
    assert {one["value"] for one in offered["people.staff"]} == {"anna", "bert", "carl"}
    values = json.dumps({**PRESS, "name": "Press one"})
    refused = anna.tree(anna.press(f"{ROW}/change", 422, values=values, expected="1"))
    assert "Write why it changes; it stands in the record." in words(refused)
    assert json.loads(refused.xpath("//textarea[@name='values']")[0].text)["name"] == "Press one"
    anna.press(f"{ROW}/change", values=values, expected="1", reason="It has a name.")
    assert "Press one" in words(anna.open(ROW), "//h1")
    assert "Press 3" in words(anna.open(f"{ROW}?on={day}"), "//h1")
    stale = anna.press(f"{ROW}/change", 412, values=values, expected="1", reason="Again.")
    assert "Nothing is lost" in stale.get_data(as_text=True)
    broken = json.dumps({**PRESS, "status": "active", "steward": "fred"})
    wrong = anna.press(f"{ROW}/change", 422, values=broken, expected="2", reason="In use.")
    assert "Steward: Choose a member of the group staff." in words(anna.tree(wrong))
    reader("fred").press(f"{ROW}/change", 403, values=values, reason="Mine.")


def test_a_clause_leads_to_its_records_and_entries(
    reader: Callable[[str], Reader], login: Login, press: dict[str, Any]
) -> None:
    anna, adam = reader("anna"), login("adam")
    assert "No standard counts yet." in words(anna.open("/clauses"))
    adam.post("/standards", {"standard": STANDARD})
    adam.post("/standards/iso9001-2015/choose", {"since": "2020-01-01"})
    page = anna.open("/clauses")
    assert "10.2 Nonconformity and corrective actionmet" in words(page)
    assert "9.3 Management reviewnot met" in words(page)
    assert "10.2" not in words(anna.open("/clauses/iso9001-2015?state=not"), "//main//tbody")
    answer = anna.sent("GET", "/clauses/of/iso9001:10.2", 303)
    assert answer.headers["Location"] == "/clauses/iso9001-2015/10.2"
    clause = anna.open("/clauses/iso9001-2015/10.2")
    assert clause.xpath("//section[@aria-labelledby='rows']//a[@href='/registers/reg_machines/rows/press']")
    anna.open("/clauses/of/iso9001:99", 303)
    anna.open("/clauses/iso9001-2015/99", 404)
    anna.open("/clauses/iso9001-2015?since=tomorrow", 422)


def test_who_may_pause_a_machine_now_is_on_the_page_of_those_on_call(
    reader: Callable[[str], Reader], login: Login, press: dict[str, Any]
) -> None:
    page = words(reader("anna").open("/on-call"))
    assert "Press 3" in page
    assert "Bert" in page


def test_a_public_page_shows_approved_text_only_and_nothing_of_live_registers(
    reader: Callable[[str], Reader], login: Login, stranger: Reader
) -> None:
    folder = Path(__file__).parents[3] / "config" / "registers"
    defined = tomllib.loads((folder / "reg_public_texts.toml").read_text())
    body = {"register": defined | {"may_change": ["staff"], "signed_by": ["signers"]}}
    body["form"] = json.loads((folder / defined["form"]).read_text())
    adam, anna = login("adam"), login("anna")
    unsigned = {**body, "register": {**body["register"], "signed_by": []}}
    assert adam.send("PUT", "/registers/reg_public_texts", json=unsigned).status_code == 422
    adam.expect(200, adam.send("PUT", "/registers/reg_public_texts", json=body))
    assert "There is nothing to tell now." in words(stranger.open("/status"))

    rows, row = "/registers/reg_public_texts/rows", "/registers/reg_public_texts/rows/scans"
    text = {"id": "scans", "title": "Reading of scans", "text": "A person reads each scan.\nNobody is diagnosed by AI."}
    anna.post(rows, {"values": text})
    assert "Reading of scans" not in words(stranger.open("/status"))
    adam.post("/groups", {"key": "signers", "name": "Signers"})
    adam.send("PUT", "/groups/signers/members/bert", json={})
    reader("bert").press(f"{row}/sign", expected="1", password=PASSWORD.format("bert"))
    seen = words(stranger.open("/status"))
    assert "Reading of scansA person reads each scan.Nobody is diagnosed by AI." in seen
    assert "Approved Mon 4 Jan 2027" in seen
    changed = {"values": {"text": "TriageLens is suspended at two sites."}, "reason": "It was paused."}
    assert anna.send("PATCH", row, json=changed).status_code == 200
    assert "suspended" not in words(stranger.open("/status"))
    assert "A person reads each scan." in words(stranger.open("/status"))
    anna.post(f"{row}/end", {"reason": "It is over."})
    assert "Reading of scans" not in words(stranger.open("/status"))
