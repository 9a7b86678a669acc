"""Pages in a real browser that has seen nothing yet: bytes over the wire, and the time until one can work with them."""

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from tests.acceptance.program.served import Served
from tools.pictures import launched

Figures = dict[str, float]
ROUNDS = 7
PERSON = "henrik.lund"
MOMENT = "2026-11-26T09:00+01:00"
BARE = "/problems/"
"""A page without script, font or picture: what a request and a browser cost by themselves."""


def pages_in_a_browser() -> Figures:
    """My work, a task with its form, and a diagram; each time over that of a bare page in the same run."""
    with _demo() as served, sync_playwright() as playwright:
        browser = launched(playwright)
        kept = _signed_in(browser, served)
        task = _a_task(served)
        pages = {
            "inbox": ("/", ".row-link"),
            "task": (task, ".fjs-input"),
            "diagram": ("/processes/corrective_action", ".djs-shape"),
        }
        bare = median(_opened(browser, kept, served.address + BARE, "h1")[0] for _ in range(ROUNDS))
        figures: Figures = {}
        for name, (address, sign) in pages.items():
            taken = [_opened(browser, kept, served.address + address, sign) for _ in range(ROUNDS)]
            figures[f"{name}_usable_over_bare_page"] = round(median(one[0] for one in taken) / bare, 1)
            figures[f"{name}_usable_p50_ms"] = round(median(one[0] for one in taken))
            figures[f"{name}_kilobytes"] = round(max(one[1] for one in taken) / 1000, 1)
        browser.close()
    return figures


def _opened(browser: Browser, kept: str, address: str, sign: str) -> tuple[float, float]:
    """Milliseconds until `sign` can be seen and every script has run, and all bytes that came over the wire."""
    context = browser.new_context(storage_state=json.loads(kept))
    page, received = context.new_page(), [0.0]
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda told: received.append(told["encodedDataLength"]))
    began = time.perf_counter()
    page.goto(address)
    page.locator(sign).first.wait_for()
    spent = (time.perf_counter() - began) * 1000
    page.wait_for_load_state("networkidle")
    context.close()
    return spent, sum(received)


def _signed_in(browser: Browser, served: Served) -> str:
    """What a browser keeps while he is signed in."""
    context = browser.new_context(base_url=served.address)
    page: Page = context.new_page()
    page.goto("/login")
    page.get_by_label("Name or e-mail address").fill(PERSON)
    page.get_by_label("Password").fill(served.people[PERSON])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    kept = json.dumps(context.storage_state())
    context.close()
    return kept


def _a_task(served: Served) -> str:
    """The address of a task of his, with a form."""
    served.run("login", PERSON, STEWARD_PASSWORD=served.people[PERSON])
    voice = served.voice(PERSON)
    case = voice.post("/instances", {"process": "corrective_action", "start": "S_form"})
    return f"/tasks/{voice.get('/tasks', instance=case['id'], view='all')['items'][0]['id']}"


@contextmanager
def _demo() -> Iterator[Served]:
    with tempfile.TemporaryDirectory() as folder:
        served = Served(Path(folder) / "home", ["--demo", "--simulated-clock", MOMENT]).start()
        try:
            yield served
        finally:
            served.clear()
