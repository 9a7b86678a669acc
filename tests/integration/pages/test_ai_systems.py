"""The page of an AI system, by the register that ships: who answers for which part of its life, and what came of it."""

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine import cycles
from engine.identity.people import SETUP
from engine.registers import acts
from engine.registers.acts import Wish
from engine.transactions import Database
from tests.factories import END, NOW, START, process, sequence, user_task
from tests.integration.api.conftest import Client, Clock
from tests.integration.hooks.conftest import Outside, outside
from tests.integration.pages.conftest import Reader, words

__all__ = ["outside"]
FOLDER = Path(__file__).parents[3] / "config" / "registers"
ROW = "/registers/reg_ai_systems/rows/triagelens"
API = "/registers/reg_ai_systems/rows/triagelens"
PARTS = {"data": "Data", "model": "Model", "deployment": "Deployment", "use": "Use", "impact": "Impact"}
SYSTEM = {"id": "triagelens", "name": "TriageLens", "purpose": "Orders scans.", "tier": "T2", "origin": "own"}


@pytest.fixture
def ship(login: Callable[..., Client]) -> Callable[[str], Client]:
    """Let the staff keep a shipped register; gives somebody of them."""
    adam, anna = login("adam"), login("anna")

    def define(key: str) -> Client:
        defined = tomllib.loads((FOLDER / f"{key}.toml").read_text())
        body = {"register": defined | {"may_change": ["staff"]}}
        body["form"] = json.loads(re.sub(r"people\.\w+", "people.staff", (FOLDER / defined["form"]).read_text()))
        adam.expect(200, adam.send("PUT", f"/registers/{key}", json=body))
        return anna

    return define


@pytest.fixture
def keep(login: Callable[..., Client], ship: Callable[[str], Client]) -> Callable[..., Any]:
    """Keep the AI system in the shipped register, with these values."""
    ship("reg_ai_systems")
    return lambda **more: login("anna").post("/registers/reg_ai_systems/rows", {"values": SYSTEM | more})


def test_each_part_of_a_system_s_life_names_its_people_and_a_gap_is_shown_red(
    reader: Callable[[str], Reader], keep: Callable[..., Any]
) -> None:
    keep(status="draft")
    page = reader("anna").open(ROW)
    gaps = words(page, "//p[contains(@class, 'is-late')]")
    for part in PARTS:
        assert part in gaps.lower(), part
    entry = "//section[@aria-labelledby='entry']"
    assert len(page.xpath(f"{entry}//*[contains(@class, 'is-late')]")) == 7
    assert all("nobody yet" in words(one, ".") for one in page.xpath(f"{entry}//*[contains(@class, 'is-late')]"))


def test_the_page_of_a_system_shows_tier_steward_and_the_records_of_its_last_assessment_change_and_incident(
    reader: Callable[[str], Reader],
    login: Callable[..., Client],
    in_force: Callable[[bytes], str],
    keep: Callable[..., Any],
) -> None:
    keep(status="draft")
    anna, found = login("anna"), {}
    for key in ("ai_reassessment", "ai_change_approval", "incident_escalation"):
        in_force(process(key, sequence(START, user_task("T_ask", groups="staff"), END)))
        for title in ("first", "last"):
            about = {"process": key, "title": f"{key} {title}", "subject": "reg_ai_systems:triagelens"}
            found[key] = anna.post("/instances", about)["id"]
    page = reader("anna").open(ROW)
    assert "Tier: T2" in words(page, "//*[@class='head']")
    assert "Steward: " in words(page, "//*[@class='head']")
    glance = "//section[@aria-labelledby='glance']//dt[text()='{}']/following-sibling::dd[1]//a/@href"
    for name, key in (
        ("Last assessment", "ai_reassessment"),
        ("Last change", "ai_change_approval"),
        ("Last incident", "incident_escalation"),
    ):
        assert page.xpath(glance.format(name)) == [f"/cases/{found[key]}"], name
    links = page.xpath(glance.format("Open conditions and other open cases"))
    assert len([one for one in links if one.startswith("/cases/")]) == 6
    tasks = {f"/tasks/{one['id']}" for one in anna.get("/tasks", view="claimable")["items"]}
    assert {one for one in links if one.startswith("/tasks/")} == tasks
    assert len(tasks) == 6


