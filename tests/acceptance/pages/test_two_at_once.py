"""Two browsers at once on one case: nobody works against the other, and nobody loses a word."""

from playwright.sync_api import Page, expect

from tests.acceptance.pages.company import Company
from tests.acceptance.pages.forms import fill
from tests.acceptance.program import answers

LATER = answers.TRIAGE | {"requirement": "ISO 9001 8.5.1 and our rule D-12"}


def test_two_who_work_on_one_task_are_told_of_each_other_and_lose_nothing(company: Company) -> None:
    case = str(
        company.voice("hannah.vogel").post("/instances", {"process": "corrective_action", "start": "S_form"})["id"]
    )
    company.does("hannah.vogel", case, "T_register", answers.REGISTER | {"found_on": company.day(0)})
    address = f"/tasks/{company.task(case, 'T_triage')['id']}"
    henrik, sofia = (company.at(person, address) for person in ("henrik.lund", "sofia.rossi"))
    only_one_takes_it_on(henrik, sofia)

    watching = company.seat("sofia at the case")
    watching.clock.install()
    company.visits(watching, "sofia.rossi", f"/cases/{case}")
    home = company.visits(company.seat("henrik at home"), "henrik.lund", address)
    fill(henrik, LATER)
    expect(henrik.locator("[data-draft]")).to_contain_text("Draft saved")
    home.reload()
    company.finishes(home, answers.TRIAGE, said="Finished.")

    henrik.get_by_role("button", name="Finish").click()
    expect(henrik.locator("#summary")).to_contain_text("Henrik Lund has finished this already.")
    expect(henrik.locator("main")).to_contain_text(LATER["requirement"])
    watching.clock.run_for(20_000)
    expect(watching.get_by_role("row", name="Confirm and classify")).to_contain_text("done")


def only_one_takes_it_on(first: Page, second: Page) -> None:
    for page in (first, second):
        page.get_by_role("button", name="Take on").click()
    expect(first.get_by_role("heading", name="Your answers")).to_be_visible()
    expect(second.locator("main > .msg.is-late")).to_have_text("Henrik Lund has taken this on.")
