"""The stages on which stories are played: one for each process, set up once."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from steward.scenarios.player import Stage, staged, stories_of


@pytest.fixture(scope="session")
def stage_of() -> Iterator[Callable[[Path], Stage]]:
    """The stage of a process's folder."""
    stages: dict[Path, Stage] = {}
    with ExitStack() as open_stages:

        def one(folder: Path) -> Stage:
            if folder not in stages:
                stages[folder] = open_stages.enter_context(staged(folder, stories_of(folder)))
            return stages[folder]

        yield one
