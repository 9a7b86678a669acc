"""An incident in the night of the clock change, and a concern that somebody raises without a name."""

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

import urllib3

from tests.acceptance.northwind.world import Northwind, local

QUEUE = {
    "system": "triagelens",
    "title": "Inference queue down at two hospitals",
    "what": "No scan has been put in order since 23:35; they are read by hand.",
    "where_seen": "Hospitals North and West",
    "harm": "none",
    "ai_failure": "none",
    "override": "yes",
    "service": "down",
    "data_exposure": "none",
    "affected_count": 0,
    "sites": "North, West",
}


def event_17(world: Northwind, _expect: list[str]) -> None:
    """SEV2, day and night; marek is told by chat and mail; acknowledge, contain and resolve by their limits."""
    event = {"specversion": "1.0", "id": str(uuid4()), "source": "monitor", "type": "incident.reported", "data": QUEUE}
    assert world.tell("incidents", event)["events"][0]["outcome"] == "started"
    world.rest()
    case = world.case("incident_escalation")["id"]
    world.remember["INC-01"] = case
    told = world.variables(case)
    assert told["severity"] == "SEV2"
    assert told["clocks"]["clock"] == "elapsed"
    call = world.task(case, "T_ack")
    assert world.told("marek.novak", QUEUE["title"]) == {"mail", "chat"}
    assert world.told("marek.novak", f"/tasks/{call['id']}") == {"mail", "chat"}
    for person in ("priya.raman", "amara.okafor", "ingrid.solberg"):
        assert world.told(person, f"/tasks/{call['id']}") == set()
    assert local(call["due_at"]) == "Sun 2027-03-28 00:10"


def event_18(world: Northwind, _expect: list[str]) -> None:
    """Nobody acknowledged: level 2 is told, and the ladder shows it."""
    case = world.remember["INC-01"]
    assert world.told("priya.raman", QUEUE["title"]) == {"mail", "chat"}
    offered = [one for one in world.trail(case) if one["verb"] == "task.offered"]
    assert "priya.raman" in str(offered)


def event_19(world: Northwind, _expect: list[str]) -> None:
    """She acknowledges: the ladder stops, level 3 is cancelled; the next status across the clock change."""
    case = world.remember["INC-01"]
    world.does("priya.raman", world.task(case, "T_ack"), {})
    world.rest()
    assert local(world.task(case, "T_status")["due_at"]) == "Sun 2027-03-28 05:25"
    led = {"commander": "priya.raman", "scribe": "hannah.vogel", "channel_link": "https://chat.example/incident"}
    world.does("priya.raman", world.task(case, "T_lead"), led)
    world.rest()
    assert local(world.task(case, "T_contain")["due_at"]) == "Sun 2027-03-28 04:40"
    before = len(world.chat.got)
    world.until("2027-03-28T00:41+01:00")
    assert not world.told("amara.okafor", QUEUE["title"])
    assert len(world.chat.got) == before


def before_event_20(world: Northwind) -> None:
    """Confirmed, contained, and a status note in time."""
    case = world.remember["INC-01"]
    world.does("priya.raman", world.task(case, "T_confirm"), {"kind": "incident", "severity_choice": "table"})
    world.rest()
    world.until("2027-03-28T02:00+01:00".replace("02:00+01:00", "01:59+01:00"))
    contained = {"measures": "Sites read by hand.", "pause": "no", "change_wanted": "no"}
    world.does("priya.raman", world.task(case, "T_contain"), contained)
    world.rest()
    assert local(world.task(case, "T_fix")["due_at"]) == "Wed 2027-03-31 00:40"
    note = {"state": "Reading by hand goes on.", "help_needed": "None"}
    for moment in ("2027-03-28T05:20+02:00", "2027-03-28T09:15+02:00"):
        world.until(moment)
        world.does("priya.raman", world.task(case, "T_status"), note)
        world.rest()
    world.until("2027-03-28T11:00+02:00")
    world.does("jonas.weber", world.task(case, "T_fix"), {"fix_done": "The queue was rebuilt.", "fix_change": "none"})
    world.rest()


def event_20(world: Northwind, _expect: list[str]) -> None:
    """Resolved and checked: review due 12 April, CAPA class major, the trigger joins the open full reassessment."""
    case = world.remember["INC-01"]
    before = len(world.cases("ai_reassessment"))
    checked = {"recheck": "recovered", "recheck_note": "Both sites put scans in order again."}
    world.does("mei.tanaka", world.task(case, "T_recheck"), checked, sign=True)
    world.rest()
    assert local(world.task(case, "T_pir")["due_at"]) == "Mon 2027-04-12 17:00"
    capa = world.case("corrective_action")
    assert register(world, capa["id"], "incident_sev2") == "major"
    assert len(world.cases("ai_reassessment")) == before
    joined = world.variables(world.remember["RA-02"])
    assert joined["extent"] == "full"
    assert datetime.fromisoformat(joined["due_at"]) <= datetime.fromisoformat("2027-04-19T17:00+02:00")
    links = world.api("henrik.lund").get(f"/instances/{case}/links")["items"]
    assert capa["id"] in str(links)
    assert world.remember["RA-02"] in str(links)


