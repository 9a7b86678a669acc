"""An incident at its people's browsers: reported by anybody, it climbs its ladder until somebody takes it."""

from datetime import timedelta

from playwright.sync_api import expect

from tests.acceptance.northwind.escalating import QUEUE
from tests.acceptance.pages.company import ADMIN, Company

REPORTED = {name: value for name, value in QUEUE.items() if name != "system"} | {"ai_system": "triagelens"}
LED = {"commander": "amara.okafor", "scribe": "hannah.vogel", "channel_link": "https://chat.example/incident"}
CONTAINED = {"measures": "Sites read by hand.", "pause": "yes", "change_wanted": "no"}
PAUSED = {
    "pause_sites": "North, West",
    "pause_fallback": "Read in order of arrival",
    "pause_reason": "It stands still.",
}


def test_an_incident_climbs_its_ladder_until_somebody_takes_it_and_the_system_is_paused(company: Company) -> None:
    case = reported(company)
    climbs(company, case)
    taken_and_led(company, case)
    paused(company, case)


def reported(company: Company) -> str:
    """Whoever's week it is, today level 3 is the AI officer's."""
    period = {"begins_at": company.now.isoformat(), "ends_at": (company.now + timedelta(days=1)).isoformat()}
    turn = {"subject": "reg_ai_systems:triagelens", "level": 3, "person": "amara.okafor"}
    company.voice(ADMIN).post("/on-call/overrides", turn | period)
    ben = company.at("ben.carter", "/")
    ben.get_by_role("link", name="Start a case").click()
    ben.get_by_role("button", name="Start now: Incident escalation").click()
    company.finishes(ben, REPORTED, said="Finished.")
    case = str(company.cases("incident_escalation")[0]["id"])
    company.rest()
    return case


def climbs(company: Company, case: str) -> None:
    """Level 1 is offered it at once, level 2 after half an hour, level 3 after an hour."""
    task = company.task(case, "T_ack")["id"]
    for person, minutes in (("priya.raman", 31), ("amara.okafor", 30)):
        before = company.at(person, f"/tasks/{task}")
        expect(before.locator(".refusal")).to_contain_text("This is not offered to you.")
        company.later(minutes=minutes)
        before.reload()
        expect(before.get_by_role("button", name="Take on")).to_be_visible()


def taken_and_led(company: Company, case: str) -> None:
    page = company.at("amara.okafor", "/")
    page.get_by_role("link", name="Acknowledge").first.click()
    page.get_by_role("button", name="Take on").click()
    company.finishes(page, {}, said="Finished.")
    company.rest()
    company.later(minutes=31)
    ingrid = company.at("ingrid.solberg", "/")
    expect(ingrid.get_by_role("heading", level=1)).to_have_text("My work")
    expect(ingrid.get_by_role("link", name="Acknowledge")).to_have_count(0)
    company.finishes(company.opens("amara.okafor", case, "T_lead"), LED, said="Finished.")
    company.rest()


def paused(company: Company, case: str) -> None:
    company.does("amara.okafor", case, "T_confirm", {"kind": "incident", "severity_choice": "table"})
    company.does("amara.okafor", case, "T_contain", CONTAINED)
    hannah = company.at("hannah.vogel", f"/tasks/{company.task(case, 'T_pause')['id']}")
    expect(hannah.locator(".refusal")).to_contain_text("This is not offered to you.")
    company.finishes(company.opens("priya.raman", case, "T_pause"), PAUSED, said="Finished.")
    priya = company.at("priya.raman", f"/cases/{case}")
    expect(priya.locator("bpmn-diagram[data-ready] [data-element-id=T_pause].is-done")).to_be_visible()
    expect(priya.locator("main")).to_contain_text("Priya Raman finished “Pause the AI”")
