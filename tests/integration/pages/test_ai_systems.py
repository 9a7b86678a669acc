"""The page of an AI system, by the register that ships: who answers for which part of its life, and what came of it."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.factories import END, START, process, sequence, user_task
from tests.integration.api.conftest import Client
from tests.integration.pages.conftest import Reader, words

FOLDER = Path(__file__).parents[3] / "config" / "registers"
ROW = "/registers/reg_ai_systems/rows/triagelens"
PARTS = {"data": "Data", "model": "Model", "deployment": "Deployment", "use": "Use", "impact": "Impact"}
SYSTEM = {"id": "triagelens", "name": "TriageLens", "purpose": "Orders scans.", "tier": "T2", "origin": "own"}


@pytest.fixture
def keep(login: Callable[..., Client]) -> Callable[..., Any]:
    """Keep the AI system in the shipped register, with these values."""
    adam = login("adam")
    defined = tomllib.loads((FOLDER / "reg_ai_systems.toml").read_text())
    body = {"register": defined | {"may_change": ["staff"]}, "form": json.loads((FOLDER / defined["form"]).read_text())}
    adam.expect(200, adam.send("PUT", "/registers/reg_ai_systems", json=body))
    return lambda **more: login("anna").post("/registers/reg_ai_systems/rows", {"values": SYSTEM | more})


def test_each_part_of_a_system_s_life_names_its_people_and_a_gap_is_shown_red(
    reader: Callable[[str], Reader], keep: Callable[..., Any]
) -> None:
    keep(status="draft")
    page = reader("anna").open(ROW)
    gaps = words(page, "//p[contains(@class, 'is-late')]")
    for part in PARTS:
        assert part in gaps.lower(), part
    entry = "//section[@aria-labelledby='entry']"
    assert len(page.xpath(f"{entry}//*[contains(@class, 'is-late')]")) == 7
    assert all("nobody yet" in words(one, ".") for one in page.xpath(f"{entry}//*[contains(@class, 'is-late')]"))


def test_the_page_of_a_system_shows_tier_steward_and_the_records_of_its_last_assessment_change_and_incident(
    reader: Callable[[str], Reader],
    login: Callable[..., Client],
    in_force: Callable[[bytes], str],
    keep: Callable[..., Any],
) -> None:
    keep(status="draft")
    anna, found = login("anna"), {}
    for key in ("ai_reassessment", "ai_change_approval", "incident_escalation"):
        in_force(process(key, sequence(START, user_task("T_ask", groups="staff"), END)))
        for title in ("first", "last"):
            about = {"process": key, "title": f"{key} {title}", "subject": "reg_ai_systems:triagelens"}
            found[key] = anna.post("/instances", about)["id"]
    page = reader("anna").open(ROW)
    assert "Tier: T2" in words(page, "//*[@class='head']")
    assert "Steward: " in words(page, "//*[@class='head']")
    glance = "//section[@aria-labelledby='glance']//dt[text()='{}']/following-sibling::dd[1]//a/@href"
    for name, key in (
        ("Last assessment", "ai_reassessment"),
        ("Last change", "ai_change_approval"),
        ("Last incident", "incident_escalation"),
    ):
        assert page.xpath(glance.format(name)) == [f"/cases/{found[key]}"], name
    links = page.xpath(glance.format("Open conditions and other open cases"))
    assert len([one for one in links if one.startswith("/cases/")]) == 6
    tasks = {f"/tasks/{one['id']}" for one in anna.get("/tasks", view="claimable")["items"]}
    assert {one for one in links if one.startswith("/tasks/")} == tasks
    assert len(tasks) == 6
