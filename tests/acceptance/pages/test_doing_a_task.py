"""Somebody takes a task on, fills it in, is refused, proves it and signs; and no word of it is ever lost."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, Route, expect

from tests.acceptance.program.served import Served
from tests.factories import END, START, drawn, process, sequence

AXE = Path(__file__).parents[3] / "frontend/node_modules/axe-core/axe.min.js"
FORM = {
    "type": "default",
    "id": "walk",
    "components": [
        {
            "type": "textarea",
            "id": "Seen",
            "key": "seen",
            "label": "What you saw",
            "validate": {"required": True, "minLength": 10},
        },
        {"type": "number", "id": "Doors", "key": "doors", "label": "Doors", "validate": {"max": 9}},
    ],
}
WALK = drawn(
    process(
        "walk",
        sequence(
            START,
            '<bpmn:userTask id="T_walk" name="Walk round" camunda:assignee="henrik.lund" camunda:formRef="walk"'
            ' camunda:formRefBinding="deployment"><bpmn:extensionElements><camunda:properties>'
            '<camunda:property name="evidence" value="photos:file*"/><camunda:property name="sign" value="verified"/>'
            "</camunda:properties></bpmn:extensionElements></bpmn:userTask>",
            END,
        ),
    ),
    "walk",
    "T_walk",
)


@pytest.fixture(scope="module")
def walk(demo: Served, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Begins a case of a process with a form, evidence and a signature; gives the address of its task."""
    folder = tmp_path_factory.mktemp("walk")
    (folder / "walk.bpmn").write_bytes(WALK)
    (folder / "walk.form").write_text(json.dumps(FORM))
    demo.run("login", "deniz.aydin", "--days", "365", STEWARD_PASSWORD=demo.people["deniz.aydin"])
    made = demo.json("deploy", str(folder))
    demo.run("login", "henrik.lund", "--days", "365", STEWARD_PASSWORD=demo.people["henrik.lund"])
    demo.run("release", made["id"], "--owner", "henrik.lund")

    def begin() -> str:
        demo.run("login", "henrik.lund", "--days", "365", STEWARD_PASSWORD=demo.people["henrik.lund"])
        case = UUID(demo.json("start", "walk")["id"])
        henrik = demo.voice("henrik.lund")
        (task,) = henrik.get("/tasks", instance=str(case))["items"]
        return f"/tasks/{task['id']}"

    return begin


