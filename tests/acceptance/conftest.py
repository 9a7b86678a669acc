"""A browser, for whatever people see in one."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-quic", "--no-first-run"]


def do_without(reason: str) -> NoReturn:
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
