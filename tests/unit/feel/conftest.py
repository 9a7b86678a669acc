"""FEEL expressions evaluated in one line."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.core.expressions import Expression, Scope, compile_condition

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def _scope(**variables: Any) -> Scope:
    return Scope(variables, now=NOW, zone=ZoneInfo("Europe/Berlin"))


@pytest.fixture(scope="session")
def scope() -> Callable[..., Scope]:
    """A scope of these variables on a morning in Berlin."""
    return _scope


@pytest.fixture(scope="session")
def feel() -> Callable[..., Any]:
    """The plain value of a FEEL text over some variables."""

    def evaluate(text: str, /, **variables: Any) -> Any:
        return compile_condition(text, "feel").evaluate(_scope(**variables))

    return evaluate


@pytest.fixture(scope="session")
def compiled() -> Callable[[str], Expression]:
    """A compiled FEEL text."""
    return lambda text: compile_condition(text, "feel")
