"""An auditor has everything recomputed: the page that stays open tells of the end, and who left it finds the result."""

from playwright.sync_api import expect

from tests.acceptance.pages.company import Company

HOLDS = "Everything that you may see holds."


def test_an_auditor_has_everything_recomputed_and_sees_what_came_of_it_without_reloading(company: Company) -> None:
    ruth = company.seat("ruth at the proof")
    ruth.clock.install()
    company.visits(ruth, "ruth.osei", "/verification")
    ruth.get_by_role("button", name="Verify the whole").click()
    expect(ruth.get_by_role("heading", level=1)).to_have_text("Verification of everything")
    here = ruth.url

    voice = company.voice("ruth.osei")
    while voice.get(f"/verifications/{here.rsplit('/', 1)[1]}")["status"] == "running":
        company.rest()
    ruth.clock.run_for(20_000)
    expect(ruth.locator("main")).to_contain_text(HOLDS)
    expect(ruth.get_by_role("progressbar")).to_have_count(0)

    again = company.at("ruth.osei", "/verification")
    again.get_by_role("region", name="Last verifications").get_by_role("row").nth(1).get_by_role("link").click()
    assert again.url == here
    expect(again.locator("main")).to_contain_text(HOLDS)
