"""Pages can be read by all: no finding of axe-core, nothing refused by the policy, nothing wider than a screen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.program.served import Served

AXE = Path(__file__).parents[3] / "frontend/node_modules/axe-core/axe.min.js"
PAGES = (
    "/",
    "/cases",
    "/processes",
    "/processes/corrective_action",
    "/start",
    "/processes/incident_escalation/start",
    "/calendar",
    "/calendar/2026",
    "/calendar/addresses",
    "/cycles/policy_review",
    "/dashboard",
    "/registers",
    "/registers/reg_ai_systems",
    "/registers/reg_ai_systems/rows/triagelens",
    "/registers/reg_ai_systems/rows/triagelens/compare",
    "/clauses",
    "/clauses/iso42001-2023/statement",
    "/clauses/iso42001-2023/8.4",
    "/on-call",
    "/people",
    "/people/henrik.lund",
    "/groups",
    "/groups/quality_manager",
    "/substitutes",
    "/deliveries",
    "/stuck",
    "/my-work/duties",
    "/account",
    "/account/second-factor",
    "/search?q=an",
)
ISLANDS = ("/", "/processes/corrective_action", "/processes/incident_escalation/start")
AUDITED = ("/trail", "/verification", "/verification?chain=platform", "/auditors/ruth.osei")
MANAGED = ("/subscriptions", "/channels", "/auditors", "/people/ruth.osei")
OUTSIDE = ("/login", "/forgotten", "/tell", "/answers", "/status")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (360, "dark")])
def test_every_page_can_be_read(
    signed_in: Callable[..., Page], window: Callable[..., Page], demo: Served, width: int, scheme: str
) -> None:
    look = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    _are_read(signed_in("henrik.lund", **look), PAGES if width == 360 else PAGES[:8])
    _are_read(signed_in("ruth.osei", **look), AUDITED)
    if width == 360:
        _are_read(signed_in("deniz.aydin", **look), MANAGED)
        _are_read(window(base_url=demo.address, **look), OUTSIDE)


def test_everybody_reports_an_incident_or_raises_a_concern_in_two_clicks_and_outsiders_by_a_public_form(
    signed_in: Callable[..., Page], window: Callable[..., Page], demo: Served
) -> None:
    page = signed_in("ben.carter")
    page.get_by_role("link", name="Start a case").click()
    page.get_by_role("button", name="Start now: Incident escalation").click()
    expect(page.get_by_role("textbox", name="What happened")).to_be_visible()
    page.goto("/")
    page.get_by_role("link", name="Start a case").click()
    page.get_by_role("link", name="Raise a concern").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Raise a concern")
    expect(page.get_by_role("textbox").first).to_be_visible()
    page = window(base_url=demo.address)
    page.goto("/tell")
    page.get_by_role("link", name="Report a problem").click()
    expect(page.get_by_role("textbox").first).to_be_visible()


def _are_read(page: Page, addresses: tuple[str, ...]) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for address in addresses:
        page.goto(address, wait_until="networkidle" if address in ISLANDS else "load")
        assert said == [], address
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run()")["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address
