"""Whatever a program sends, the API answers as its description says, and never with an accident."""

import itertools
import os
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

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
EXAMPLES = int(os.environ.get("STEWARD_API_EXAMPLES", "4"))
CONFIG = schemathesis.Config.from_dict(
    {
        "generation": {"max-examples": EXAMPLES, "deterministic": True, "allow-x00": False},
        # A version that fits is rarely guessed.
        "checks": {
            "positive_data_acceptance": {"expected-statuses": ["2xx", "304", "401", "403", "404", "409", "412"]}
        },
    }
)
API = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", DOOR, config=CONFIG)


# What holds here depends on a model, on the organisation, or on two values together, which no description can say.
JUDGED = {
    "POST /api/v1/deployments",
    "POST /api/v1/deployments/{deployment_id}/release",
    "PUT /api/v1/definitions/{definition_id}/bindings",
    "PATCH /api/v1/instances/{instance_id}/variables",
    "POST /api/v1/instances/{instance_id}/items",
    "POST /api/v1/tasks/{task_id}/complete",
    "POST /api/v1/tasks/{task_id}/evidence",
    "POST /public/{way_key}",
    "POST /public/letters/read",
    "POST /public/letters/write",
    "PUT /api/v1/public-ways/{way_key}",
    "PUT /api/v1/hooks/{hook_key}",
    "PUT /api/v1/hooks/{hook_key}/secret",
    "PUT /api/v1/subscriptions/{subscription_key}",
    "PUT /api/v1/subscriptions/{subscription_key}/secret",
    "POST /api/v1/subscriptions/{subscription_key}/replay",
    "PUT /api/v1/channels/{channel_key}",
    "PUT /api/v1/channels/{channel_key}/address",
    "PUT /api/v1/people/{person_id}/channels",
    "PUT /api/v1/ladders/{ladder_key}",
    "PUT /api/v1/registers/{key}",
    "PUT /api/v1/on-call/rotations",
    "POST /api/v1/on-call/overrides",
    "POST /api/v1/standards",
    "GET /api/v1/standards/{standard_id}/coverage",
    "GET /api/v1/standards/{standard_id}/strengths",
    "GET /api/v1/figures/shared",
    "GET /api/v1/pack",
    "POST /api/v1/substitutions",
    "GET /api/v1/standards/{standard_id}/clauses/{ref}/records",
    "POST /api/v1/cycles",
    "POST /api/v1/groups",
    "POST /api/v1/people",
    "PATCH /api/v1/people/{person_id}",
    "POST /api/v1/people/{person_id}/password",
    "POST /api/v1/clock",
}


KEY = re.compile("[!-~]{8,200}")
numbers = itertools.count(1)  # No key comes twice: with another body it would rightly be refused.


@pytest.fixture
def known(world: Callable[[Flask], World]) -> World:
    """What there is; each operation finds it untouched."""
    return world(DOOR)


@API.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
def test_the_api_answers_as_it_is_described(case: schemathesis.Case, known: World):
    for name, value in (case.path_parameters or {}).items():
        if is_id(value) and name in known.ids:
            case.path_parameters[name] = known.ids[name]
    if KEY.fullmatch((case.headers or {}).get("Idempotency-Key", "")):
        case.headers["Idempotency-Key"] = f"{next(numbers)}-{case.headers['Idempotency-Key'][:150]}"
    label = case.operation.label
    needed = [scope for need in case.operation.definition.raw["security"] for scope in need["token"]]
    token = known.admin if {"deploy", "admin"} & set(needed) else known.worker
    case.call_and_validate(
        headers={"Authorization": f"Bearer {token}"},
        excluded_checks=[positive_data_acceptance] if label in JUDGED else [],
    )


def is_id(value: Any) -> bool:
    """Whether a part of an address could name something."""
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True
