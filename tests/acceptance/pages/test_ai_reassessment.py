"""A reassessment at its people's browsers: the calendar begins it, nobody ends it in time, and it lapses."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from playwright.sync_api import expect

from tests.acceptance.northwind.assessing import SCOPE
from tests.acceptance.pages.company import Company
from tests.acceptance.pages.forms import fill

KEY = "sortaid"
SYSTEM = {
    "id": KEY,
    "name": "SortAid",
    "purpose": "Sorts what patients write, so that the urgent is read first.",
    "use": "safety_or_rights",
    "autonomy": "recommend",
    "vulnerable_people": True,
    "reversible": True,
    "fallback": "Letters are read in the order in which they come in.",
    "override": "Whoever reads may take any letter first.",
    "steward": "samuel.adeyemi",
    "pause_list": ["samuel.adeyemi"],
    "origin": "own",
    "status": "active",
}
ROW = f"/registers/reg_ai_systems/rows/{KEY}"
FORCED = {"force_decision": "restrict", "force_reason": "Nobody has looked at the new letters yet."}


def test_a_reassessment_begins_by_itself_is_late_and_lapses_and_is_decided_at_once(company: Company) -> None:
    planned = registered(company)
    case = begun_by_the_calendar(company, planned)
    late_for_all_to_see(company, planned, case)
    lapsed_and_restricted(company, planned, case)


def registered(company: Company) -> date:
    """A system of the highest tier, which is assessed each half year: the next time in some sixty days."""
    planned = (company.now + timedelta(days=60)).date()
    planned = planned.replace(day=min(planned.day, 28))
    first = (planned - relativedelta(months=6)).isoformat()
    company.voice("amara.okafor").post("/registers/reg_ai_systems/rows", {"values": SYSTEM | {"first_approved": first}})
    samuel = company.at("samuel.adeyemi", f"/calendar?month={planned:%Y-%m}")
    expect(samuel.locator("main")).to_contain_text("SortAid")
    return planned


def begun_by_the_calendar(company: Company, planned: date) -> str:
    """Nobody starts it: thirty working days before, it waits for whoever answers for the system."""
    company.until(f"{planned - timedelta(days=40)}T12:00+01:00")
    samuel = company.at("samuel.adeyemi", "/?q=SortAid")
    samuel.get_by_role("link", name="Set the scope").click()
    expect(samuel.locator("main")).to_contain_text("Reassessment of SortAid")
    fill(samuel, SCOPE)
    expect(samuel.locator("[data-draft]")).to_contain_text("Draft saved")
    company.finishes(samuel, {}, said="Finished.")
    return str(company.cases("ai_reassessment")[0]["id"])


def late_for_all_to_see(company: Company, planned: date, case: str) -> None:
    company.until(f"{planned + timedelta(days=4)}T12:00+01:00")
    jonas = company.at("jonas.weber", f"/tasks/{company.task(case, 'T_risk')['id']}")
    expect(jonas.get_by_role("region", name="Due")).to_contain_text("late")
    henrik = company.at("henrik.lund", "/dashboard")
    expect(henrik.get_by_role("row", name="Assess the risks").filter(has_text="SortAid")).to_be_visible()


def lapsed_and_restricted(company: Company, planned: date, case: str) -> None:
    """Two weeks of grace are over: it is marked, a corrective action opens, and the AI officer decides."""
    company.until(f"{planned + timedelta(days=16)}T12:00+01:00")
    henrik = company.at("henrik.lund", "/dashboard")
    henrik.get_by_role("region", name="Lapsed or missed").get_by_role("link", name="SortAid", exact=True).click()
    expect(henrik.locator("main")).to_contain_text("Lapsed")
    amara = company.opens("amara.okafor", case, "T_force")
    company.finishes(amara, FORCED, said="finished")
    company.rest()
    amara.goto(ROW)
    expect(amara.locator("main")).to_contain_text("Restricted")
    history = amara.get_by_role("region", name="History")
    expect(history).to_contain_text("Steward changed it: Status")
    expect(history).to_contain_text(FORCED["force_reason"])
