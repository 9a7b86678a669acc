"""A process of three tasks, over HTTP, from its deployment to its end."""

from collections.abc import Callable
from datetime import timedelta

from tests.factories import three_tasks
from tests.integration.api.conftest import MORNING, Client, Clock, upload

Login = Callable[..., Client]


def test_a_case_goes_from_deployment_to_its_end(login: Login, clock: Clock):
    adam, olga, anna, bert = (login(person) for person in ("adam", "olga", "anna", "bert"))
    made = adam.expect(201, upload(adam, {"three.bpmn": three_tasks()}, name="three"))
    assert [(one["key"], one["version"], one["status"]) for one in made["definitions"]] == [("three", 1, "waiting")]
    released = olga.post(f"/deployments/{made['id']}/release", {"owner": "olga"})
    assert released["status"] == "released"

    case = anna.post("/instances", {"process": "three", "variables": {"what": "leak"}, "title": "A leak"})
    assert (case["status"], case["owner"], case["started_by"]) == ("running", "olga", "anna")

    for person, answers in ((anna, {"asked": True}), (bert, {"done": 3}), (anna, {"fine": True})):
        clock.forward(minutes=1)
        (task,) = person.get("/tasks", view="claimable")["items"]
        claimed = person.post(f"/tasks/{task['id']}/claim")
        assert claimed["status"] == "claimed"
        assert [one["id"] for one in person.get("/tasks")["items"]] == [task["id"]]
        done = person.post(f"/tasks/{task['id']}/complete", {"answers": answers})
        assert (done["status"], done["stuck"]) == ("completed", None)

    ended = anna.get(f"/instances/{case['id']}")
    assert ended["status"] == "completed"
    assert ended["ended_at"] == (MORNING + timedelta(minutes=3)).isoformat()
    data = anna.get(f"/instances/{case['id']}/variables")["variables"]
    assert data == {"what": "leak", "asked": True, "done": 3, "fine": True}
    verbs = [entry["verb"] for entry in anna.get(f"/instances/{case['id']}/trail")["items"]]
    assert verbs.count("task.completed") == 3
    assert verbs[0] == "instance.started"
    path = [one["element"] for one in anna.get(f"/instances/{case['id']}/passages")["items"] if not one["flow"]]
    assert path == ["start", "T_ask", "T_do", "T_check", "end"]
