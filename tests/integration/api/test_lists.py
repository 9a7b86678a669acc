"""Lists: pages without gaps, filters, sorting, and nothing that is not for the caller's eyes."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.api.conftest import Client, Clock

Login = Callable[..., Client]


@pytest.fixture
def seven(login: Login, three: str, clock: Clock) -> list[str]:
    """Seven cases of anna's, an hour apart; two of them at the same moment."""
    anna, ids = login("anna"), []
    for number in range(7):
        body = {"process": "three", "title": f"Case {7 - number}", "business_key": f"NC-{number}"}
        ids.append(anna.post("/instances", body)["id"])
        clock.forward(hours=1 if number else 0)
    return ids


def walk(client: Client, path: str, **query: Any) -> list[dict[str, Any]]:
    """All items, two a page."""
    items, cursor = [], {}
    while True:
        page = client.get(path, limit=2, **query, **cursor)
        assert len(page["items"]) <= 2
        items += page["items"]
        if page["next"] is None:
            return items
        cursor = {"cursor": page["next"]}


@pytest.mark.parametrize("sort", ["started", "-started", "title", "-title"])
def test_pages_of_cases_have_neither_gaps_nor_doubles(login: Login, seven: list[str], sort: str):
    found = walk(login("anna"), "/instances", sort=sort)

    field = {"started": "started_at", "title": "title"}[sort.removeprefix("-")]
    assert sorted(one["id"] for one in found) == sorted(seven)
    values = [one[field] for one in found]
    assert values == sorted(values, reverse=sort.startswith("-"))


@pytest.mark.parametrize("sort", ["opened", "-opened", "due", "-priority"])
def test_pages_of_tasks_have_neither_gaps_nor_doubles(login: Login, seven: list[str], sort: str):
    found = walk(login("bert"), "/tasks", view="claimable", sort=sort)

    assert sorted(one["instance_id"] for one in found) == sorted(seven)


def test_a_page_stays_right_while_cases_are_added(login: Login, seven: list[str]):
    anna = login("anna")
    first = anna.get("/instances", limit=3)
    new = anna.post("/instances", {"process": "three"})["id"]

    rest = anna.get("/instances", limit=200, cursor=first["next"])

    found = [one["id"] for one in (*first["items"], *rest["items"])]
    assert found == seven[::-1]
    assert new not in found


def test_cases_are_found_by_what_people_know_of_them(login: Login, seven: list[str], clock: Clock):
    anna = login("anna")
    ids = lambda **query: [one["id"] for one in anna.get("/instances", sort="started", **query)["items"]]  # noqa: E731

    assert ids(text="nc-3") == [seven[3]]
    assert ids(text="CASE 7") == [seven[0]]
    assert ids(process="three", status="running") == seven
    assert ids(process="another") == []
    assert ids(status="completed") == []
    assert ids(person="anna") == seven
    assert ids(person="fred") == []
    started = anna.get(f"/instances/{seven[4]}")["started_at"]
    assert ids(started_after=started) == seven[5:]
    assert ids(started_before=started) == seven[:4]


def test_a_cursor_of_another_list_is_no_page_of_this_one(login: Login, seven: list[str]):
    anna = login("anna")
    cursor = anna.get("/instances", limit=2)["next"]

    for strange in (cursor, "AAAA", "W10"):
        answer = anna.send("GET", "/people", query_string={"cursor": strange})
        assert (answer.status_code, answer.get_json()["kind"]) == (404, "page")


def test_tasks_are_narrowed_by_case_element_and_lateness(login: Login, seven: list[str]):
    bert = login("bert")
    count = lambda **query: len(bert.get("/tasks", view="claimable", **query)["items"])  # noqa: E731

    assert count(instance=seven[2]) == 1
    assert count(element="T_ask") == 7
    assert count(element="T_do") == 0
    assert count(process="three") == 7
    assert count(late="true") == 0
    assert count(late="false") == 7
    assert count(due_before="2028-01-01T00:00:00Z") == 0


def test_a_cursor_beyond_all_moments_is_no_page(login: Login):
    edge = base64.urlsafe_b64encode(b'["9999-12-31T23:59:59-23:59", "01a21411-b402-7117-a10f-b12cf9f9515d"]').decode()
    for path in ("/tasks", "/instances"):
        assert login("anna").send("GET", path, query_string={"cursor": edge.rstrip("=")}).status_code == 404
