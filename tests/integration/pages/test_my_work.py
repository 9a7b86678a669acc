"""My work shows what waits for whoever reads it, and nothing else."""

from collections.abc import Callable

from tests.integration.api.conftest import Client, Clock
from tests.integration.pages.conftest import Reader, words


def test_my_work_has_what_is_mine_by_urgency_and_what_i_may_take_on(
    reader: Callable[[str], Reader], login: Callable[..., Client], three: str, clock: Clock
) -> None:
    anna = login("anna")
    anna.post("/instances", {"process": "three", "title": "A loose label"})
    assert "Nothing waits for you." in words(reader("fred").open("/"))
    page = reader("bert").open("/")
    assert "A loose label" in words(page, "//section[@aria-labelledby='g-free']")
    (form,) = page.xpath("//main//form[@method='post']")
    task = form.get("action").split("/")[2]
    answer = reader("bert").press(form.get("action"))
    assert answer.headers["Location"] == f"/tasks/{task}"
    assert "A loose label" not in words(reader("anna").open("/"))
    assert "1 task is yours." in words(reader("bert").open("/"))


def test_a_page_runs_nothing_inline_and_nothing_from_elsewhere(reader: Callable[[str], Reader]) -> None:
    page = reader("anna").open("/")
    assert not page.xpath("//script[not(@src)] | //*[@style] | //style | //*[starts-with(name(@*), 'on')]")
    assert all(one.startswith("/") for one in page.xpath("//@src | //link/@href | //use/@href"))


def test_what_is_not_there_is_said_on_a_page(reader: Callable[[str], Reader]) -> None:
    reader("anna").press("/tasks/00000000-0000-0000-0000-000000000000/take-on", 404)
