"""An incident at its people's browsers: reported by anybody, it climbs its ladder until somebody takes it."""

from datetime import timedelta

from playwright.sync_api import expect

from tests.acceptance.northwind.escalating import QUEUE
from tests.acceptance.pages.company import ADMIN, Company

REPORTED = {name: value for name, value in QUEUE.items() if name != "system"} | {"ai_system": "triagelens"}
LED = {"scribe": "hannah.vogel", "channel_link": "https://chat.example/incident"}
CONTAINED = {"measures": "Sites read by hand.", "pause": "yes", "change_wanted": "no"}
PAUSED = {
    "pause_sites": "North, West",
    "pause_fallback": "Read in order of arrival",
    "pause_reason": "It stands still.",
}


def test_an_incident_climbs_its_ladder_until_somebody_takes_it_and_the_system_is_paused(company: Company) -> None:
    case = reported(company)
    third = on_call(company, level=3, minutes=61)
    climbs(company, case, third)
    taken_and_led(company, case, third)
    paused(company, case, third)


def reported(company: Company) -> str:
    ben = company.at("ben.carter", "/")
    ben.get_by_role("link", name="Start a case").click()
    ben.get_by_role("button", name="Start now: Incident escalation").click()
    company.finishes(ben, REPORTED, said="Finished.")
    case = str(company.cases("incident_escalation")[0]["id"])
    company.rest()
    return case


def on_call(company: Company, *, level: int, minutes: int) -> str:
    """Whose turn it is at a level, so many minutes from now."""
    at = (company.now + timedelta(minutes=minutes)).isoformat()
    turns = company.voice(ADMIN).get("/on-call", subject="reg_ai_systems:triagelens", at=at)["items"]
    return str(next(one["person"] for one in turns if one["level"] == level))


def climbs(company: Company, case: str, third: str) -> None:
    """Level 1 is offered it at once, level 2 after half an hour, level 3 after an hour."""
    task = company.task(case, "T_ack")["id"]
    for person, minutes in (("priya.raman", 31), (third, 30)):
        before = company.at(person, f"/tasks/{task}")
        expect(before.locator(".refusal")).to_contain_text("This is not offered to you.")
        company.later(minutes=minutes)
        before.reload()
        expect(before.get_by_role("button", name="Take on")).to_be_visible()


def taken_and_led(company: Company, case: str, third: str) -> None:
    page = company.at(third, "/")
    page.get_by_role("link", name="Acknowledge").first.click()
    page.get_by_role("button", name="Take on").click()
    company.finishes(page, {}, said="Finished.")
    company.rest()
    company.later(minutes=31)
    ingrid = company.at("ingrid.solberg", "/")
    expect(ingrid.get_by_role("heading", level=1)).to_have_text("My work")
    expect(ingrid.get_by_role("link", name="Acknowledge")).to_have_count(0)
    company.finishes(company.opens(third, case, "T_lead"), LED | {"commander": third}, said="Finished.")
    company.rest()


def paused(company: Company, case: str, third: str) -> None:
    company.does(third, case, "T_confirm", {"kind": "incident", "severity_choice": "table"})
    company.does(third, case, "T_contain", CONTAINED)
    hannah = company.at("hannah.vogel", f"/tasks/{company.task(case, 'T_pause')['id']}")
    expect(hannah.locator(".refusal")).to_contain_text("This is not offered to you.")
    company.finishes(company.opens("priya.raman", case, "T_pause"), PAUSED, said="Finished.")
    name = company.voice(ADMIN).get(f"/people/{third}")["name"]
    priya = company.at("priya.raman", f"/cases/{case}")
    expect(priya.locator("bpmn-diagram[data-ready] [data-element-id=T_pause].is-done")).to_be_visible()
    expect(priya.locator("main")).to_contain_text(f"{name} finished “Acknowledge”")
