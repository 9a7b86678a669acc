"""Processes: what was handed in, what it changes, and its release by a second person."""

import json
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest

from engine.transactions import Database
from tests import factories
from tests.factories import END, START, process, sequence, three_tasks, user_task
from tests.integration.api.conftest import MORNING, Client, Clock, upload
from tests.integration.pages.conftest import Reader, words

Read = Callable[[str], Reader]
Login = Callable[..., Client]
CHANGED = three_tasks().replace(b'name="T do"', b'name="Do it"').replace(b"T_ask_T_do", b"asked")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """These tests are about pages: one database is enough."""
    return sqlite_url


def test_a_deployment_is_released_on_its_page_by_somebody_else(reader: Read, login: Login) -> None:
    silent = process("silent", sequence(START, user_task("T_who"), END))
    made = upload(login("adam"), {"silent.bpmn": silent}, name="silent").get_json()
    address = f"/deployments/{made['id']}"

    own = reader("adam").open(address)
    assert "You deployed this, so somebody else must release it. Olga can." in words(own)
    assert own.xpath("//button[@aria-disabled='true']")
    assert not own.xpath("//main//form[@method='post']")
    assert made["warnings"][0]["message"] in words(own, "//section[@aria-labelledby='findings']")

    page = reader("olga").open(address)
    (role,) = page.xpath("//select[starts-with(@name, 'role ')]/@name")
    again = reader("olga").press(f"{address}/release", 422, owner="olga")
    assert "T who" in again.get_data(as_text=True)
    reader("olga").press(f"{address}/release", owner="olga", **{role: "group:staff"})
    assert "is released" in words(reader("bert").open(address), "//h1")
    assert "Staff" in words(reader("bert").open("/processes/silent"), "//section[@aria-labelledby='roles']")


def test_the_page_of_a_version_says_what_it_changes_and_what_runs_on_which(
    reader: Read, login: Login, clock: Clock
) -> None:
    for number, file in enumerate((three_tasks(), CHANGED)):
        made = upload(login("adam"), {"three.bpmn": file}, name="three").get_json()
        if number == 0:
            login("olga").post(f"/deployments/{made['id']}/release", {"owner": "olga"})
    login("anna").post("/instances", {"process": "three", "title": "Loose"})

    assert "version 1" in words(reader("bert").open("/processes"))
    page = reader("olga").open("/processes/three/2")
    assert "New cases go on starting on version 1." in words(page, "//*[@class='sub']")
    table = words(page, "//section[@aria-labelledby='changes']")
    assert "name: T do" in table
    assert "name: Do it" in table
    assert "Waits for release" in words(page, "//section[@aria-labelledby='versions']")
    rows = reader("anna").open("/processes/three").xpath("//section[@aria-labelledby='versions']//tr[td]")
    assert [row.xpath(".//td[@class='num']")[0].text_content() for row in rows] == ["0", "1"]
    assert "T ask" in words(reader("anna").open("/processes/three"), "//section[@aria-labelledby='work']")
    others = reader("fred").open("/processes/three").xpath("//section[@aria-labelledby='versions']//tr[td]")
    assert [row.xpath(".//td[@class='num']")[0].text_content() for row in others] == ["0", "0"]
    kit = reader("bert").fetch("/processes/three/kit")
    assert zipfile.ZipFile(BytesIO(kit)).read("three/three.bpmn") == three_tasks()
    assert reader("bert").fetch("/processes/three/2/diagram") == CHANGED
    reader("bert").open("/processes/three/3", 404)
    reader("bert").open("/processes/nothing", 404)


def test_files_are_checked_without_deploying_and_then_deployed(reader: Read, login: Login) -> None:
    adam = reader("adam")
    bad = three_tasks().replace(b'targetRef="end"', b'targetRef="nowhere"')
    assert "nowhere" in words(adam.hand_in("/deployments", {"three.bpmn": bad}, 422))
    assert "This can be deployed." in words(adam.hand_in("/deployments", {"three.bpmn": three_tasks()}, check="yes"))
    part = adam.hand_in("/deployments", {"three.bpmn": bad}, htmx=True, check="yes")
    assert "nowhere" in words(part, "//*")
    assert not part.xpath("//nav")
    assert "Nothing was deployed" in words(adam.hand_in("/deployments", {}, 422))
    assert login("adam").get("/deployments")["items"] == []

    adam.hand_in("/deployments", {"three.bpmn": three_tasks()}, 303)
    (made,) = login("adam").get("/deployments")["items"]
    assert (made["name"], made["status"]) == ("three", "waiting")
    assert "may not deploy" in words(reader("bert").hand_in("/deployments", {"three.bpmn": three_tasks()}, 403))
    assert "Upload" not in words(reader("bert").open("/processes"))


