"""
Pictures of the shipped diagrams, drawn by the modeler in a real browser.

    python -m tools.pictures [FOLDER]

Writes one PNG a diagram into FOLDER (docs/pictures). Needs the front end
(`make .venv/ui`) and a Chromium.
"""

import json
import os
import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

ROOT = Path(__file__).parents[1]
BUNDLES = ROOT / "frontend" / "dist"
SHARPNESS = 1.5


def main(folder: Path) -> None:
    """Draw every diagram of `processes/`."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launched(playwright)
        for path in sorted((ROOT / "processes").glob("*/*.bpmn")):
            target = folder / f"{path.stem}.png"
            width, height = draw(browser, path, target)
            print(f"{target}: {width} x {height}")
        browser.close()


def launched(playwright: Playwright) -> Browser:
    """A Chromium: Playwright's own, or the one found on the machine."""
    ours = Path(playwright.chromium.executable_path)
    program = None if ours.exists() else os.environ.get("STEWARD_TEST_CHROMIUM") or shutil.which("chromium")
    return playwright.chromium.launch(executable_path=program, chromium_sandbox=False)


def draw(browser: Browser, path: Path, target: Path) -> tuple[int, int]:
    """Write the picture of one diagram; its size in px of the drawing."""
    svg = _svg(browser.new_page(), path.read_text("utf-8"))
    size = re.search(r'viewBox="\S+ \S+ (\S+) (\S+)"', svg)
    assert size is not None, "the modeler writes the size of the drawing"
    width, height = round(float(size[1])), round(float(size[2]))
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=SHARPNESS)
    page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{svg}")
    page.screenshot(path=target)
    return width, height


def _svg(page: Page, xml: str) -> str:
    bundle = json.loads((BUNDLES / "manifest.json").read_text("utf-8"))["drawing"]
    page.set_content('<div id="canvas" style="width: 1400px; height: 800px"></div>')
    page.add_style_tag(path=BUNDLES / bundle["css"])
    page.add_script_tag(path=BUNDLES / bundle["js"])
    warnings = page.evaluate("xml => drawing.open(xml)", xml)
    if warnings:
        raise SystemExit("\n".join(warnings))
    svg: str = page.evaluate("drawing.picture()")
    return svg[svg.index("<svg") :]


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures")
