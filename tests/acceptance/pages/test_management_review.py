"""A management review at its people's browsers: the calendar begins it, inputs are drafted, decisions become cases."""

import tomllib
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import expect

from tests.acceptance.northwind.reviewing import DISCUSSED, conclusions
from tests.acceptance.pages.company import ADMIN, PROOF, Company
from tests.acceptance.program import answers
from tests.acceptance.program.served import ROOT

YEARLY = tomllib.loads((ROOT / "config/cycles.toml").read_text("utf-8"))["cycles"]["review_full"]
NAME = "Review of the year"
INPUTS = 16
GIVEN = {"input_text": "As last year; the list says which ones.", "attention": "none"}
MEMBERS = ["ingrid.solberg", "amara.okafor", "henrik.lund", "priya.raman", "lucia.navarro"]
SET_UP: dict[str, Any] = {
    "held_at": "14:00",
    "standards": ["iso9001", "iso42001"],
    "chair": "ingrid.solberg",
    "quality_member": "henrik.lund",
    "ai_member": "amara.okafor",
    "members": MEMBERS,
    "deputies": [],
    "input_owners": [{"owner": "priya.raman"}] + [{"owner": "henrik.lund"}] * (INPUTS - 1),
}
REGISTERED = answers.REGISTER | {"source": "management_review"}
DECISION = {
    "no": 1,
    "input": "MR-I-10",
    "text": "Suppliers deliver their figures in time",
    "kind": "improve",
    "approved_by": "amara.okafor",
    "owner": "marek.novak",
    "clause": "iso9001:8.4.1",
    "starts": "corrective_action",
}


def test_a_review_begins_by_itself_is_signed_by_its_chair_and_its_decision_becomes_a_case(company: Company) -> None:
    held_on = planned(company)
    case = begun_by_the_calendar(company, held_on)
    prepared_from_a_draft(company, case)
    held_and_signed_by_the_chair_alone(company, case, held_on)
    a_decision_becomes_a_case(company, case)
    in_three_clicks(company, case)


def planned(company: Company) -> date:
    """On a Wednesday in five weeks."""
    day = (company.now + timedelta(days=35)).date()
    day += timedelta(days=(2 - day.weekday()) % 7)
    yearly = YEARLY | {"name": NAME, "title": f"{NAME} ${{planned_day}}", "rule": f"0 0 14 {day.day} {day.month} ?"}
    company.voice(ADMIN).post("/cycles", {"key": "review_of_the_year", "definition": yearly})
    company.voice(ADMIN).post("/cycles/review_of_the_year/activate")
    henrik = company.at("henrik.lund", f"/calendar?month={day:%Y-%m}")
    expect(henrik.get_by_role("link", name=NAME)).to_be_visible()
    return day


def begun_by_the_calendar(company: Company, held_on: date) -> str:
    company.until(f"{held_on - timedelta(days=27)}T09:30+01:00")
    title = f"{NAME} {held_on}"
    henrik = company.at("henrik.lund", f"/?q={title}")
    expect(henrik.get_by_role("link", name="Set date and people")).to_be_visible()
    case = str(next(one["id"] for one in company.cases("management_review") if one["title"] == title))
    company.does("henrik.lund", case, "T_setup", SET_UP | {"held_on": held_on.isoformat()})
    return case


def prepared_from_a_draft(company: Company, case: str) -> None:
    """What the records say stands in the task already; its owner says what it means."""
    priya = company.opens("priya.raman", case, "T_input", holder="priya.raman")
    expect(priya.locator("task-form[data-ready]")).to_contain_text("MR-I-01")
    expect(priya.locator("main")).not_to_contain_text("NrOfInstances")
    company.finishes(priya, GIVEN, said="Finished.")
    for _ in range(INPUTS - 1):
        henrik = company.voice("henrik.lund")
        one = henrik.get("/tasks", view="mine", instance=case, element="T_input", limit=1)["items"][0]
        henrik.post(f"/tasks/{one['id']}/complete", {"answers": GIVEN})
    company.rest()
    company.does("henrik.lund", case, "T_complete", {"completeness": [{"gap": False}] * INPUTS})
    company.does("henrik.lund", case, "T_pack", {"foreword": "Suppliers and resources first."})


def held_and_signed_by_the_chair_alone(company: Company, case: str, held_on: date) -> None:
    company.until(f"{held_on}T15:00+01:00")
    decided = DECISION | {"by": company.day(30)}
    held = {"present": MEMBERS, "discussed": [DISCUSSED] * INPUTS, "decisions": [decided]}
    company.does("ingrid.solberg", case, "T_meet", held)
    company.does("ingrid.solberg", case, "T_conclude", conclusions())
    company.does("henrik.lund", case, "T_minutes", {"minutes": "The review was held in full."})
    sign = company.task(case, "T_sign")["id"]
    henrik = company.at("henrik.lund", f"/tasks/{sign}")
    expect(henrik.get_by_role("button", name="Sign and finish")).to_have_count(0)
    expect(henrik.locator(".refusal").first).to_contain_text("Ingrid Solberg has taken this on.")
    ingrid = company.at("ingrid.solberg", f"/tasks/{sign}")
    company.finishes(ingrid, {"verdict": "sign"}, by="ingrid.solberg", said="Signed and finished.")
    company.rest()


def a_decision_becomes_a_case(company: Company, case: str) -> None:
    marek = company.at("marek.novak", "/")
    marek.get_by_role("link", name="Start the decision").first.click()
    expect(marek.locator("task-form[data-ready]")).to_contain_text(DECISION["text"])
    company.finishes(marek, {"accepted": "yes"}, said="Finished.")
    company.rest()
    begun = next(one["id"] for one in company.cases("corrective_action") if one["title"] == DECISION["text"])
    company.does("henrik.lund", str(begun), "T_register", REGISTERED | {"found_on": company.day(0)}, proof=True)


def in_three_clicks(company: Company, case: str) -> None:
    """An auditor comes from the decision to what was done about it, to what proves that, and to the clause."""
    ruth = company.at("ruth.osei", f"/cases/{case}")
    ruth.get_by_role("region", name="Linked cases").get_by_role("link", name=DECISION["text"]).click()
    expect(ruth.get_by_role("heading", level=1)).to_have_text(DECISION["text"])
    expect(ruth.get_by_role("region", name="Evidence").get_by_role("link")).to_have_attribute("href", PROOF)
    ruth.get_by_role("link", name="ISO 9001 10.2.1").click()
    expect(ruth.get_by_role("row", name="Register nonconformity").first).to_contain_text(DECISION["text"])