def test_who_stands_for_a_role_is_changed_by_the_owner(reader: Read, login: Login) -> None:
    silent = process("silent", sequence(START, user_task("T_who"), END))
    made = upload(login("adam"), {"silent.bpmn": silent}, name="silent").get_json()
    release = {"owner": "olga", "bindings": {"task:T_who": "group:staff"}}
    login("olga").post(f"/deployments/{made['id']}/release", release)

    reader("bert").press("/processes/silent/1/bind", role="task:T_who", who="person:bert")
    assert "Staff" in words(reader("olga").open("/processes/silent"), "//section[@aria-labelledby='roles']//dl")
    reader("olga").press("/processes/silent/1/bind", role="task:T_who", who="person:bert")
    assert "Bert" in words(reader("olga").open("/processes/silent"), "//section[@aria-labelledby='roles']//dl")


def test_a_case_is_started_by_whoever_may_with_what_the_form_asks(
    reader: Read, login: Login, in_force: Callable[[bytes], str], database: Database
) -> None:
    in_force(three_tasks())
    few = process("few", sequence(START, user_task("T_a", groups="staff"), END))
    in_force(few.replace(b'id="few"', b'id="few" camunda:candidateStarterGroups="staff"'))
    asking = START.replace("/>", ' camunda:formRef="ask"/>')
    whom = {"type": "select", "key": "whom", "label": "Whom", "valuesKey": "people.staff"}
    fields = [{"type": "textfield", "key": "what", "label": "What was found", "validate": {"required": True}}, whom]
    form = json.dumps({"type": "default", "id": "ask", "components": fields}).encode()
    asked = process("asked", sequence(asking, user_task("T_a", groups="staff"), END))
    factories.deploy(database, asked, owner="olga", forms={"ask": form}, now=MORNING)

    assert [one.text for one in reader("fred").open("/start").xpath("//*[@class='rows']//a")] == ["Asked", "Three"]
    (few_link,) = reader("anna").open("/start").xpath("//a[text()='Few']/@href")
    assert reader("anna").press(few_link, title="Mine").headers["Location"].startswith("/cases/")
    assert "You may not start Few." in words(reader("fred").open(few_link, 403))

    seen = json.loads(reader("bert").fetch("/processes/asked/start/form.json"))
    assert {"label": "Bert", "value": "bert"} in seen["data"]["people.staff"]
    wrong = reader("bert").press("/processes/asked/start", 422, values='{"whom": "bert"}').get_data(as_text=True)
    assert "What was found" in wrong
    assert "&#34;bert&#34;" in wrong
    reader("bert").press("/processes/asked/start", values='{"what": "A loose label", "whom": "bert"}')
    assert "asked" in [one["process"] for one in login("bert").get("/instances")["items"]]
    reader("bert").press("/processes/asked/start", 422, values="no")
    reader("bert").open("/processes/nothing/start", 404)


def test_changes_and_work_are_drawn_on_the_diagram_without_a_script_too(
    reader: Read, login: Login, clock: Clock
) -> None:
    for number, file in enumerate((three_tasks(), CHANGED)):
        made = upload(
            login("adam"), {"three.bpmn": factories.drawn(file, "three", "T_ask", "T_do", "T_check")}, name="three"
        ).get_json()
        if number == 0:
            login("olga").post(f"/deployments/{made['id']}/release", {"owner": "olga"})
    login("anna").post("/instances", {"process": "three"})

    page = reader("anna").open("/processes/three/2")
    assert page.xpath("//bpmn-diagram//*[contains(@class, 'is-changed')]")
    (state,) = page.xpath("//bpmn-diagram/@state")
    marked = json.loads(reader("anna").fetch(state))
    assert marked["marks"]["T_do"] == "is-changed"
    work = json.loads(reader("anna").fetch("/processes/three/1/marks.json?draw=work"))
    assert [(one["id"], one["text"], one["says"]) for one in work["badges"]] == [("T_ask", "1", "1 task open")]
    assert json.loads(reader("fred").fetch("/processes/three/1/marks.json?draw=work"))["badges"] == []
    assert b"<svg" in reader("anna").fetch("/processes/three/1/picture.svg?draw=late")
