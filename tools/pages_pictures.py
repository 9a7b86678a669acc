"""
Pictures of the pages, taken in a real browser, of a made-up company in the middle of its spring.

    python -m tools.pages_pictures [FOLDER] [NAME...]

Writes for each page of `PAGES`, or of those named, four WebP files into FOLDER
(docs/pictures/pages): 1440 and 360 px wide, light and dark. The company's clock
stands, so that a picture changes when its page does; only what a machine makes
up, such as ids, differs from one time to the next. Needs the front end
(`make .venv/ui`) and a Chromium.
"""

import base64
import sys
import tempfile
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from tests.acceptance.northwind.world import ADMIN, Northwind
from tools.pictures import ROOT, launched
from tools.spring import SLIPS, corrective_action, spring

WIDTHS, SCHEMES = (1440, 360), ("light", "dark")
TALLEST = {1440: 1500, 360: 1700}
"""How much of a long page is shown, in px."""
QUALITY = 60


class Shown(NamedTuple):
    """A page, who looks at it (nobody has signed in where it is empty), its address, and what is done there first."""

    name: str
    person: str
    address: str | Callable[[Northwind], str]
    act: Callable[[Page], None] | None = None


def _case(process: str) -> Callable[[Northwind], str]:
    return lambda world: f"/cases/{world.case(process)['id']}"


def _task(process: str, element: str) -> Callable[[Northwind], str]:
    return lambda world: f"/tasks/{world.task(world.case(process)['id'], element)['id']}"


def _deployment(world: Northwind) -> str:
    waiting = world.api(ADMIN).get("/deployments", status="waiting")["items"]
    return f"/deployments/{waiting[0]['id']}"


def _verified(world: Northwind) -> str:
    (newest,) = world.api(ADMIN).get("/verifications", limit=1)["items"]
    return f"/verification/{newest['id']}"


def _stuck(world: Northwind) -> str:
    (stuck,) = world.api(ADMIN).get("/stuck")["items"]
    return f"/cases/{stuck['instance_id']}"


def _checked(page: Page) -> None:
    files = corrective_action(SLIPS).items()
    page.locator("#files").set_input_files([{"name": name, "mimeType": "", "buffer": data} for name, data in files])
    page.locator("#upload-panel form").evaluate(ASK_TO_CHECK)
    page.get_by_role("heading", name="Findings").wait_for()


ASK_TO_CHECK = """form => {
    const check = document.createElement("input");
    check.name = "check", check.value = "yes";
    form.append(check), form.submit();
}"""
"""As without a script, when the findings stand on a page of their own."""


def _undelivered(world: Northwind) -> str:
    dead = world.api(ADMIN).get("/deliveries", status="dead", limit=1)["items"]
    return f"/deliveries/{dead[0]['id']}" if dead else "/deliveries"


OWNER, QUALITY_MANAGER, STRANGER = "priya.raman", "henrik.lund", ""
PAGES = (
    Shown("my-work", OWNER, "/"),
    Shown("task", OWNER, _task("incident_escalation", "T_pir")),
    Shown("task-refused", OWNER, _task("incident_escalation", "T_duty")),
    Shown("case", OWNER, _case("ai_change_approval")),
    Shown("cases", OWNER, "/cases"),
    Shown("start", OWNER, "/start"),
    Shown("calendar", OWNER, "/calendar"),
    Shown("calendar-year", OWNER, "/calendar/2027"),
    Shown("cycle", OWNER, "/cycles/bias_log"),
    Shown("dashboard", OWNER, "/dashboard"),
    Shown("processes", OWNER, "/processes"),
    Shown("process", OWNER, "/processes/ai_change_approval"),
    Shown("registers", OWNER, "/registers"),
    Shown("register", OWNER, "/registers/reg_ai_systems"),
    Shown("ai-system", OWNER, "/registers/reg_ai_systems/rows/triagelens"),
    Shown("clauses", OWNER, "/clauses"),
    Shown("clause", OWNER, "/clauses/of/iso42001:8.4"),
    Shown("on-call", OWNER, "/on-call"),
    Shown("people", OWNER, "/people"),
    Shown("groups", OWNER, "/groups"),
    Shown("substitutes", OWNER, "/substitutes"),
    Shown("search", OWNER, "/search?q=triage"),
    Shown("account", OWNER, "/account"),
    Shown("refused", OWNER, "/nowhere"),
    Shown("release", QUALITY_MANAGER, _deployment),
    Shown("difference", QUALITY_MANAGER, "/processes/corrective_action/2"),
    Shown("case-stuck", QUALITY_MANAGER, _stuck),
    Shown("deliveries", ADMIN, "/deliveries"),
    Shown("delivery", ADMIN, _undelivered),
    Shown("stuck", ADMIN, "/stuck"),
    Shown("checked", ADMIN, "/processes", _checked),
    Shown("trail", ADMIN, "/trail"),
    Shown("verification", ADMIN, "/verification"),
    Shown("verified", ADMIN, _verified),
    Shown("sign-in", STRANGER, "/login"),
    Shown("tell", STRANGER, "/tell"),
    Shown("tell-concern", STRANGER, "/tell/concern"),
    Shown("answers", STRANGER, "/answers"),
)


def main(folder: Path, names: frozenset[str] = frozenset()) -> None:
    """Play the spring and take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [one for one in PAGES if not names or one.name in names]
    with tempfile.TemporaryDirectory() as scratch, spring(Path(scratch)) as world, sync_playwright() as playwright:
        browser = launched(playwright)
        for person, shown in groupby(wanted, key=lambda one: one.person):
            page = _signed_in(browser, world, person)
            for one in shown:
                address = one.address if isinstance(one.address, str) else one.address(world)
                sizes = [
                    _taken(page, one, address, folder / f"{one.name}-{width}-{scheme}.webp", width, scheme)
                    for width in WIDTHS
                    for scheme in SCHEMES
                ]
                print(f"{one.name}: {sum(sizes) // 1000} kB", flush=True)
            page.context.close()
        browser.close()


def _signed_in(browser: Browser, world: Northwind, person: str) -> Page:
    page = browser.new_context(base_url=world.served.address, locale="en-GB", reduced_motion="reduce").new_page()
    if person:
        page.goto("/login")
        page.get_by_label("Name or e-mail address").fill(person)
        page.get_by_label("Password").fill(world.passwords[person])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/")
    return page


def _taken(page: Page, shown: Shown, address: str, target: Path, width: int, scheme: str) -> int:
    """The bytes of the picture that was written."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(address)
    if shown.act:
        shown.act(page)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.activeElement?.blur()")
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST[width])
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    asked = {"format": "webp", "quality": QUALITY, "clip": clip, "captureBeyondViewport": True}
    browser = page.context.new_cdp_session(page)
    data = base64.b64decode(browser.send("Page.captureScreenshot", asked)["data"])
    browser.detach()
    target.write_bytes(data)
    return len(data)


if __name__ == "__main__":
    given = sys.argv[1:]
    main(Path(given[0]) if given else ROOT / "docs" / "pictures" / "pages", frozenset(given[1:]))
