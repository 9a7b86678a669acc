"""People sign in at a real browser."""

from base64 import b32decode
from collections.abc import Callable

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Page, expect

from steward.clock import utc_now
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


def test_somebody_sets_up_a_second_factor_by_keyboard_and_signs_in_with_it(
    demo: Served, signed_in: Callable[..., Page]
) -> None:
    person = "lucia.navarro"
    page = signed_in(person, "/account/second-factor", viewport={"width": 360, "height": 800})
    page.get_by_label("Your password").fill(demo.people[person])
    page.keyboard.press("Enter")
    expect(page.locator("svg.qr")).to_be_visible()
    letters = page.locator("section .mono").inner_text().replace(" ", "")
    totp = TOTP(b32decode(letters), 6, SHA1(), 30)
    page.get_by_label("Six digits").fill(totp.generate(utc_now().timestamp()).decode())
    page.keyboard.press("Enter")
    recovery = page.locator("#recovery-codes").inner_text().split()
    assert len(recovery) == 10
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="I kept them, go on").click()

    again = signed_in(person, "/login/code?next=/")
    again.get_by_label("The code of your second factor").fill(totp.generate(utc_now().timestamp() + 30).decode())
    again.keyboard.press("Enter")
    expect(again.get_by_role("heading", level=1)).to_have_text("My work")
    again.goto("/account/second-factor")
    off = again.get_by_role("region", name="Turn it off")
    off.get_by_label("Your password").fill(demo.people[person])
    off.get_by_label("The code of your second factor").fill(recovery[0])
    off.get_by_role("button").click()
    expect(again.get_by_text("Your second factor is off")).to_be_visible()
