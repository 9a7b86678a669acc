"""Stories about rows of registers: rows are there from the beginning, change on the way, and cycles come round."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.errors import Invalid
from steward.scenarios.player import Played, Stage, staged, stories_of
from steward.scenarios.story import read_story
from tests.acceptance.scenarios.shipped import PROCESSES

ROWS = """
[[rows]]
register = "reg_ai_systems"
id = "triagelens"
name = "TriageLens"
purpose = "Puts scans in order"
tier = "T3"
status = "active"
origin = "own"
steward = "ada"
pause_list = ["ada"]
fallback = "Scans are read in the order in which they come."
first_approved = "2026-09-15"

[[turns]]
of = "reg_ai_systems:triagelens"
level = 1
people = ["ada"]
"""
APRIL = 'title = "April"\nat = 2027-04-05T09:00:00\n'
BY_HAND = """
[[step]]
by = "paul"
start = "S_form"
subject = "reg_ai_systems:triagelens"
answers = { what = "Look", instructions = "Look.", role = "bias_reviewer", due_day = "2027-04-13", signed = false }
"""
Play = Callable[[str], Played]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shipped process, whose organisation keeps an AI system as well."""
    made = shutil.copytree(PROCESSES, tmp_path_factory.mktemp("rows") / "processes") / "routine"
    path = made / "scenarios" / "organisation.toml"
    owners = path.read_text().replace('ai_system_owner = ["tom"]', 'ai_system_owner = ["ada"]')
    path.write_text(owners + 'reporter = "everybody"\n' + ROWS)
    return made


@pytest.fixture(scope="module")
def stage(folder: Path) -> Iterator[Stage]:
    """One stage for all stories of this file."""
    with staged(folder, stories_of(folder)) as made:
        yield made


@pytest.fixture
def play(stage: Stage, tmp_path: Path) -> Play:
    """Plays a story that is written here."""

    def played(text: str) -> Played:
        path = tmp_path / "here.toml"
        path.write_text(APRIL + text)
        return stage.play(read_story(path))

    return played


def test_a_case_is_about_a_row_that_changes_in_the_story(play: Play) -> None:
    changed = """about = "reg_ai_systems:triagelens"
links = []

[[step]]
registers = "reg_ai_systems:triagelens"
changes = { status = "suspended" }
row = { status = "suspended", tier = "T3", strange = "not there" }
"""
    assert play(BY_HAND + changed).faults == ()


def test_a_row_may_be_added_in_a_story_and_looked_at_by_its_name(play: Play) -> None:
    added = """
[[step]]
by = "ada"
registers = "reg_ai_systems:rotabot"
changes = { id = "rotabot", name = "RotaBot", purpose = "Plans duties", tier = "T1", status = "draft", origin = "own" }
row = { of = "reg_ai_systems:rotabot", status = "draft" }
"""
    assert play(added).faults == ()


def test_a_change_that_the_register_refuses_is_a_refusal_of_the_step(play: Play) -> None:
    refused = """
[[step]]
by = "ada"
registers = "reg_ai_systems:triagelens"
changes = { first_approved = "" }
refused = "when it was first approved"
"""
    assert play(refused).faults == ()


def test_a_cycle_that_is_activated_comes_round_in_the_story_and_its_case_is_the_storys(play: Play) -> None:
    comes_round = """
[[step]]
cycle = "bias_log"
open = []

[[step]]
until = 2027-04-08T09:00:00
started = ["routine"]
about = "reg_ai_systems:triagelens"
open = ["T_do"]
due = { T_do = 2027-04-15T17:00:00 }
"""
    assert play(comes_round).faults == ()


@pytest.mark.parametrize(
    ("expects", "said"),
    [
        ('about = "nothing"', "about is reg_ai_systems:triagelens, not nothing"),
        ('row = { status = "lapsed" }', "row is {status = active}, not {status = lapsed}"),
        ('links = ["raises corrective_action"]', "links is [], not [raises corrective_action]"),
    ],
)
def test_what_is_not_so_of_the_row_is_said(play: Play, expects: str, said: str) -> None:
    (fault,) = play(BY_HAND + expects).faults
    assert fault.endswith(said)


def test_a_cycle_that_is_not_shipped_is_named(play: Play) -> None:
    (fault,) = play('\n[[step]]\ncycle = "bias_lag"\n').faults
    assert "has no cycle bias_lag; there are" in fault


def test_a_register_that_is_not_there_is_named(folder: Path, tmp_path: Path) -> None:
    other = shutil.copytree(folder, tmp_path / "routine")
    path = other / "scenarios" / "organisation.toml"
    path.write_text(path.read_text().replace('["reg_review_items"]', '["reg_ai_sistems"]'))
    with (
        pytest.raises(Invalid, match="names the register reg_ai_sistems, and there is no"),
        staged(other, stories_of(other)),
    ):
        pass
