"""A finding becomes a corrective action at its people's browsers, and an auditor reads it from its clause."""

import re

from playwright.sync_api import expect

from tests.acceptance.pages.company import Company
from tests.acceptance.pages.forms import drop
from tests.acceptance.program import answers

REGISTERED = answers.REGISTER | {"title": "Training records of two operators missing"}
CONTAINED = {name: value for name, value in answers.CONTAIN.items() if name != "contained_on"}


def test_a_finding_is_put_right_by_several_people_none_of_whom_approves_his_own_work(company: Company) -> None:
    case = registered(company)
    contained_once_it_is_proven(company, case)
    planned_and_approved_by_others(company, case)
    verified_and_closed(company, case)
    read_by_an_auditor_from_its_clause(company, case)


def registered(company: Company) -> str:
    hannah = company.at("hannah.vogel", "/start")
    hannah.get_by_role("link", name="Corrective action").click()
    hannah.get_by_role("button", name="Start the case").click()
    expect(hannah.get_by_role("heading", level=1)).to_have_text("Register nonconformity")
    given = {name: value for name, value in REGISTERED.items() if name not in ("found_on", "ai_systems")}
    company.finishes(hannah, given, said="Fill in “Found on”.")
    company.finishes(hannah, {"found_on": company.day(0)}, said="Finished.")
    case = str(company.cases("corrective_action")[0]["id"])
    company.does("henrik.lund", case, "T_triage", answers.TRIAGE)
    return case


def contained_once_it_is_proven(company: Company, case: str) -> None:
    number = company.voice("henrik.lund").get(f"/instances/{case}")["business_key"]
    priya = company.at("priya.raman", f"/?q={number}")
    priya.get_by_role("link", name="Control and correct").click()
    company.finishes(priya, CONTAINED | {"contained_on": company.day(0)}, said="Evidence is missing")
    expect(priya.get_by_text("newer text than the server")).to_have_count(0)
    expect(priya.get_by_label("What was done")).to_have_value(CONTAINED["contained_what"])
    drop(priya, "containment_evidence")
    company.finishes(priya, {}, said="Finished.")
    company.does("priya.raman", case, "T_consequence", answers.CONSEQUENCE)
    company.does("sofia.rossi", case, "T_need", answers.NEED)
    company.does("jonas.weber", case, "T_cause", answers.cause(1))
    company.does("jonas.weber", case, "T_elsewhere", answers.ELSEWHERE)


def planned_and_approved_by_others(company: Company, case: str) -> None:
    priya = company.opens("priya.raman", case, "T_plan")
    step = answers.action(1, "Teach the operators", "elif.kaya", company.day(7))
    company.finishes(priya, answers.plan(step), said="Finished.")
    own = company.at("priya.raman", f"/tasks/{company.task(case, 'T_approve_plan', which='area_head')['id']}")
    expect(own.locator(".refusal")).to_have_text(
        "You did “Plan actions”, so somebody else must do this. It can be done by Tomás Ferreira."
    )
    expect(own.get_by_role("button", name="Take on")).to_have_count(0)
    for person, role in (("henrik.lund", "quality_manager"), ("tomas.ferreira", "area_head")):
        page = company.opens(person, case, "T_approve_plan", which=role)
        company.finishes(page, answers.APPROVE, by=person, said="Signed and finished.")
    company.does("elif.kaya", case, "T_do", answers.DO)
    company.does("ben.carter", case, "T_impl_check", answers.CHECKED)
    company.later(days=61)


def verified_and_closed(company: Company, case: str) -> None:
    ben = company.opens("ben.carter", case, "T_effect")
    drop(ben, "effect_evidence")
    company.finishes(ben, answers.effect("effective", company.day(0)), by="ben.carter", said="Signed and finished.")
    company.does("priya.raman", case, "T_update", answers.UPDATE)
    sofia = company.opens("sofia.rossi", case, "T_close")
    company.finishes(sofia, answers.CLOSE, by="sofia.rossi", said="Signed and finished.")


def read_by_an_auditor_from_its_clause(company: Company, case: str) -> None:
    """From either standard to the same record, to its signature, and on to its proof."""
    number = company.voice("henrik.lund").get(f"/instances/{case}")["business_key"]
    for standard, clause in (("ISO 9001", r"10\.2\.1"), ("ISO/IEC 42001", r"10\.2")):
        ruth = company.at("ruth.osei", "/clauses")
        ruth.get_by_role("navigation", name="Standards").get_by_role("link", name=standard).click()
        ruth.get_by_role("link", name=re.compile(f"^{clause} ")).click()
        record = ruth.get_by_role("row", name="Verify effect").filter(has_text=number)
        expect(record).to_contain_text("Ben Carter")
        expect(record.get_by_role("link", name="photo.png")).to_be_visible()
        record.get_by_role("link", name="Verify effect").click()
        expect(ruth.locator("main")).to_contain_text("Ben Carter signed: verified")
        expect(ruth.get_by_role("button", name="Comment")).to_have_count(0)
    ruth.get_by_role("main").get_by_role("link", name=number).click()
    expect(ruth.locator("bpmn-diagram[data-ready]")).to_be_visible()
    ruth.get_by_role("link", name="Plan actions").first.click()
    expect(ruth.get_by_role("row", name="Teach the operators")).to_contain_text("Elif Kaya")
    ruth.go_back()
    ruth.get_by_role("link", name="Every entry, with its proof").click()
    ruth.get_by_role("link", name="Recompute this record").click()
    expect(ruth.locator("main")).to_contain_text("Everything holds.")