def test_a_task_is_filled_in_refused_proven_and_signed(
    demo: Served, signed_in: Callable[..., Page], walk: Callable[[], str], tmp_path: Path
) -> None:
    address = walk()
    page = signed_in("henrik.lund", address)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.get_by_label("What you saw").fill("short")
    page.get_by_label("Your password").fill(demo.people["henrik.lund"])
    page.get_by_role("button", name="Sign and finish").click()
    summary = page.locator("#summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_text("Write at least 10 signs in “What you saw”.")
    summary.get_by_role("link").click()
    expect(page.get_by_label("What you saw")).to_be_focused()
    page.get_by_label("What you saw").fill("Every door was shut")
    page.get_by_role("button", name="Sign and finish").click()
    expect(summary).to_contain_text("Everything you typed stands below.")
    expect(summary.locator("li")).to_contain_text("Evidence is missing")
    expect(page.get_by_label("What you saw")).to_have_value("Every door was shut")

    bad, good, large = tmp_path / "run.exe", tmp_path / "door.png", tmp_path / "film.mp4"
    bad.write_bytes(b"MZ program")
    with large.open("wb") as film:
        film.truncate(70_000_000)
    good.write_bytes(b"\x89PNG\r\n\x1a\n picture")
    page.locator("input[type=file]").set_input_files([bad, large, good])
    expect(page.get_by_role("link", name="door.png")).to_be_visible()
    refused = page.locator("[data-slot=photos] li", has_text="run.exe")
    expect(refused.locator(".is-late")).to_be_visible()
    refused.get_by_role("button", name="Close: run.exe").click()
    expect(refused).to_have_count(0)
    refused = page.locator("[data-slot=photos] li", has_text="film.mp4")
    expect(refused).to_contain_text("too large: at most 60.0 MB")
    refused.get_by_role("button", name="Close: film.mp4").click()
    assert _violations(page) == []

    page.get_by_label("Your password").fill("wrong")
    page.get_by_role("button", name="Sign and finish").click()
    expect(summary).to_contain_text("password")
    page.get_by_label("Your password").fill(demo.people["henrik.lund"])
    page.get_by_role("button", name="Sign and finish").click()
    expect(page.get_by_text("Signed and finished.")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('steward-draft'))") == []
    page.goto(address)
    expect(page.get_by_text("signed: verified").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("Every door was shut")
    assert faults == []


def test_text_survives_a_second_tab_a_server_that_is_gone_and_a_visit_that_is_over(
    demo: Served, signed_in: Callable[..., Page], walk: Callable[[], str]
) -> None:
    address = walk()
    first = signed_in("henrik.lund", address)
    seen, saved = first.get_by_label("What you saw"), first.locator("[data-draft]")
    seen.fill("One door")
    expect(saved).to_have_text(re.compile("Draft saved"))
    second = first.context.new_page()
    second.goto(address)
    expect(second.get_by_label("What you saw")).to_have_value("One door")
    second.get_by_label("What you saw").fill("One door, two windows")
    expect(second.locator("[data-draft]")).to_have_text(re.compile("Draft saved"))

    seen.fill("One door, a gate")
    expect(first.get_by_text("You changed this in another tab")).to_be_visible()
    first.get_by_role("button", name="Compare the two").click()
    expect(first.get_by_role("cell", name="One door, two windows")).to_be_visible()
    first.get_by_role("button", name="Keep what stands here").click()
    expect(saved).to_have_text(re.compile("Draft saved"))

    def gone(route: Route) -> None:
        route.abort()

    first.route("**/draft", gone)
    seen.fill("One door, a gate, a wall")
    expect(first.get_by_text("We cannot reach the server.")).to_be_visible()
    first.unroute("**/draft", gone)
    expect(saved).to_have_text(re.compile("Draft saved"), timeout=8000)
    expect(first.get_by_text("We cannot reach the server.")).to_have_count(0)

    first.context.clear_cookies()
    seen.fill("One door, a gate, a wall and a roof")
    expect(first.get_by_text("You have been logged out. Your text is still here.")).to_be_visible()
    first.get_by_role("link", name="Log in and go on").click()
    _sign_in(first, demo)
    first.wait_for_url(f"**{address}")
    expect(first.get_by_label("What you saw")).to_have_value("One door, a gate, a wall and a roof")
    expect(saved).to_have_text(re.compile("Draft saved"))

    first.route("**/finish", gone)
    seen.fill("One door, a gate, a wall, a roof and a lamp")
    first.get_by_label("Your password").fill(demo.people["henrik.lund"])
    with first.expect_event("requestfailed"):
        first.get_by_role("button", name="Sign and finish").click()
    first.unroute("**/finish", gone)
    first.goto(address)
    expect(first.get_by_text("This browser had kept newer text than the server")).to_be_visible()
    expect(seen).to_have_value("One door, a gate, a wall, a roof and a lamp")
    expect(saved).to_have_text(re.compile("Draft saved"))

    seen.fill("All of it, and the cellar")
    first.context.clear_cookies()
    first.get_by_label("Your password").fill(demo.people["henrik.lund"])
    first.get_by_role("button", name="Sign and finish").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("You are signed out")
    first.get_by_role("link", name="Sign in and go on").click()
    _sign_in(first, demo)
    first.wait_for_url(f"**{address}")
    expect(first.get_by_text("This browser had kept newer text than the server")).to_be_visible()
    expect(seen).to_have_value("All of it, and the cellar")


def test_pages_that_stay_open_learn_what_happens_elsewhere_and_no_word_is_lost(
    demo: Served, signed_in: Callable[..., Page], walk: Callable[[], str]
) -> None:
    address, henrik = walk(), demo.voice("henrik.lund")
    task = address.rpartition("/")[2]
    case = henrik.get(f"/tasks/{task}")["instance_id"]
    watching, doing = signed_in("henrik.lund", f"/cases/{case}"), signed_in("henrik.lund", address)
    faults: list[str] = []
    for page in (watching, doing):
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.clock.install()
        page.reload()
    expect(watching.locator("bpmn-diagram[data-ready] [data-element-id=T_walk].is-here")).to_be_visible()
    seen = doing.get_by_label("What you saw")
    seen.fill("Every door was shut")
    doing.clock.run_for(1000)
    expect(doing.locator("[data-draft]")).to_have_text(re.compile("Draft saved"))

    henrik.post(f"/instances/{case}/comments", {"text": "Mind the dog", "task_id": task})
    news = doing.get_by_role("status").filter(has_text="1 new comment.")
    for page in (watching, doing):
        page.clock.run_for(20_000)
    expect(news).to_be_visible()
    expect(doing.locator("#said")).to_contain_text("Mind the dog")
    expect(seen).to_be_focused()
    expect(seen).to_have_value("Every door was shut")
    expect(watching.get_by_role("status")).to_contain_text("1 new entry in the story.")

    second = doing.context.new_page()
    second.goto(address)
    with second.expect_response(lambda answer: answer.request.method == "POST"):
        second.get_by_label("What you saw").fill("Every door, and a gate")
    doing.clock.run_for(20_000)
    expect(doing.get_by_text("You changed this in another tab")).to_be_visible()
    expect(seen).to_have_value("Every door was shut")

    row = watching.locator(f"#task-{task}")
    row.hover()
    henrik.post(f"/instances/{case}/cancel", {"reason": "It rains."})
    for page in (watching, doing):
        page.clock.run_for(20_000)
    expect(doing.get_by_text("This task is no longer asked for. What you typed stays")).to_be_visible()
    expect(seen).to_have_value("Every door was shut")
    expect(watching.locator("#state")).to_contain_text("Ended before its time")
    expect(row).not_to_contain_text("withdrawn")
    watching.mouse.move(0, 0)
    watching.clock.run_for(100)
    expect(row).to_contain_text("withdrawn")
    expect(watching.locator("[data-element-id=T_walk]")).not_to_have_class(re.compile("is-here"))
    watching.emulate_media(media="print")
    expect(watching.locator("#whole-drawing")).to_be_visible()
    expect(watching.locator("#whole-drawing .is-here")).to_have_count(0)
    expect(watching.get_by_role("button")).to_have_count(0)
    assert faults == []
    doing.context.clear_cookies()
    doing.clock.run_for(20_000)
    expect(doing.get_by_text("You have been logged out. What stands here is as it was then.")).to_be_visible()
    expect(seen).to_have_value("Every door was shut")


def _sign_in(page: Page, demo: Served) -> None:
    page.get_by_label("Name or e-mail address").fill("henrik.lund")
    page.get_by_label("Password").fill(demo.people["henrik.lund"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def _violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = page.evaluate("axe.run().then((done) => done.violations.map((one) => one.id + ': ' + one.help))")
    return found


def test_a_word_without_end_breaks_and_no_page_is_wider_than_its_window(
    demo: Served, signed_in: Callable[..., Page]
) -> None:
    demo.run("login", "henrik.lund", "--days", "365", STEWARD_PASSWORD=demo.people["henrik.lund"])
    henrik = demo.voice("henrik.lund")
    case = henrik.post("/instances", {"process": "corrective_action", "title": "W" * 300})["id"]
    (task,) = henrik.get("/tasks", instance=case)["items"]
    page = signed_in("henrik.lund", f"/cases/{case}")
    page.set_viewport_size({"width": 360, "height": 700})
    for address in (f"/cases/{case}", f"/tasks/{task['id']}", "/cases", "/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
