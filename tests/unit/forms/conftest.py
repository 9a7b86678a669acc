"""Small forms for the tests, and somebody who answers them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.core.forms import Checked, Form, read_form

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
GROUPS = {"process_owner": frozenset(("ann", "bob")), "empty": frozenset()}

Component = dict[str, Any]


def schema(*components: Component) -> bytes:
    return json.dumps({"type": "default", "id": "form", "components": list(components)}).encode()


def members(group: str) -> frozenset[str]:
    return GROUPS[group]


@pytest.fixture(scope="session")
def form_of() -> Callable[..., Form]:
    return lambda *components: read_form(schema(*components), "some.form")


@pytest.fixture(scope="session")
def ask(form_of) -> Callable[..., Checked]:
    """Hold answers against components: `ask(components, answers, variables)`."""

    def check(components: list[Component], answers: Any, variables: dict[str, Any] | None = None) -> Checked:
        return form_of(*components).check(answers, variables or {}, members, now=NOW)

    return check


@pytest.fixture(scope="session")
def problems_of() -> Callable[..., list[str]]:
    from engine.core.forms import check_form

    return lambda *components: [problem.code for problem in check_form(schema(*components), "some.form")]
