"""Servers that end with their tests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.program.served import Served


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Make servers, each with a working folder of its own; what still runs at the end is killed."""
    made: list[Served] = []

    def make(**about: Any) -> Served:
        made.append(Served(tmp_path / f"{len(made)}" / "home", **about))
        made[-1].home.parent.mkdir()
        return made[-1]

    yield make
    for one in made:
        one.clear()
