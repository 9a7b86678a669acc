"""An admin uploads a diagram, mends what is wrong with it, and a second person releases it."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.factories import END, START, process, sequence, user_task

GOOD = process("tidy", sequence(START, user_task("T_tidy", assignee="henrik.lund"), END))
BAD = GOOD.replace(b'targetRef="end"', b'targetRef="nowhere"')


def test_a_diagram_is_checked_mended_deployed_and_released_by_somebody_else(
    signed_in: Callable[..., Page], tmp_path: Path
) -> None:
    page = signed_in("deniz.aydin", "/processes")
    file = tmp_path / "tidy.bpmn"
    for content, said in ((BAD, "ends at 'nowhere', which does not exist."), (GOOD, "This can be deployed.")):
        file.write_bytes(content)
        page.get_by_label("Diagram, tables and forms").set_input_files(file)
        page.get_by_role("button", name="Check without deploying").click()
        expect(page.locator("#checked")).to_contain_text(said)
    expect(page.get_by_role("heading", level=1)).to_have_text("Processes")
    page.get_by_role("button", name="Deploy", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tidy, version 1 waits for its release")
    expect(page.get_by_text("You deployed this, so somebody else must release it.")).to_be_visible()

    other = signed_in("henrik.lund", urlsplit(page.url).path)
    other.goto("/processes/corrective_action")
    expect(other.locator("bpmn-diagram[data-ready]")).to_be_visible()
    other.go_back()
    other.get_by_label("Owner").select_option("henrik.lund")
    other.get_by_role("button", name="Release it").click()
    expect(other.get_by_text("New cases start on it from now on.")).to_be_visible()
    other.goto("/start")
    other.get_by_role("link", name="Tidy").click()
    other.get_by_label("What people shall call it").fill("The store room")
    other.get_by_role("button", name="Start the case").click()
    other.wait_for_url("**/tasks/*")
