"""A browser with what Camunda Modeler and a person's browser use to open diagrams, tables and forms."""

import json
import shutil
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.acceptance.conftest import do_without

ROOT = Path(__file__).parents[3]
BUNDLES = ROOT / "frontend" / "dist"
LINT = ROOT / "frontend" / "node_modules" / "bpmnlint" / "bin" / "bpmnlint.js"
NOT_BUILT = "the front end is not built: run make .venv/ui"
CANVAS = '<div id="canvas" style="width: 1400px; height: 800px"></div>'


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
