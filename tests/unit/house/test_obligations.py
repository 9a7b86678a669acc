"""The page of needs has all of them, and what it calls proven is shown by tests that exist."""

import ast
import re
from functools import cache

import pytest

from steward.settings import ROOT

PAGE = ROOT / "docs/reference/obligations.md"
STORIES = "tests/acceptance/scenarios/test_shipped_stories.py::test_the_story_is_true"
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \|(.*)\|$", re.MULTILINE)
LINK = re.compile(r"(tests/[\w/]+\.py)::(\w+)(?:\[(\w+)/(\w+)\])?")
ROWS = {int(number): (need, state, shown) for number, need, state, shown in ROW.findall(PAGE.read_text("utf-8"))}
LINKS = [one for _, _, shown in ROWS.values() for one in re.findall(r"`([^`]*)`", shown)]


@cache
def functions_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def is_there(link: str) -> bool:
    found = LINK.fullmatch(link)
    if found is None or not (ROOT / found[1]).is_file() or found[2] not in functions_of(found[1]):
        return False
    if link.partition("[")[0] != STORIES:
        return found[3] is None
    told = found[3] is not None and not found[4].startswith("_") and found[4] != "organisation"
    return told and (ROOT / "processes" / found[3] / "scenarios" / f"{found[4]}.toml").is_file()


def test_every_need_has_its_row_in_order():
    assert list(ROWS) == list(range(1, 96))
    assert [number for number, (need, _, _) in ROWS.items() if not need.endswith(".")] == []


def test_every_test_that_is_named_exists():
    assert [one for one in LINKS if not is_there(one)] == []


@pytest.mark.parametrize("link", ["tests/none.py::test_none", f"{STORIES}[routine/none]", f"{STORIES}[routine/done]x"])
def test_a_test_that_is_not_there_would_be_found(link: str):
    assert not is_there(link)


def test_what_is_proven_names_a_test_and_what_is_not_says_what_is_missing():
    for number, (_, state, shown) in ROWS.items():
        assert re.fullmatch(r"proven|not yet: \S.{4,}", state), number
        assert state != "proven" or "`tests/" in shown, number
    proven = sum(state == "proven" for _, state, _ in ROWS.values())
    assert f"\n{proven} of 95 are proven.\n" in PAGE.read_text("utf-8")
