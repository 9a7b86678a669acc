"""Whatever a program sends, the API answers as its description says, and never with an accident."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings

from engine.evidence import Store
from engine.transactions import Database
from tests.acceptance.api.world import PATIENT, World
from tests.integration.api.conftest import Clock
from web.app import create_app
from web.services import Services

DOOR = create_app(
    Services(
        database=Database("sqlite://"), clock=Clock(), machine_clock=Clock(), evidence=Store("unused"), limits=PATIENT
    )
)
CONFIG = schemathesis.Config.from_dict({"generation": {"max-examples": 10, "deterministic": True}})
API = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", DOOR, config=CONFIG)


@pytest.fixture
def known(world: Callable[[Flask], World]) -> World:
    """What there is; each operation finds it untouched."""
    return world(DOOR)


@API.parametrize()
@settings(max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_the_api_answers_as_it_is_described(case: schemathesis.Case, known: World):
    for name, value in (case.path_parameters or {}).items():
        if is_id(value) and name in known.ids:
            case.path_parameters[name] = known.ids[name]
    case.call_and_validate(headers={"Authorization": f"Bearer {known.admin}"})


def is_id(value: Any) -> bool:
    """Whether a part of an address could name something."""
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True
