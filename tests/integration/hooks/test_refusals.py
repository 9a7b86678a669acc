"""What machines may send that nobody should send: every answer is a problem document, and nothing breaks."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from standardwebhooks import Webhook

from engine.store.hooks import HookReceipt
from tests.integration.hooks.conftest import SECRETS, Outside, event, firing, sample
from web.app import create_app
from web.services import Limits, Services

DEEP = b"[" * 900 + b"]" * 900
AT = "2027-01-04T07:00:00Z"


def test_without_a_signature_nothing_comes_in(outside: Outside) -> None:
    bare = outside.post("events", event(), {})
    torn = outside.post(
        "events", event(), {"webhook-id": "1", "webhook-timestamp": "soon", "webhook-signature": "v1,x"}
    )
    wrong = outside.signed("events", event(), secret="whsec_" + "T3RoZXI=" * 4)
    other = outside.alert(firing(), token="guess")

    assert [one.status_code for one in (bare, torn, wrong, other)] == [401] * 4
    assert [one.json["code"] for one in (bare, torn, wrong, other)] == [
        "signature-missing",
        "signature-missing",
        "signature-wrong",
        "signature-wrong",
    ]
    assert outside.rows(HookReceipt) == []


def test_a_body_that_was_changed_on_the_way_is_refused(outside: Outside) -> None:
    signature = Webhook(SECRETS["events"]).sign("1", outside.clock(), json.dumps(event()))
    headers = {"webhook-id": "1", "webhook-timestamp": str(int(outside.clock().timestamp()))}

    answer = outside.post("events", event("e2"), headers | {"webhook-signature": signature})

    assert answer.json["code"] == "signature-wrong"


def test_a_hook_that_is_not_there_or_not_active_is_not_found(outside: Outside) -> None:
    outside.set("events", active=False)

    assert outside.signed("events", event()).status_code == 404
    assert outside.post("nothing", {}, {}).status_code == 404
    assert outside.app.test_client().get("/hooks/events").status_code == 405


def test_a_hook_without_a_secret_takes_nothing_in(outside: Outside) -> None:
    outside.database.perform(
        lambda session: session.execute(text("delete from secrets")),
        by=None,  # type: ignore[arg-type]
        now=outside.clock(),
    )

    assert outside.signed("events", event()).status_code == 401


SPOILT: list[tuple[str, bytes, str]] = [
    ("events", b"", "body"),
    ("events", b"{", "body"),
    ("events", DEEP, "body"),
    ("events", b'{"type": "a\\u0000b", "data": 1}', "body"),
    ("events", b"[]", "body"),
    ("events", json.dumps(list(range(25_000))).encode(), "body"),
    ("events", json.dumps(event(id=None)).encode(), "body"),
    ("events", json.dumps(event(specversion="0.3")).encode(), "body.specversion"),
    ("events", json.dumps(event(time="yesterday")).encode(), "body"),
    ("alerts", b'{"version": "3", "alerts": []}', "version"),
    ("alerts", b'{"version": "4", "alerts": {}}', "alerts"),
    ("alerts", b'{"version": "4", "alerts": []}', "body"),
    ("alerts", b'{"version": "4", "alerts": [{}]}', "alerts.0.fingerprint"),
    ("alerts", json.dumps({"version": "4", "alerts": [firing(status="odd")]}).encode(), "alerts.0.status"),
    ("alerts", json.dumps({"version": "4", "alerts": [firing(str(n)) for n in range(201)]}).encode(), "alerts"),
    ("metrics", json.dumps(sample(1, at="2027-01-04T07:00:00")).encode(), "samples.0.at"),
    ("metrics", json.dumps(sample(1, at=AT) | {"value": True}).encode(), "samples.0.value"),
    ("metrics", json.dumps(sample(1, at=AT) | {"value": "1"}).encode(), "samples.0.value"),
    ("metrics", json.dumps(sample(1, at=AT) | {"value": None}).encode(), "samples.0.value"),
    ("metrics", b'{"subject": "a", "name": "b", "value": 1e999, "at": "2027-01-04T07:00:00Z"}', "body"),
    ("metrics", json.dumps(sample(1, at=AT) | {"subject": "x" * 301}).encode(), "samples.0.subject"),
    ("metrics", json.dumps(sample(1, at="0001-01-01T00:00:00+14:00")).encode(), "samples.0.at"),
]


def test_what_does_not_hold_is_told_with_its_place_and_kept(outside: Outside, subtests: Any) -> None:
    headers = {"Authorization": f"Bearer {SECRETS['alerts']}"}

    for key, body, where in SPOILT:
        with subtests.test(body=body[:60]):
            answer = outside.post(key, body, headers) if key == "alerts" else outside.signed(key, body)
            assert answer.status_code == 422, answer.text
            assert answer.mimetype == "application/problem+json"
            assert where in answer.json["errors"]

    assert outside.cases() == []
    assert len(outside.rows(HookReceipt)) == len(SPOILT)
    assert outside.verified().holds


def test_bounds_on_size_kind_and_number_of_calls(outside: Outside, services: Services) -> None:
    strict = replace(services, limits=Limits(hook=2000, hook_calls="3 per minute"))
    outside.app = create_app(strict)
    statuses = [
        outside.signed("events", b"x" * 2001).status_code,
        outside.signed("events", event(), kind="text/plain").status_code,
        outside.signed("events", event()).status_code,
        outside.signed("events", event()).status_code,
    ]

    assert statuses == [413, 415, 200, 429]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
SHAPES: dict[str, Any] = {
    "events": event(),
    "alerts": {"version": "4", "groupKey": "g", "alerts": [firing()]},
    "metrics": {"samples": [sample(0.5, at=AT)]},
}


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[str, Any]:
    """A right body with one of its members made something else, dropped or added."""
    key = draw(st.sampled_from(sorted(SHAPES)))
    body = json.loads(json.dumps(SHAPES[key]))
    place = body
    for _ in range(draw(st.integers(0, 3))):
        inner = [one for one in (place.values() if isinstance(place, dict) else place) if isinstance(one, dict | list)]
        place = draw(st.sampled_from(inner)) if inner else place
    names = list(place) if isinstance(place, dict) else list(range(len(place)))
    name = draw(st.sampled_from(names)) if names else "x"
    if isinstance(place, list) and not names:
        return key, draw(ANY)
    place[name] = draw(ANY)
    return key, body


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spoilt())
def test_no_body_however_spoilt_is_answered_by_an_accident(outside: Outside, sent: tuple[str, Any]) -> None:
    key, body = sent
    data = json.dumps(body).encode()

    answer = (
        outside.post(key, data, {"Authorization": f"Bearer {SECRETS['alerts']}"})
        if key == "alerts"
        else outside.signed(key, data)
    )

    assert answer.status_code in (200, 422), answer.text
