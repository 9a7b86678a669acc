"""A change of an AI system at its people's browsers: one change, two gates, and nobody approves his own work."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.northwind.assessing import SCOPE
from tests.acceptance.northwind.changing import AI, FINDINGS, HASH_1, QUALITY, ROLLBACK, SCREEN, THRESHOLD
from tests.acceptance.pages.company import ADMIN, Company
from tests.acceptance.pages.forms import drop, fill

ASPECTS = ("purpose", "people", "data", "model", "limits", "oversight", "law", "events")
UNCHANGED = SCOPE | {f"screen_{one}": "no" for one in ASPECTS}
SYSTEM = {
    "id": "noteaid",
    "name": "NoteAid",
    "purpose": "Drafts notes, which a nurse corrects and signs.",
    "use": "advice_to_people",
    "autonomy": "assist",
    "vulnerable_people": False,
    "reversible": True,
    "steward": "samuel.adeyemi",
    "pause_list": ["samuel.adeyemi"],
    "origin": "own",
    "status": "active",
}
TITLE = "Confidence threshold 0.8"
RECORDS = (
    ("ISO 9001", "8.3.6", {"Review the change": "Mei Tanaka", "Quality gate": "Henrik Lund"}),
    ("ISO/IEC 42001", "A.6.2.4", {"Review the change": "Mei Tanaka"}),
    ("ISO/IEC 42001", "8.1", {"AI gate": "Samuel Adeyemi"}),
)


@pytest.fixture
def both_offices(company: Company) -> Iterator[str]:
    """Somebody who owns AI systems and manages quality, too."""
    member = "/groups/quality_manager/members/samuel.adeyemi"
    company.voice(ADMIN).call("PUT", member, body={"standing": "member"})
    yield "samuel.adeyemi"
    company.voice(ADMIN).call("DELETE", member)


def test_one_change_clears_both_gates_by_two_people_who_did_not_ask_for_it(company: Company, both_offices: str) -> None:
    case = asked_for(company)
    reviewed_by_somebody_else(company, case)
    approved_at_two_gates(company, case, both_offices)
    deployed_as_approved(company, case)
    read_under_both_standards(company, case)


def asked_for(company: Company) -> str:
    row = SYSTEM | {"first_approved": company.day(0)}
    company.voice("amara.okafor").post("/registers/reg_ai_systems/rows", {"values": row})
    jonas = company.at("jonas.weber", "/start")
    jonas.get_by_role("link", name="AI change approval").click()
    fill(jonas, {"subject": "reg_ai_systems:noteaid", "title": TITLE})
    jonas.get_by_role("button", name="Start the case").click()
    expect(jonas.get_by_role("heading", level=1)).to_have_text("Describe the change")
    company.rest()
    case = str(company.cases("ai_change_approval")[0]["id"])
    described = THRESHOLD | {"builder": "elif.kaya", "planned_on": company.day(30)}
    company.does("jonas.weber", case, "T_request", described)
    company.does("samuel.adeyemi", case, "T_screen", SCREEN)
    return case


def reviewed_by_somebody_else(company: Company, case: str) -> None:
    """Who asked leads validations, too, and is told why he does not review this one."""
    jonas = company.at("jonas.weber", f"/tasks/{company.task(case, 'T_review')['id']}")
    expect(jonas.locator(".refusal")).to_contain_text("You did “Describe the change”, so somebody else must do this.")
    mei = company.opens("mei.tanaka", case, "T_review")
    expect(mei.locator("main")).not_to_contain_text("None")
    drop(mei, "report", "validation.pdf")
    findings = {f"findings.{name}": value for name, value in FINDINGS["validation"][1].items()}
    company.finishes(
        mei, findings | {"verdict": "pass", "report_author": "ben.carter"}, by="mei.tanaka", said="Signed and finished."
    )
    company.does("samuel.adeyemi", case, "T_rollback", ROLLBACK)
    assessment = str(company.cases("ai_reassessment")[0]["id"])
    company.does("samuel.adeyemi", assessment, "T_scope", UNCHANGED)
    company.does("jonas.weber", assessment, "T_screen_end", {"screen_agreed": "yes", "screen_why": "Nothing else."})


def approved_at_two_gates(company: Company, case: str, both_offices: str) -> None:
    gates = {gate: company.task(case, gate)["id"] for gate in ("T_gate_ai", "T_gate_quality")}
    samuel = company.opens(both_offices, case, "T_gate_ai")
    company.finishes(samuel, AI | {"gate_ai": "approve"}, by=both_offices, said="Signed and finished.")
    samuel.goto(f"/tasks/{gates['T_gate_quality']}")
    expect(samuel.locator(".refusal")).to_contain_text("You did “AI gate”, so somebody else must do this.")
    henrik = company.opens("henrik.lund", case, "T_gate_quality")
    approved = QUALITY | {"gate_quality": "approve"}
    company.finishes(henrik, approved, by="henrik.lund", said="Signed and finished.")
    company.rest()


def deployed_as_approved(company: Company, case: str) -> None:
    marek = company.opens("marek.novak", case, "T_deploy")
    expect(marek.locator("main")).to_contain_text(HASH_1)
    told = {"deployed_sites": "All sites.", "deployed_at": company.now.isoformat(), "reported_hash": HASH_1}
    company.finishes(marek, told, said="Finished.")


def read_under_both_standards(company: Company, case: str) -> None:
    number = company.voice("henrik.lund").get(f"/instances/{case}")["business_key"]
    for standard, ref, records in RECORDS:
        ruth = under(company, standard, ref)
        for step, person in records.items():
            expect(ruth.get_by_role("row", name=step).filter(has_text=number)).to_contain_text(person)


def under(company: Company, standard: str, ref: str) -> Page:
    """An auditor looks at a clause of a standard."""
    page = company.at("ruth.osei", "/clauses")
    page.get_by_role("navigation", name="Standards").get_by_role("link", name=standard).click()
    page.get_by_role("rowheader", name=f"{ref} ").get_by_role("link").click()
    return page
