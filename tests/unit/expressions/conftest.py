"""A scope like that of a case in its second week."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.core.expressions import Scope

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def scope() -> Callable[..., Scope]:
    """Make a scope of variables; functions by `functions=`."""

    def make(functions: dict[str, Callable[..., Any]] | None = None, /, **variables: Any) -> Scope:
        return Scope(variables, functions or {}, now=NOW, zone=ZoneInfo("Europe/Berlin"))

    return make
