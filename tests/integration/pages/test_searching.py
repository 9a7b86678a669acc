"""Search finds cases, people, clauses and entries, and nothing of what a person may not see."""

from collections.abc import Callable

from tests.integration.api.conftest import Client
from tests.integration.pages.conftest import Reader, words


def test_search_finds_what_one_may_see(
    reader: Callable[[str], Reader], login: Callable[..., Client], three: str
) -> None:
    login("anna").post("/instances", {"process": "three", "title": "The bert label"})
    page = reader("anna").open("/search?q=BERT")
    assert "2 hits for “BERT”." in words(page)
    assert "The bert label" in words(page, "//section[@aria-labelledby='g-cases']")
    assert "Bert" in words(page, "//section[@aria-labelledby='g-people']")
    assert "1 hit for “bert”." in words(reader("fred").open("/search?q=bert"))
    assert "Nothing is called so." in words(reader("fred").open("/search?q=%2525"))
    assert "Write two signs or more above." in words(reader("fred").open("/search?q=b"))
