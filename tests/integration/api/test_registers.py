"""Registers over HTTP: kept by who may, seen as they are and as they were; cases about their rows."""

from typing import Any

import pytest

from tests.integration.api.conftest import PASSWORD, Client, Clock
from tests.integration.api.test_traffic import Login
from tests.integration.registers.conftest import FORM, MACHINES, PRESS

ROWS = "/registers/reg_machines/rows"


@pytest.fixture
def register(login: Login) -> dict[str, Any]:
    adam = login("adam")
    body = {"register": MACHINES, "form": FORM}
    made: dict[str, Any] = adam.expect(200, adam.send("PUT", "/registers/reg_machines", json=body))
    return made


def refused(client: Client, method: str, path: str, **given: Any) -> tuple[int, str]:
    answer = client.send(method, path, **given)
    return answer.status_code, answer.get_json()["code"]


def test_a_register_shows_its_form_and_what_must_hold(login: Login, register: dict[str, Any]):
    assert register["version"] == 1
    anna = login("anna")
    [listed] = anna.get("/registers")["items"]
    assert listed == anna.get("/registers/reg_machines") == register
    assert listed["rules"][0] == "An active machine has a steward."
    assert listed["form"]["id"] == "machine"
    assert refused(anna, "GET", "/registers/reg_none") == (404, "not-found")
    assert refused(anna, "PUT", "/registers/reg_machines", json={"register": MACHINES, "form": FORM})[0] == 403
    other = {"register": {**MACHINES, "key": "reg_others"}, "form": FORM}
    assert refused(login("adam"), "PUT", "/registers/reg_machines", json=other)[0] == 422
    broken = {"register": {**MACHINES, "colour": "red"}, "form": FORM}
    assert refused(login("adam"), "PUT", "/registers/reg_machines", json=broken)[0] == 422


def test_rows_are_added_changed_and_ended_and_nothing_is_forgotten(
    login: Login, register: dict[str, Any], clock: Clock
):
    anna = login("anna")
    assert anna.post(f"{ROWS}?dry_run=true", {"values": PRESS})["number"] == 1
    assert anna.get(ROWS)["items"] == []
    anna.post(ROWS, {"values": PRESS})
    began = clock.moment.isoformat()
    clock.forward(hours=1)
    change = {"values": {"name": "Press 4"}, "reason": "Moved to hall 4.", "expected": 1}
    assert anna.expect(200, anna.send("PATCH", f"{ROWS}/press", json=change))["number"] == 2
    assert refused(anna, "PATCH", f"{ROWS}/press", json=change) == (412, "outdated")
    assert anna.get(f"{ROWS}/press")["title"] == "Press 4"
    assert anna.get(f"{ROWS}/press", at=began)["title"] == "Press 3"
    assert anna.post(f"{ROWS}/press/end", {"reason": "Scrapped."})["ended"] is True
    assert anna.get(ROWS)["items"] == []
    assert [one["key"] for one in anna.get(ROWS, ended="true")["items"]] == ["press"]
    assert [one["kind"] for one in anna.get(f"{ROWS}/press/history")["items"]] == ["added", "changed", "ended"]
    assert refused(anna, "POST", f"{ROWS}/press/end", json={"reason": "Again."}) == (409, "conflict")
    assert refused(anna, "GET", f"{ROWS}/none") == (404, "not-found")


def test_a_row_that_does_not_hold_is_refused_with_its_fields(login: Login, register: dict[str, Any]):
    answer = login("anna").send("POST", ROWS, json={"values": {**PRESS, "steward": None}})
    assert answer.status_code == 422
    assert "An active machine has a steward." in answer.get_data(as_text=True)
    assert refused(login("fred"), "POST", ROWS, json={"values": PRESS}) == (403, "forbidden")


def test_many_rows_come_page_by_page(login: Login, register: dict[str, Any]):
    anna = login("anna")
    for number in range(5):
        anna.post(ROWS, {"values": {**PRESS, "id": f"m{number}", "name": f"Machine {number}"}})
    first = anna.get(ROWS, limit=3)
    second = anna.get(ROWS, limit=3, cursor=first["next"])
    assert [one["key"] for one in (*first["items"], *second["items"])] == ["m0", "m1", "m2", "m3", "m4"]
    assert second["next"] is None
    assert [one["key"] for one in anna.get(ROWS, text="machine 3")["items"]] == ["m3"]
    anna.post(ROWS, {"values": {**PRESS, "id": "M9", "name": "Machine 9"}})
    assert anna.get(ROWS, limit=1)["items"][0]["key"] == "M9", "capitals come first, whatever the database thinks"
    assert refused(anna, "GET", ROWS, query_string={"cursor": "_w"})[0] == 422


