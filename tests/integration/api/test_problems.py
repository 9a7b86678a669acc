"""Whatever goes wrong is a problem document with a stable code, and says nothing of the inside."""

from collections.abc import Callable

import pytest
from flask import Flask

from engine.errors import StewardError
from tests.integration.api.conftest import Client
from web import problems

Login = Callable[..., Client]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """These tests are about HTTP: one database is enough."""
    return sqlite_url


def test_an_unknown_address_is_a_problem_document(app: Flask):
    answer = Client(app).send("GET", "/nowhere")

    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    said = answer.get_json()
    assert (said["code"], said["type"], said["instance"]) == ("not-found", "/problems/not-found", "/api/v1/nowhere")


def test_a_wrong_method_says_which_are_right(app: Flask):
    answer = Client(app).send("PUT", "/tokens")

    assert (answer.status_code, answer.get_json()["code"]) == (405, "method-not-allowed")
    assert {"GET", "POST"} <= {name.strip() for name in answer.headers["Allow"].split(",")}


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed"),
        (b'{"a": NaN}', "application/json", 400, "malformed"),
        (b"{}", "text/plain", 415, "unsupported-media-type"),
        (b"{}", "application/json", 422, "invalid"),
        (b"[]", "application/json", 422, "invalid"),
        (b'{"person": "a\\u0000b"}', "application/json", 422, "invalid"),
        (b"1" * 2_000_001, "application/json", 413, "too-large"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(app: Flask, body: bytes, kind: str, status: int, code: str):
    answer = Client(app).send("POST", "/tokens", data=body, content_type=kind)

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_each_wrong_field_is_named(app: Flask):
    answer = Client(app).send("POST", "/tokens", json={"person": "anna", "password": "x", "name": "", "more": 1})

    said = Client(app).expect(422, answer)
    assert set(said["errors"]) == {"name", "more"}


def test_an_unknown_filter_is_refused_and_not_ignored(login: Login):
    answer = login("anna").send("GET", "/tasks", query_string={"lates": "true"})

    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == ["lates"]


def test_an_accident_says_nothing_of_the_inside(app: Flask, login: Login, monkeypatch: pytest.MonkeyPatch):
    anna = login("anna")
    broken = lambda *_, **__: 1 / 0  # noqa: E731
    monkeypatch.setitem(app.view_functions, "me.me", broken)
    broken.scope = "read"  # type: ignore[attr-defined]

    answer = anna.send("GET", "/me")

    assert (answer.status_code, answer.get_json()["code"]) == (500, "error")
    assert "ZeroDivision" not in answer.get_data(as_text=True)


def test_every_code_has_a_page_that_explains_it(app: Flask):
    def kinds(kind: type[StewardError]) -> set[str]:
        return {kind.code}.union(*(kinds(below) for below in kind.__subclasses__()))

    codes = kinds(StewardError) | set(problems.CODES.values())
    for code in sorted(codes):
        answer = app.test_client().get(f"/problems/{code}")
        assert (answer.status_code, answer.mimetype) == (200, "text/html"), code
    assert codes <= set(problems.titles())


def test_every_answer_forbids_framing_sniffing_and_scripts(app: Flask):
    for path in ("/healthz", "/api/v1/", "/api/v1/me", "/nowhere"):
        headers = app.test_client().get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "Steward-Simulated-Clock" not in headers


def test_a_refusal_is_not_called_by_the_name_of_a_more_special_one():
    assert problems.titles()["forbidden"] == "The caller may not do this."
