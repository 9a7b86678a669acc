"""Tasks over HTTP: who sees, who holds, what changed meanwhile."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.integration.api.conftest import Client

Login = Callable[..., Client]


@pytest.fixture
def task(login: Login, three: str) -> dict[str, Any]:
    """The first task of a case that carl started."""
    carl = login("carl")
    carl.post("/instances", {"process": "three"})
    (found,) = carl.get("/tasks", view="claimable")["items"]
    return dict(found)


def test_the_second_to_claim_is_told_who_has_it(login: Login, task: dict[str, Any]):
    login("anna").post(f"/tasks/{task['id']}/claim")

    answer = login("bert").send("POST", f"/tasks/{task['id']}/claim", json={})

    said = answer.get_json()
    assert (answer.status_code, said["code"], said["holder"]) == (409, "already-claimed", "anna")
    assert login("bert").get(f"/tasks/{task['id']}")["why_not"] == "anna holds it."
    assert login("anna").get(f"/tasks/{task['id']}")["why_not"] is None


def test_of_many_who_claim_at_once_one_gets_it(login: Login, task: dict[str, Any]):
    clients = [login(person) for person in ("anna", "bert", "carl")] * 3

    with ThreadPoolExecutor(9) as pool:
        answers = list(pool.map(lambda one: one.send("POST", f"/tasks/{task['id']}/claim", json={}), clients))

    holder = login("anna").get(f"/tasks/{task['id']}")["holder"]
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [409] * 6
    assert {answer.get_json()["holder"] for answer in answers} == {holder}


def test_a_task_that_changed_since_it_was_read_is_not_changed_again(login: Login, task: dict[str, Any]):
    anna, bert = login("anna"), login("bert")
    read = anna.send("GET", f"/tasks/{task['id']}").headers["ETag"]
    bert.post(f"/tasks/{task['id']}/claim", headers={"If-Match": read})

    late = anna.send("POST", f"/tasks/{task['id']}/claim", json={}, headers={"If-Match": read})

    assert (late.status_code, late.get_json()["code"]) == (412, "outdated")
    assert bert.send("GET", f"/tasks/{task['id']}").headers["ETag"] != read


def test_who_has_the_newest_version_need_not_load_it_again(login: Login, task: dict[str, Any]):
    anna = login("anna")
    read = anna.send("GET", f"/tasks/{task['id']}").headers["ETag"]

    again = anna.send("GET", f"/tasks/{task['id']}", headers={"If-None-Match": read})

    assert (again.status_code, again.get_data()) == (304, b"")


def test_separation_of_duties_is_told_with_its_rule(login: Login, task: dict[str, Any]):
    anna, bert = login("anna"), login("bert")
    for person in (anna, bert):
        (found,) = person.get("/tasks", view="claimable")["items"]
        person.post(f"/tasks/{found['id']}/claim")
        person.post(f"/tasks/{found['id']}/complete", {"answers": {}})
    (check,) = bert.get("/tasks", view="claimable")["items"]

    answer = bert.send("POST", f"/tasks/{check['id']}/claim", json={})

    said = answer.get_json()
    assert (answer.status_code, said["code"], said["rule"]) == (403, "separation-of-duties", "T_do")
    assert bert.get(f"/tasks/{check['id']}")["why_not"] == said["detail"]
    trail = [one["verb"] for one in anna.get(f"/instances/{check['instance_id']}/trail")["items"]]
    assert trail[-1] == "refusal.separation"


def test_a_dry_run_of_a_refusal_leaves_no_record(login: Login, task: dict[str, Any]):
    anna, bert = login("anna"), login("bert")
    for person in (anna, bert):
        (found,) = person.get("/tasks", view="claimable")["items"]
        person.post(f"/tasks/{found['id']}/claim")
        person.post(f"/tasks/{found['id']}/complete", {"answers": {}})
    (check,) = bert.get("/tasks", view="claimable")["items"]
    before = len(anna.get(f"/instances/{check['instance_id']}/trail")["items"])

    answer = bert.send("POST", f"/tasks/{check['id']}/claim", json={}, query_string={"dry_run": "true"})

    assert answer.status_code == 403
    assert len(anna.get(f"/instances/{check['instance_id']}/trail")["items"]) == before


def test_a_draft_is_kept_for_its_holder_alone(login: Login, task: dict[str, Any]):
    anna, bert = login("anna"), login("bert")
    anna.post(f"/tasks/{task['id']}/claim")
    anna.expect(200, anna.send("PUT", f"/tasks/{task['id']}/draft", json={"answers": {"cause": "worn"}}))

    assert anna.get(f"/tasks/{task['id']}/draft")["answers"] == {"cause": "worn"}
    assert bert.get(f"/tasks/{task['id']}/draft") == {"answers": {}, "saved_at": None}


def test_a_task_given_back_is_everybodys_again(login: Login, task: dict[str, Any]):
    anna = login("anna")
    anna.post(f"/tasks/{task['id']}/claim")
    anna.post(f"/tasks/{task['id']}/give-back", {"reason": "Ill."})

    assert [one["id"] for one in login("bert").get("/tasks", view="claimable")["items"]] == [task["id"]]


def test_a_finished_task_answers_who_finished_it(login: Login, task: dict[str, Any]):
    anna = login("anna")
    anna.post(f"/tasks/{task['id']}/claim")
    anna.post(f"/tasks/{task['id']}/complete", {"answers": {"asked": True}, "note": "Done on site."})

    again = anna.send("POST", f"/tasks/{task['id']}/complete", json={"answers": {}})

    assert (again.status_code, again.get_json()["code"]) == (409, "task-closed")
    whole = anna.get(f"/tasks/{task['id']}")
    assert [(one["number"], one["answers"], one["by"]) for one in whole["answers"]] == [(1, {"asked": True}, "anna")]
    assert whole["why_not"] == "anna completed it."


def test_nobody_says_of_himself_for_whom_he_stands_in(login: Login, task: dict[str, Any]):
    anna = login("anna")
    anna.post(f"/tasks/{task['id']}/claim")

    answer = anna.send("POST", f"/tasks/{task['id']}/complete", json={"answers": {}, "acting_for": "bert"})

    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden")
