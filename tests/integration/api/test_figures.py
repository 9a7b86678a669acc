"""Figures over HTTP: open work by group, decisions by role, and what counts more than once."""

from datetime import timedelta
from typing import Any

from engine.identity import groups
from engine.identity.people import SETUP
from engine.transactions import Database
from tests.factories import END, START, process, sequence
from tests.integration.api.conftest import MORNING, PASSWORD, Client, Clock
from tests.integration.api.test_traffic import Login

ACT = (
    '<bpmn:userTask id="T_act" name="Act" camunda:candidateGroups="${team}" camunda:dueDate="PT2H">'
    "<bpmn:extensionElements><camunda:properties>"
    '<camunda:property name="sign" value="approved"/><camunda:property name="clock" value="elapsed"/>'
    "</camunda:properties></bpmn:extensionElements></bpmn:userTask>"
)
YEAR = {"since": "2027-01-01T00:00:00+01:00", "until": "2028-01-01T00:00:00+01:00"}


def work(client: Client) -> dict[str, tuple[int, ...]]:
    names = ("members", "unclaimed", "claimed", "late")
    return {one["key"]: tuple(one[name] for name in names) for one in client.get("/figures/open-work")["items"]}


def test_an_action_goes_to_any_group_and_open_work_of_each_is_seen(
    login: Login, in_force: Any, database: Database, clock: Clock
) -> None:
    with database.writing() as session:
        groups.create(session, "welders", name="Welders", by=SETUP, now=MORNING)
        groups.join(session, "welders", "fred", by=SETUP, now=MORNING)
    in_force(process("acts", sequence(START, ACT, END)))
    anna, olga = login("anna"), login("olga")
    for team in ("staff", "welders", "welders", "welders"):
        anna.post("/instances", {"process": "acts", "variables": {"team": team}})
    assert (work(olga)["staff"], work(olga)["welders"]) == ((3, 1, 0, 0), (1, 3, 0, 0))

    fred = login("fred")
    first, *_ = fred.get("/tasks", view="claimable")["items"]
    fred.post(f"/tasks/{first['id']}/claim")
    clock.forward(hours=3)
    assert work(olga)["welders"] == (1, 2, 1, 3)
    fred.post(f"/tasks/{first['id']}/complete", {"sign": {"password": PASSWORD.format("fred"), "meaning": "approved"}})
    assert work(olga)["welders"] == (1, 2, 0, 2)
    assert work(login("bert"))["welders"] == (1, 0, 0, 0)  # He may see none of their cases.


def test_for_each_role_the_decisions_of_a_period_are_shown_with_their_entry_in_the_trail(
    login: Login, in_force: Any, clock: Clock
) -> None:
    in_force(process("acts", sequence(START, ACT, END)))
    anna, bert, olga = login("anna"), login("bert"), login("olga")
    for person in (anna, bert):
        case = anna.post("/instances", {"process": "acts", "variables": {"team": "staff"}})["id"]
        [task] = olga.get(f"/instances/{case}/tasks")["items"]
        person.post(f"/tasks/{task['id']}/claim")
        name = person.get("/me")["id"]
        sign = {"password": PASSWORD.format(name), "meaning": "approved"}
        person.post(f"/tasks/{task['id']}/complete", {"sign": sign})
        clock.forward(days=10)

    latest, earliest = olga.get("/groups/staff/decisions", **YEAR)["items"]

    assert (latest["completed_by"], earliest["completed_by"]) == ("bert", "anna")
    assert (latest["process"], latest["name"], latest["meaning"]) == ("acts", "Act", "approved")
    trail = olga.get(f"/instances/{latest['instance_id']}/trail")["items"]
    [entry] = [one for one in trail if one["number"] == latest["entry"]]
    assert (entry["verb"], entry["actor"], entry["subject"]) == ("task.completed", "bert", latest["id"])
    since = (MORNING + timedelta(days=1)).isoformat()
    later = olga.get("/groups/staff/decisions", since=since, until=YEAR["until"])["items"]
    assert [one["completed_by"] for one in later] == ["bert"]
    assert login("fred").get("/groups/staff/decisions", **YEAR)["items"] == []
    anna.expect(404, anna.send("GET", "/groups/unheard/decisions", query_string=YEAR))


def test_what_counts_more_than_once_is_told_and_a_period_must_be_one(login: Login) -> None:
    anna = login("anna")
    told = anna.get("/figures/shared", **YEAR)
    assert (told["actions"], told["evidence"], told["per_evidence"], told["hours"]) == ([], 0, None, None)
    backwards = {"since": YEAR["until"], "until": YEAR["since"]}
    anna.expect(422, anna.send("GET", "/figures/shared", query_string=backwards))
    body = {"id": "q-2027", "family": "q", "name": "Q", "edition": "2027", "subject": "things"}
    login("adam").post("/standards", {"standard": body | {"clause": [{"ref": "4", "title": "Context"}]}})
    assert [one["key"] for one in anna.get("/standards/q-2027/own")["items"]] == ["q:4"]
    assert anna.get("/standards/q-2027/strengths", **YEAR)["items"] == []
