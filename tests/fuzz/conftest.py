"""Long runs with other examples each time. They are no part of `make test`: only `make fuzz` names this folder."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "core"))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    named = any(
        Path(argument.split("::")[0]).resolve().is_relative_to(Path(__file__).parent) for argument in config.args
    )
    return None if named else True
