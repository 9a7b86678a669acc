"""A server with the demo's people, and browsers at which they have signed in."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.conftest import do_without
from tests.acceptance.pages.company import Company
from tests.acceptance.program.served import Served
from web.assets import BUILT

BEGUN = "2027-01-04T09:00+01:00"
expect.set_options(timeout=15_000)  # Milliseconds: a busy machine is no fault of a page.


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo, served once for all these tests, on a clock that stands until somebody moves it."""
    if not (BUILT / "assets.json").exists():
        do_without("the front end is not built: run make .venv/ui")
    served = Served(tmp_path_factory.mktemp("demo") / "home", ["--demo", "--simulated-clock", BEGUN]).start()
    yield served
    served.clear()


@pytest.fixture
def window(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page in a browser of its own, in which nobody has signed in."""
    opened = []

    def open_one(**about: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}} | about)
        opened.append(context)
        return context.new_page()

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def signed_in(demo: Served, window: Callable[..., Page]) -> Callable[..., Page]:
    """A browser at which one of the demo's people has signed in, and sees a page."""

    def sign_in(person: str, address: str = "/", **about: Any) -> Page:
        page = window(base_url=demo.address, **about)
        page.goto(f"/login?next={address}")
        page.get_by_label("Name or e-mail address").fill(person)
        page.get_by_label("Password").fill(demo.people[person])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"**{address}")
        return page

    return sign_in


@pytest.fixture(scope="package")
def office(demo: Served, browser: Browser) -> Iterator[Company]:
    """The demo's people, each at a browser of his own, which stays open for all these tests."""
    office = Company(demo, browser)
    yield office
    for page in office.seats.values():
        page.context.close()


@pytest.fixture
def company(office: Company) -> Iterator[Company]:
    """The demo's people, whose browsers have nothing to complain of."""
    office.faults.clear()
    yield office
    office.leave()
    assert office.faults == []
