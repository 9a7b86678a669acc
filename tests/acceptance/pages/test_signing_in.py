"""People sign in at a real browser."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.acceptance.program.served import Served


def test_somebody_signs_in_comes_where_he_wanted_and_signs_out(demo: Served, signed_in: Callable[..., Page]) -> None:
    assert f"Open {demo.address} in a browser and sign in." in demo.greeting
    person = next(iter(demo.people))
    page = signed_in(person)
    expect(page.get_by_role("heading", level=1)).to_have_text("My work")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