def test_a_case_is_started_about_a_row_and_found_by_it(login: Login, register: dict[str, Any], three: str):
    anna = login("anna")
    anna.post(ROWS, {"values": PRESS})
    made = anna.post("/instances", {"process": "three", "subject": "reg_machines:press"})
    anna.post("/instances", {"process": "three"})
    assert made["subject"] == "reg_machines:press"
    assert [one["id"] for one in anna.get("/instances", subject="reg_machines:press")["items"]] == [made["id"]]
    assert refused(anna, "POST", "/instances", json={"process": "three", "subject": "reg_machines:none"})[0] == 422
    assert refused(anna, "POST", "/instances", json={"process": "three", "subject": "nothing"})[0] == 422


def test_a_row_that_two_people_sign_and_end_says_who_did(login: Login, register: dict[str, Any]):
    adam, anna, bert = login("adam"), login("anna"), login("bert")
    two = {"register": {**MACHINES, "signed_by": ["staff"], "end_agreed_by": ["staff"]}, "form": FORM}
    adam.expect(200, adam.send("PUT", "/registers/reg_machines", json=two))
    assert anna.post(ROWS, {"values": PRESS})["in_force"] is False

    assert refused(anna, "POST", f"{ROWS}/press/sign", json={"password": "guessed"})[0] == 403
    assert anna.post(f"{ROWS}/press/sign", {"password": PASSWORD.format("anna"), "expected": 1})["in_force"] is True
    [signed] = bert.get(f"{ROWS}/press")["signatures"]
    assert (signed["by"], signed["role"], signed["number"]) == ("anna", "staff", 1)

    anna.post(f"{ROWS}/press/end/ask", {"reason": "Scrapped."})
    assert bert.get(f"{ROWS}/press")["ending"]["asked_by"] == "anna"
    assert refused(anna, "POST", f"{ROWS}/press/end/answer", json={"agreed": True}) == (403, "forbidden")
    assert bert.post(f"{ROWS}/press/end/answer", {"agreed": True})["ended"] is True


def test_a_sheet_is_told_line_by_line_before_it_counts(login: Login, register: dict[str, Any]):
    anna = login("anna")
    text = "id,name,status,steward\npress,Press 3,active,anna\nsaw,Saw,active,\n"
    body = {"csv": text, "reason": "Taken over."}

    told = anna.expect(200, anna.send("POST", "/registers/reg_machines/import?dry_run=true", json=body))["items"]

    assert [(one["line"], one["key"], one["outcome"]) for one in told] == [(2, "press", "added"), (3, "saw", "refused")]
    assert told[1]["errors"] == {"steward": ["An active machine has a steward."]}
    assert refused(anna, "POST", "/registers/reg_machines/import", json=body) == (422, "invalid")
    assert anna.get(ROWS)["items"] == []
    body["csv"] = text.replace("saw,Saw,active", "saw,Saw,draft")
    anna.expect(200, anna.send("POST", "/registers/reg_machines/import", json=body))
    assert anna.get("/registers/reg_machines/sheet")["csv"].startswith(
        "id,name,status,steward,stop_list,phases.repair\r\n"
    )
    assert [one["key"] for one in anna.get(ROWS)["items"]] == ["press", "saw"]


def test_a_row_names_the_cases_that_touched_it(login: Login, register: dict[str, Any], three: str):
    anna = login("anna")
    anna.post(ROWS, {"values": PRESS})
    anna.post(ROWS, {"values": {**PRESS, "id": "saw", "name": "Saw"}})
    case = anna.post("/instances", {"process": "three", "subject": "reg_machines:press"})["id"]

    anna.expect(200, anna.send("POST", f"{ROWS}/saw/cases", json={"case": case, "kind": "evidence_for"}))

    assert [(one["kind"], one["id"]) for one in anna.get(f"{ROWS}/press/cases")["items"]] == [("about", case)]
    assert [(one["kind"], one["id"]) for one in anna.get(f"{ROWS}/saw/cases")["items"]] == [("evidence_for", case)]
    assert refused(anna, "POST", f"{ROWS}/saw/cases", json={"case": case, "kind": "blocks"})[0] == 422
