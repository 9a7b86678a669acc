"""What an auditor may read is given and ended on a page, and what he read stands there."""

from collections.abc import Callable

from tests.integration.api.conftest import Client, make_auditor
from tests.integration.pages.conftest import Reader, words


def test_a_mandate_is_given_read_within_logged_and_ended(
    reader: Callable[[str], Reader], login: Callable[..., Client], three: str
) -> None:
    case = login("anna").post("/instances", {"process": "three", "title": "A loose label"})["id"]
    adam, anna = reader("adam"), reader("anna")
    assert "There is no auditor yet." in words(adam.open("/auditors"))
    anna.open("/auditors", 403)
    make_auditor(login("adam"), "fred")
    assert "none: reads nothing" in words(adam.open("/auditors"))
    refused = adam.tree(adam.press("/auditors/fred", 422, ends="", since="2026-12-01", processes="three"))
    assert words(refused, "//*[@id='give-ends-wrong']") == "Choose the last day on which he reads."
    assert refused.xpath("//input[@name='since']/@value") == ["2026-12-01"]
    assert refused.xpath("//input[@name='processes' and @checked]/@value") == ["three"]
    adam.press("/auditors/fred", 422, ends="2027-02-01", since="2027-02-01", until="2027-01-01")
    adam.press("/auditors/fred/end")
    assert "no mandate that could be ended" in words(adam.open("/auditors/fred"), "//body")
    adam.press("/auditors/fred", ends="2027-01-31", since="2026-12-01", processes="three")

    fred = reader("fred")
    fred.open(f"/cases/{case}")
    assert adam.open("/auditors/fred").xpath(f"//a[@href='/cases/{case}']")
    assert f"/cases/{case}" in words(fred.open("/auditors/fred"))
    assert not fred.open("/auditors/fred").xpath("//aside//form")
    fred.press("/auditors/fred", 403, ends="2028-01-31")
    anna.open("/auditors/fred", 403)
    shown = adam.open("/auditors/fred")
    assert shown.xpath("//input[@name='ends']/@value") == ["2027-01-31"]
    adam.press("/auditors/fred/end")
    assert "the mandate has ended" in words(adam.open("/auditors/fred"))
    fred.open(f"/cases/{case}", 403)
    adam.open("/auditors/anna", 404)
