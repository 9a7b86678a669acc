"""A small organisation at work, prepared once and copied for each operation."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from engine.identity import passwords
from tests.acceptance.api.world import World, live_in, services_in


@pytest.fixture(autouse=True, scope="package")
def quick_hashing() -> Iterator[None]:
    """Hash with little work: these tests are not about how long guessing takes."""
    usual = passwords.Hashing.hasher
    passwords.Hashing.use(time_cost=1, memory_cost=8)
    yield
    passwords.Hashing.hasher = usual


@pytest.fixture(scope="package")
def prepared(
    quick_hashing: None, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, World]:
    """A working folder in which something is going on already."""
    folder = tmp_path_factory.mktemp("world")
    shutil.copy(sqlite_template, folder / "steward.sqlite")
    return folder, live_in(folder)


@pytest.fixture
def world(prepared: tuple[Path, World], tmp_path: Path) -> Callable[[Flask], World]:
    """Open a door on a copy of the prepared world; what one test breaks, the next one does not see."""
    folder, known = prepared

    def enter(door: Flask) -> World:
        shutil.copytree(folder, tmp_path / "copy")
        door.extensions["steward"] = services_in(tmp_path / "copy")
        return known

    return enter
