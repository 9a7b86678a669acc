"""My work by keys alone: from row to row, taken on, opened, and away; letters are let be where somebody types."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.acceptance.program.served import Served
from tests.factories import END, START, drawn, process, sequence

ROUND = drawn(
    process(
        "round",
        sequence(
            START,
            '<bpmn:userTask id="T_round" name="Go round" camunda:assignee="sofia.rossi"/>',
            '<bpmn:userTask id="T_doors" name="Shut the doors" camunda:candidateGroups="quality_manager"/>',
            END,
        ),
    ),
    "round",
    "T_round",
    "T_doors",
)


def test_my_work_is_done_by_keys_alone(demo: Served, signed_in: Callable[..., Page], tmp_path: Path) -> None:
    _two_rounds(demo, tmp_path)
    page = signed_in("sofia.rossi")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()

    rows = page.locator(".row-link")
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(rows.nth(place)).to_be_focused()
        top = page.evaluate("document.activeElement.closest('.row').getBoundingClientRect().top")
        assert top >= page.evaluate("document.querySelector('.top').offsetHeight"), "never under the bar"
    free = page.locator(".row", has_text="Shut the doors").first
    free.locator(".row-link").focus()
    page.keyboard.press("c")
    expect(free.get_by_text("yours")).to_be_visible()
    expect(free.locator(".row-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Shut the doors")

    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("gc")
    expect(page.get_by_role("searchbox")).to_have_value("gc")
    page.get_by_role("searchbox").blur()
    for key, address in (("c", "/cases"), ("d", "/dashboard"), ("p", "/processes"), ("m", "/")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"**{address}")

    page.get_by_role("button", name="Keys").press("Enter")
    page.get_by_label("Switch single letters off in this browser").press("Space")
    page.keyboard.press("Escape")
    for key in ("g", "c", "?", "j"):
        page.keyboard.press(key)
    expect(page.locator("#keys")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_text("My work")
    expect(page.locator(".row-link:focus")).to_have_count(0)


def _two_rounds(demo: Served, folder: Path) -> None:
    """Two cases of which one step is hers, and one more of which a step is free to take."""
    (folder / "round.bpmn").write_bytes(ROUND)
    for person in ("deniz.aydin", "henrik.lund", "sofia.rossi"):
        demo.run("login", person, "--days", "365", STEWARD_PASSWORD=demo.people[person])
    made = demo.json("--as", "deniz.aydin", "deploy", str(folder))
    demo.run("--as", "henrik.lund", "release", made["id"], "--owner", "henrik.lund")
    voice = demo.voice("sofia.rossi")
    for _ in range(3):
        case = voice.post("/instances", {"process": "round"})
    task = voice.get("/tasks", instance=case["id"], view="all")["items"][0]
    voice.post(f"/tasks/{task['id']}/complete", {"answers": {}})
