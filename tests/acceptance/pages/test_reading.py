"""Pages can be read by all: no finding of axe-core, nothing refused by the policy, nothing wider than a screen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

AXE = Path(__file__).parents[3] / "frontend/node_modules/axe-core/axe.min.js"
PAGES = (
    "/",
    "/cases",
    "/processes",
    "/processes/corrective_action",
    "/start",
    "/processes/incident_escalation/start",
)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (360, "dark")])
def test_every_page_can_be_read(signed_in: Callable[..., Page], width: int, scheme: str) -> None:
    look = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    page, said = signed_in("henrik.lund", **look), []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for address in PAGES:
        page.goto(address, wait_until="networkidle")
        assert said == [], address
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run()")["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address