def register(world: Northwind, case: str, source: str) -> str:
    """The quality manager completes what the message brought; the class by the row of the table that matched."""
    task = world.task(case, "T_register")
    assert task["prefilled"]["source"] == source
    facts = {
        "finding": "It does not do what was agreed.",
        "requirement_broken": True,
        "requirement": "Service agreement",
        "where_found": "Hospitals North and West",
        "found_on": "2027-03-27",
        "how_found": "It was told.",
        "objective_evidence": "The record of the incident or concern.",
        "harm_or_rights": False,
        "title": "It does not do what was agreed",
    }
    kept = {name: value for name, value in task["prefilled"].items() if value not in (None, "", [])}
    world.does("henrik.lund", task, facts | {n: v for n, v in kept.items() if n in facts} | {"source": source})
    world.rest()
    made = world.api("henrik.lund").get(f"/instances/{case}/decisions", limit=50)["items"]
    [classified] = [one for one in made if one["decision"] == "capa_class"]
    assert classified["matched"]
    assert world.variables(case)["class"] == classified["rows"][0]["class"]
    return str(classified["rows"][0]["class"])


def event_26(world: Northwind, _expect: list[str]) -> None:
    """No identity is stored; only the handler and her substitute can open it; the reporter gets a code."""
    told = {"title": TITLE, "what": WHAT, "where_seen": "Hospital West", "concerned_words": "The head of the room"}
    world.remember["code"] = raise_concern(world, told)
    world.rest()
    [found] = world.api("sofia.rossi").get("/instances", text=TITLE, limit=5)["items"]
    case = found["id"]
    world.remember["CON-01"] = case
    assert world.api("ben.carter").get(f"/instances/{case}")["id"] == case
    for person in ("henrik.lund", "priya.raman", "deniz.aydin", "ruth.osei", "hannah.vogel"):
        assert world.refused(lambda person=person: world.api(person).get(f"/instances/{case}")).status == 404
    said = json.dumps(world.trail(case, by="sofia.rossi"))
    assert "127.0.0.1" not in said
    assert answers(world) == []


TITLE = "Told to follow the order without question"
WHAT = "Staff are told to follow the order of the AI without question."


def before_event_28(world: Northwind) -> None:
    """The handler writes it down, and answers within five business days; the reporter reads the answer."""
    case = world.remember["CON-01"]
    report = {
        "title": TITLE,
        "where_seen": "Hospital West",
        "ai_system": "triagelens",
    }
    world.does("sofia.rossi", world.task(case, "T_report", by="sofia.rossi"), report | {"concerned": "lucia.navarro"})
    world.rest()
    answer = {"concern_answer": "It was heard; you hear from us again within thirty days."}
    world.does("sofia.rossi", world.task(case, "T_concern_answer", by="sofia.rossi"), answer)
    world.rest()
    assert "It was heard" in str(answers(world))


def event_28(world: Northwind, _expect: list[str]) -> None:
    """Substantiated: CAPA-02 minor; a delta reassessment, started within five business days, due 2 June."""
    case = world.remember["CON-01"]
    found = {
        "finding": "substantiated",
        "finding_reason": "Three people were told so in writing.",
        "concern_title": "Users follow the AI without question",
        "concern_words": "Users are told to follow the order of the AI; the instruction must change.",
        "concern_requirement": "ISO/IEC 42001 A.9.2",
        "concern_result_words": "You were right; the instruction is being changed.",
    }
    world.does("sofia.rossi", world.task(case, "T_concern_find", by="sofia.rossi"), found)
    world.rest()
    capa = world.case("corrective_action")
    assert register(world, capa["id"], "concern") == "minor"
    assessed = world.case("ai_reassessment")
    told = world.variables(assessed["id"])
    assert told["extent"] == "delta"
    assert local(told["due_at"]) == "Wed 2027-06-02 17:00"
    scope = world.task(assessed["id"], "T_scope")
    assert local(scope["due_at"]) <= "Tue 2027-05-11 17:00"


def raise_concern(world: Northwind, told: dict[str, Any]) -> str:
    """Somebody without an account tells something; the code that is shown this once."""
    address = f"{world.served.address}/public/concern"
    given = urllib3.request("POST", address, fields={"answers": json.dumps(told)})
    assert given.status == 201, given.data
    return str(given.json()["code"])


def answers(world: Northwind) -> list[dict[str, Any]]:
    """What whoever has the code reads."""
    address = f"{world.served.address}/public/letters/read"
    given = urllib3.request("POST", address, json={"code": world.remember["code"]})
    assert given.status == 200, given.data
    return list(given.json()["items"])
