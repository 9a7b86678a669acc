"""Ladders over the API: how they change, and what a task has climbed."""

from datetime import timedelta

import pytest

from engine.ladders.climbing import drain_ladders
from tests.integration.api.conftest import upload
from tests.integration.ladders.conftest import one_task

LADDER = {
    "name": "Ordinary tasks",
    "stale": "PT4H",
    "rungs": [
        {"when": "PT2H from ${opened_at}", "only": "unclaimed", "whom": ["candidates"], "words": "unclaimed"},
        {"when": "1 bd open from ${due_at}", "whom": ["lead"]},
        {"when": "3 bd from ${due_at}", "whom": ["person:olga"], "urgency": "urgent", "keep_for": "review"},
    ],
}


@pytest.fixture
def adam(login):
    return login("adam")


@pytest.fixture
def a_case(adam, login, in_force):
    adam.expect(200, adam.send("PUT", "/ladders/ordinary", json=LADDER))
    in_force(one_task("one", due="5 bd"))
    return login("anna").post("/instances", {"process": "one"})["id"]


def test_a_ladder_is_made_changed_and_never_forgotten(adam, login):
    made = adam.expect(200, adam.send("PUT", "/ladders/ordinary", json=LADDER))
    same = adam.expect(200, adam.send("PUT", "/ladders/ordinary", json=LADDER))
    newer = adam.expect(200, adam.send("PUT", "/ladders/ordinary", json=LADDER | {"name": "All tasks"}))

    assert (made["number"], same["number"], newer["number"]) == (1, 1, 2)
    assert [rung["number"] for rung in made["rungs"]] == [1, 2, 3]
    assert made["rungs"][0]["urgency"] == "ordinary"
    fred = login("fred")
    assert [one["name"] for one in fred.get("/ladders/ordinary/history")["items"]] == ["All tasks", "Ordinary tasks"]
    assert fred.get("/ladders/ordinary")["name"] == "All tasks"
    assert [one["key"] for one in fred.get("/ladders")["items"]] == ["ordinary"]
    fred.expect(404, fred.send("GET", "/ladders/unheard"))
    fred.expect(403, fred.send("PUT", "/ladders/ordinary", json=LADDER))


def test_a_dry_run_changes_no_ladder(adam):
    adam.expect(200, adam.send("PUT", "/ladders/ordinary", json=LADDER, query_string={"dry_run": "true"}))

    adam.expect(404, adam.send("GET", "/ladders/ordinary"))


def test_every_problem_of_a_ladder_is_named_at_once(adam):
    rungs = [{"when": "tomorrow", "whom": ["everybody"]}, {"when": "1 bd", "whom": ["group:unheard"]}]

    refused = adam.expect(422, adam.send("PUT", "/ladders/own", json={"name": "Own", "stale": "-1 bd", "rungs": rungs}))
    unknown = adam.expect(422, adam.send("PUT", "/ladders/own", json={"name": "Own", "rungs": rungs[1:]}))

    assert set(refused["errors"]) == {"stale", "rungs.1.when", "rungs.1.whom"}
    assert "group:unheard" in unknown["errors"]


def test_a_task_shows_what_it_climbed_and_what_comes_next(a_case, login, database, clock):
    bert = login("bert")
    (task,) = bert.get("/tasks", view="claimable")["items"]
    before = bert.get(f"/tasks/{task['id']}/ladder")
    clock.forward(hours=3)
    drain_ladders(database, now=clock())
    bert.post(f"/tasks/{task['id']}/claim")

    after = bert.get(f"/tasks/{task['id']}/ladder")

    assert [(line["rung"], line["outcome"]) for line in before["lines"]] == [
        (1, "planned"),
        (2, "planned"),
        (3, "planned"),
    ]
    assert before["lines"][0]["told"] == ["anna", "bert", "carl"]
    assert after["lines"][0]["outcome"] == "sent"
    assert {one["person"] for one in after["lines"][0]["deliveries"]} == {"anna", "bert", "carl"}
    shown = {(one["channel"], one["status"], one["sent_at"]) for one in after["lines"][0]["deliveries"]}
    assert shown == {("mail", "owed", None)}
    assert after["lines"][0]["planned_at"] <= after["lines"][0]["at"] == clock().isoformat()
    assert after["lines"][0]["acted"] == [{"verb": "task.claimed", "by": "bert", "at": clock().isoformat()}]
    assert (after["standing"], after["version"], after["lines"][1]["told"]) == ("climbing", 1, ["anna"])


def test_a_task_is_acknowledged_by_whom_it_concerns(a_case, login, clock):
    bert, fred = login("bert"), login("fred")
    (task,) = bert.get("/tasks", view="claimable")["items"]
    place = f"/tasks/{task['id']}"
    fred.expect(404, fred.send("POST", f"{place}/acknowledge", json={}))
    fred.expect(404, fred.send("GET", f"{place}/ladder"))

    bert.post(f"{place}/acknowledge")

    plan = bert.get(f"{place}/ladder")
    assert (plan["standing"], plan["acknowledged_by"]) == ("acknowledged", "bert")
    assert plan["next_at"] == (clock() + timedelta(hours=4)).isoformat()
    assert [line["outcome"] for line in plan["lines"]] == ["acknowledged"]


def test_whoever_is_told_of_a_task_sees_its_case(a_case, login, database, clock, in_force):
    fred, adam = login("fred"), login("adam")
    fred.expect(404, fred.send("GET", f"/instances/{a_case}"))
    ladder = {"name": "Fred", "rungs": [{"when": "PT1H", "whom": ["person:fred"]}]}
    adam.expect(200, adam.send("PUT", "/ladders/fred", json=ladder))
    in_force(one_task("two", escalation="fred"))
    case = login("anna").post("/instances", {"process": "two"})["id"]
    fred.expect(404, fred.send("GET", f"/instances/{case}"))
    clock.forward(hours=1)
    drain_ladders(database, now=clock())

    assert fred.get(f"/instances/{case}")["id"] == case
    (task,) = fred.get("/tasks", view="all", instance=case)["items"]
    fred.expect(403, fred.send("POST", f"/tasks/{task['id']}/claim", json={}))


def test_a_deployment_names_only_ladders_that_there_are(adam, login):
    adam.expect(200, adam.send("PUT", "/ladders/mine", json=LADDER))
    refused = adam.expect(422, upload(adam, {"one.bpmn": one_task("one", escalation="mnie")}))
    adam.expect(201, upload(adam, {"one.bpmn": one_task("one", escalation="mine")}))
    adam.expect(201, upload(adam, {"two.bpmn": one_task("two", escalation="none")}))

    (problem,) = [one for one in refused["problems"] if one["code"] == "unknown-ladder"]
    assert "Did you mean 'mine'?" in problem["remedy"]