def test_overrides_come_in_by_api_and_their_rate_drift_and_incidents_of_each_system_are_charted_with_their_limits(
    reader: Callable[[str], Reader],
    in_force: Callable[[bytes], str],
    keep: Callable[..., Any],
    ship: Callable[[str], Client],
    outside: Outside,
    clock: Clock,
) -> None:
    keep(status="draft")
    keep(id="rotabot", name="RotaBot", status="draft")
    anna, today = ship("reg_override_log"), clock.moment.date().isoformat()
    said = {"output": "Later", "decision": "At once", "reason": "A bleed is seen.", "by": "anna", "done_on": today}
    for number in range(21):
        entry = {"id": f"o{number}", "system": "triagelens" if number else "rotabot"} | said
        anna.post("/registers/reg_override_log/rows", {"values": entry})
    in_force(process("incident_escalation", sequence(START, user_task("T_ask", groups="staff"), END)))
    for more in ({}, {"variables": {"drill": True}}):
        anna.post("/instances", {"process": "incident_escalation", "subject": "reg_ai_systems:triagelens"} | more)
    outside.set("metrics", process="look_into", title="name")
    measured = [("override_rate", 3.5, "4.1"), ("drift", 0.04, "4.2"), ("override_rate", 6.25, "4.2")]
    for day, (name, value, version) in enumerate(measured, 1):
        told = {"subject": "reg_ai_systems:triagelens", "name": name, "value": value, "limit": 5}
        told |= {"model_version": version, "at": f"2027-01-0{day}T06:00Z"}
        assert outside.signed("metrics", told, id_=f"m{day}").status_code < 300
    page = reader("anna").open(ROW)
    charts = "//section[@aria-labelledby='charts']//div[@role='group']"
    assert [words(one, "./h3") for one in page.xpath(charts)] == [
        "Rate of overrides beyond its limit",
        "Drift",
        "Overrides",
        "Incidents",
    ]
    rate, drift, overrides, incidents = (words(one, ".//title") for one in page.xpath(charts))
    assert rate == (
        "Rate of overrides: 2 measurements; 6.25 at last; 6.25 at most; limit 5; beyond it 1 time; model 4.2"
    )
    assert drift.startswith("Drift: 1 measurement; 0.04 at last")
    assert overrides.endswith("0, 20; 20 this month; 20 in twelve months; limit 20 a month")
    assert incidents.endswith("0, 1; 1 this month; 1 in twelve months; limit 2 a month")
    assert len(page.xpath(f"{charts}//*[local-name()='path'][@class='limit']")) == 4
    assert words(page.xpath(charts)[0], ".//*[@class='over']") == "5"
    other = reader("anna").open(ROW.replace("triagelens", "rotabot"))
    assert [words(one, "./h3") for one in other.xpath(charts)] == ["Overrides", "Incidents"]
    assert words(other.xpath(charts)[0], ".//title").endswith("1 this month; 1 in twelve months; limit 20 a month")


def test_the_page_of_a_system_shows_the_last_check_the_controls_in_place_and_the_next_planned_date(
    reader: Callable[[str], Reader],
    in_force: Callable[[bytes], str],
    keep: Callable[..., Any],
    ship: Callable[[str], Client],
    database: Database,
    clock: Clock,
) -> None:
    keep(status="draft", override="A radiologist decides.", pause_list=["bert"])
    assert "none yet" not in words(reader("anna").open(ROW), "//section[@aria-labelledby='controls']")
    anna = ship("reg_risks")
    risk = {"kind": "drift", "system": "triagelens", "cause": "New scanners", "ai_effect": "Urgent scans wait."}
    risk |= {"quality_effect": "Late reports", "likelihood": "rare", "consequence": "serious", "level": "low"}
    risk |= {
        "response": "treat",
        "treatment": "A look each week",
        "effect_checked": "Seen",
        "clauses": "iso9001:6.1, iso42001:8.3",
    }
    for key, status in (("r1", "treated"), ("r2", "open")):
        values = risk | {"id": key, "title": f"Drift {key}", "status": status, "due": "2027-03-01"}
        anna.post("/registers/reg_risks/rows", {"values": values})
    in_force(process("routine", sequence(START, user_task("T_do", groups="staff"), END)))
    plan = {"name": "Look at monitoring", "process": "routine", "rule": "P1M", "anchor": "2027-01-20", "title": "Look"}
    plan |= {"for_each": {"register": "reg_ai_systems", "where": {"status": "draft"}}}
    setting = {"by": SETUP, "now": clock()}
    database.perform(lambda session: cycles.define(session, "look", plan, **setting), **setting)
    database.perform(lambda session: cycles.activate(session, "look", **setting), **setting)
    case = anna.post("/instances", {"process": "routine", "title": "Look", "subject": "reg_ai_systems:triagelens"})
    (task,) = anna.get("/tasks", view="claimable")["items"]
    glance = "//section[@aria-labelledby='glance']//dt[text()='Last check']/following-sibling::dd[1]"
    assert words(reader("anna").open(ROW), glance) == "none"
    anna.post(f"/tasks/{task['id']}/claim")
    anna.post(f"/tasks/{task['id']}/complete", {"answers": {}})
    page = reader("anna").open(ROW)
    assert page.xpath(f"{glance}//a/@href") == [f"/cases/{case['id']}"]
    assert "closed" in words(page, glance)
    assert "Anna" in words(page, glance)
    controls = words(page, "//section[@aria-labelledby='controls']")
    assert "How a person decides otherwiseA radiologist decides." in controls
    assert "Who may pause itBert" in controls
    assert "Drift r1A look each week" in controls
    assert "Drift r2" not in controls
    assert words(page, "//section[@aria-labelledby='coming']//dl") == "Sat 20 FebLook at monitoring"


