"""A browser with what Camunda Modeler and a person's browser use to open diagrams, tables and forms."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

ROOT = Path(__file__).parents[3]
BUNDLES = ROOT / "frontend" / "dist"
LINT = ROOT / "frontend" / "node_modules" / "bpmnlint" / "bin" / "bpmnlint.js"
NOT_BUILT = "the front end is not built: run make .venv/ui"
CANVAS = '<div id="canvas" style="width: 1400px; height: 800px"></div>'
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-quic", "--no-first-run"]


def do_without(reason: str) -> None:
    """Skip, or fail where nothing may be skipped."""
    if os.environ.get("STEWARD_TEST_NOTHING_SKIPPED"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Playwright's own Chromium, else one that is installed, else an installed Chrome."""
    with sync_playwright() as playwright:
        chromium, choice = playwright.chromium, {}
        if not Path(chromium.executable_path).exists():
            found = os.environ.get("STEWARD_TEST_CHROMIUM") or shutil.which("chromium")
            choice = {"executable_path": found} if found else {"channel": "chrome"}
        try:
            browser = chromium.launch(args=QUIET, chromium_sandbox=False, **choice)
        except Error as problem:
            do_without(f"no Chromium that starts: {problem.message.splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pages(browser: Browser) -> Callable[[str], Page]:
    """Gives the page that holds one of the bundles: reading a bundle takes longer than opening a drawing with it."""
    if not (BUNDLES / "manifest.json").exists():
        do_without(NOT_BUILT)
    manifest = json.loads((BUNDLES / "manifest.json").read_text("utf-8"))

    @cache
    def page(bundle: str) -> Page:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        if manifest[bundle]["css"]:
            page.add_style_tag(path=BUNDLES / manifest[bundle]["css"])
        page.add_script_tag(path=BUNDLES / manifest[bundle]["js"])
        return page

    return page


@pytest.fixture
def opener(pages: Callable[[str], Page]) -> Callable[[str], Page]:
    """Gives a page that holds one of the bundles and an empty canvas."""

    def opened(bundle: str) -> Page:
        page = pages(bundle)
        page.evaluate("canvas => document.body.innerHTML = canvas", CANVAS)
        return page

    return opened


@pytest.fixture
def bpmnlint() -> list[str | Path]:
    """The command that lints diagrams."""
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if node is None or not LINT.exists():
        do_without(NOT_BUILT)
    return [node, LINT]
