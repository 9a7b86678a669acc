"""Stories in which ladders are climbed, and what people are told in them."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.errors import Invalid
from steward.scenarios.player import Played, Stage, staged, stories_of
from steward.scenarios.story import read_story
from tests.acceptance.scenarios.shipped import PROCESSES

BEGUN = """
title = "Late"
at = 2027-04-05T09:00:00

[[step]]
by = "paul"
start = "S_form"
answers = { what = "Look", instructions = "Look.", role = "bias_reviewer", due_day = "2027-04-13", signed = false }
told = []

[[step]]
until = 2027-04-13T17:00:00
"""
Play = Callable[[str], Played]


def with_ladders(tmp: Path, ladders: str) -> Path:
    """The folder of a shipped process, whose organisation climbs these ladders."""
    made = shutil.copytree(PROCESSES, tmp / "processes") / "routine"
    path = made / "scenarios" / "organisation.toml"
    path.write_text(ladders + path.read_text())
    return made


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = with_ladders(tmp_path_factory.mktemp("ladders"), 'ladders = ["ordinary"]\n')
    with staged(folder, stories_of(folder)) as made:
        yield made


@pytest.fixture
def play(stage: Stage, tmp_path: Path) -> Play:
    """Plays a story that is written here."""

    def played(text: str) -> Played:
        path = tmp_path / "here.toml"
        path.write_text(BEGUN + text)
        return stage.play(read_story(path))

    return played


def test_a_late_task_reaches_those_to_whom_it_is_offered(play: Play) -> None:
    assert play('told = ["bea", "ben"]\nrecorded = ["ladder.climbed"]\n').faults == ()


def test_who_was_told_and_should_not_have_been_is_said(play: Play) -> None:
    (fault,) = play("told = []\n").faults
    assert fault.endswith("told is [bea, ben], not []")


def test_a_ladder_that_is_not_shipped_is_named(tmp_path: Path) -> None:
    folder = with_ladders(tmp_path, 'ladders = ["ordnary"]\n')

    with pytest.raises(Invalid, match="names the ladder ordnary"), staged(folder, stories_of(folder)):
        pass