def test_no_status_is_typed_where_it_follows_from_cases(
    reader: Callable[[str], Reader], keep: Callable[..., Any], login: Callable[..., Client], database: Database
) -> None:
    keep(status="draft")
    anna, page = login("anna"), reader("anna")
    refused = anna.send("PATCH", API, json={"values": {"status": "retired"}, "reason": "We stop."})
    assert (refused.status_code, refused.get_json()["code"]) == (422, "follows-from-cases")
    why = "Status follows from cases, and nobody types it. The decision of a reassessment says how it goes on"
    assert refused.get_json()["errors"]["status"][0].startswith(why)
    assert _status(page) == {"values": ["draft", "active"], "disabled": False}
    live = {"status": "active", "steward": "anna", "first_approved": "2026-09-15"}
    for changes in (live, {"status": "lapsed"}):
        about: dict[str, Any] = {"register": "reg_ai_systems", "key": "triagelens", "create": False, "because": {}}
        wish = Wish(changes=changes, reason="So it was decided.", **about)
        database.perform(lambda s, wish=wish: acts.keep(s, wish, by=SETUP, now=NOW), by=SETUP, now=NOW)
    assert _status(page)["disabled"]
    typed = json.dumps({"status": "active"})
    told = page.tree(page.press(f"{ROW}/change", 422, values=typed, expected="3", reason="It is well again."))
    assert f"Status: {why}" in words(told)
    page.press(f"{ROW}/change", values=json.dumps({"users": "Radiologists"}), expected="3", reason="Named.")


def _status(who: Reader) -> dict[str, Any]:
    schema = json.loads(who.fetch("/registers/reg_ai_systems/form.json?row=triagelens"))["schema"]
    (field,) = (one for one in schema["components"] if one.get("key") == "status")
    return {"values": [one["value"] for one in field["values"]], "disabled": field.get("disabled", False)}


def test_assessments_of_a_system_are_seen_side_by_side_before_during_and_after_with_what_differs(
    reader: Callable[[str], Reader],
    in_force: Callable[[bytes], str],
    keep: Callable[..., Any],
    login: Callable[..., Client],
    clock: Clock,
) -> None:
    keep(status="draft", first_approved="2027-01-10")
    in_force(process("ai_reassessment", sequence(START, user_task("T_ask", groups="staff"), END)))
    found, page = {}, reader("anna")
    assert "There is nothing to set side by side yet." in words(page.open(f"{ROW}/compare"))
    for name, residual, change in (
        ("launch", "low", None),
        ("year", "low", None),
        ("retrained", "high", "CH-7"),
        ("later", "low", None),
    ):
        said = {"residual": residual, "extent": "full", "change": change, "metrics": [{"metric": name}]}
        body = {"process": "ai_reassessment", "title": name, "subject": "reg_ai_systems:triagelens", "variables": said}
        found[name] = login("anna").post("/instances", body)["id"]
        clock.forward(days=40)
    page = reader("anna")
    assert page.open(ROW).xpath("//section[@aria-labelledby='glance']//a/@href")[0] == f"{ROW}/compare"
    beside = page.open(f"{ROW}/compare")
    heads = [words(one, ".").split() for one in beside.xpath("//table[contains(@class, 'beside')]/thead//th")]
    assert [one[0] for one in heads] == ["launchBefore", "retrainedAfter", "laterIn"]
    assert beside.xpath("//table//th/a/@href") == [f"/cases/{found[one]}" for one in ("launch", "retrained", "later")]
    lines = {words(one, "./th"): [words(cell, ".") for cell in one.xpath("./td")] for one in beside.xpath("//tbody/tr")}
    assert lines["Extent"] == ["full", "full", "full"]
    assert lines["Residual differs"] == ["low", "high", "low"]
    assert "2 things differ between them." in words(beside)
    chosen = page.open(f"{ROW}/compare?case={found['launch']}&case={found['year']}&case=&only=true")
    assert [words(one, "./th") for one in chosen.xpath("//tbody/tr")] == ["Metrics differs"]
    assert not reader("fred").open(f"{ROW}/compare").xpath("//table")
    page.open(f"{ROW.replace('triagelens', 'none')}/compare", 404)
