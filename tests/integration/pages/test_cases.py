"""The page of a case: where it stands, what happened, and who may do what with it."""

from collections.abc import Callable

import pytest

from tests.factories import drawn, three_tasks
from tests.integration.api.conftest import Client
from tests.integration.pages.conftest import Reader, words
from web.drawings.ink import COLOURS

Read = Callable[[str], Reader]
Login = Callable[..., Client]
DRAWN = ("three", "T_ask", "T_do", "T_check")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """These tests are about pages: one database is enough."""
    return sqlite_url


def test_a_case_tells_its_tasks_its_story_and_its_data(reader: Read, login: Login, three: str) -> None:
    anna = login("anna")
    case = anna.post("/instances", {"process": "three", "title": "A loose label", "business_key": "B-7"})["id"]
    task = anna.get("/tasks", view="claimable")["items"][0]["id"]
    anna.post(f"/tasks/{task}/claim")
    anna.post(f"/tasks/{task}/complete", {"answers": {"found": "a label"}})

    assert "A loose label" in words(reader("bert").open("/cases?text=b-7"))
    page = reader("bert").open(f"/cases/{case}")
    assert words(page, "//h1") == "A loose label"
    tasks = words(page, "//section[@aria-labelledby='tasks']")
    assert "T ask" in tasks
    assert "T do" in tasks
    assert "Anna" in words(page, "//section[@aria-labelledby='story']")
    assert "a label" in words(page, "//section[@aria-labelledby='data']")
    assert page.xpath(f"//a[@href='/tasks/{task}']")
    assert b'"T_ask":"is-done"' in reader("bert").fetch(f"/cases/{case}/marks.json")
    assert b"<svg" in reader("bert").fetch(f"/cases/{case}/picture.svg")
    assert "Newest" in words(reader("bert").open(f"/cases/{case}?before=2"))
    for address in ("", "/marks.json", "/picture.svg", "/diagram", "?before=3"):
        reader("fred").open(f"/cases/{case}{address}", 404)
    assert "A loose label" not in words(reader("fred").open("/cases"))


def test_its_owner_lets_a_case_rest_go_on_and_end_with_a_reason(reader: Read, login: Login, three: str) -> None:
    case = login("anna").post("/instances", {"process": "three"})["id"]
    assert not reader("bert").open(f"/cases/{case}").xpath("//form[contains(@action, '/suspend')]")
    reader("bert").press(f"/cases/{case}/suspend", reason="Why not.")
    assert login("anna").get(f"/instances/{case}")["status"] == "running"
    for act, status in (("suspend", "suspended"), ("resume", "running"), ("cancel", "cancelled")):
        assert reader("olga").open(f"/cases/{case}").xpath(f"//form[contains(@action, '/{act}')]")
        reader("olga").press(f"/cases/{case}/{act}", reason="It is so.")
        assert login("olga").get(f"/instances/{case}")["status"] == status
    assert "It is so." in words(reader("olga").open(f"/cases/{case}"), "//section[@aria-labelledby='story']")


def test_its_owner_corrects_a_value_and_the_story_keeps_what_it_was(reader: Read, login: Login, three: str) -> None:
    begun = {"process": "three", "title": "Oil leaks", "variables": {"site": "Kiel", "scans": 3}}
    case = login("anna").post("/instances", begun)["id"]
    at, olga, anna = f"/cases/{case}/correct", reader("olga"), reader("anna")
    assert not anna.open(f"/cases/{case}").xpath("//form[contains(@action, '/correct')]")
    olga.press(at, name="site", value="Bonn", reason="The label of another site.")
    olga.press(at, name="scans", value="4", reason="One was overlooked.")
    assert login("anna").get(f"/instances/{case}/variables")["variables"] == {"site": "Bonn", "scans": 4}
    assert "One was overlooked." in words(olga.open(f"/cases/{case}"), "//section[@aria-labelledby='story']")
    for wrong, said in (
        ({"name": "scans", "value": "four", "reason": "No."}, "Write it as it stands there"),
        ({"name": "nothing", "value": "1", "reason": "No."}, "The case has no value of this name."),
    ):
        olga.press(at, **wrong)
        assert said in words(olga.open(f"/cases/{case}"))
    anna.press(at, name="site", value="Rome", reason="Mine.")
    reader("fred").press(at, 404, name="site", value="Rome", reason="Mine.")
    assert login("anna").get(f"/instances/{case}/variables")["variables"]["site"] == "Bonn"


def test_the_path_is_shown_as_a_picture_of_the_version_that_the_case_runs(
    reader: Read, login: Login, in_force: Callable[[bytes], str]
) -> None:
    in_force(drawn(three_tasks(), *DRAWN))
    case = login("anna").post("/instances", {"process": "three"})["id"]
    task = login("anna").get("/tasks", view="claimable")["items"][0]["id"]
    login("anna").post(f"/tasks/{task}/claim")
    login("anna").post(f"/tasks/{task}/complete", {"answers": {}})
    in_force(drawn(three_tasks().replace(b'name="T do"', b'name="Do it"'), *DRAWN))

    page = reader("anna").open(f"/cases/{case}")
    marks = {
        one for name in page.xpath("//bpmn-diagram/*[1]//*[contains(@class, 'is-')]/@class") for one in name.split()
    }
    assert {"is-done", "is-here"} <= marks
    picture = reader("anna").fetch(f"/cases/{case}/picture.svg").decode()
    assert "T do" in picture
    assert "Do it" not in picture
    assert COLOURS["is-done"][1] in picture
    assert COLOURS["is-here"][1] in picture
