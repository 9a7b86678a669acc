"""The description is whole, true to its word, and can be read without a script."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from marshmallow import Schema

from web.api import THEMES
from web.api.public import door
from web.auth import SCOPES
from web.pages import is_page
from web.schemas import definitions, identity, instances, tasks, traffic

MODULES = (definitions, identity, instances, tasks, traffic)
PART = re.compile("<(?:[a-z]+:)?([a-z_]+)>")
BODIES = [one for module in MODULES for one in vars(module).values() if hasattr(one, "EXAMPLE")]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The description knows no database."""
    return sqlite_url


@pytest.fixture
def spec(app: Flask) -> dict[str, Any]:
    """The description, as programs read it."""
    return dict(app.test_client().get("/api/v1/openapi.json").get_json())


def braced(part: re.Match[str]) -> str:
    """A part of an address, as the description writes it."""
    return f"{{{part[1]}}}"


def operations(spec: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Each operation with its method and address."""
    return [
        (f"{method.upper()} {path}", one)
        for path, methods in spec["paths"].items()
        for method, one in methods.items()
        if method != "parameters"
    ]


def test_it_is_openapi_3_1_and_describes_every_operation(app: Flask, spec: dict[str, Any]):
    served = {
        f"{method} {PART.sub(braced, rule.rule)}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if hasattr(app.view_functions[rule.endpoint], "scope") and not is_page(rule.endpoint)
    }
    assert spec["openapi"] == "3.1.0"
    assert {label for label, _ in operations(spec)} == served


def test_every_operation_says_what_it_does_who_may_and_how_it_fails(spec: dict[str, Any]):
    for label, one in operations(spec):
        assert one["summary"].endswith("."), label
        assert "default" in one["responses"], label
        if label == "POST /api/v1/tokens" or " /public" in label:
            assert one["security"] == []
            continue
        ((scope,),) = [need["token"] for need in one["security"]]
        assert scope in SCOPES, label
        assert {"401", "403"} <= set(one["responses"]), label
        if "{" in label:
            assert "404" in one["responses"], label


def test_every_refusal_is_described_as_a_problem_document(spec: dict[str, Any]):
    for label, one in operations(spec):
        for status, answer in one["responses"].items():
            if status.startswith(("4", "5")) or status == "default":
                name = answer["$ref"].rpartition("/")[2]
                assert list(spec["components"]["responses"][name]["content"]) == ["application/problem+json"], label


def test_every_json_body_has_an_example(spec: dict[str, Any]):
    for label, one in operations(spec):
        body = one.get("requestBody", {}).get("content", {}).get("application/json")
        assert body is None or "example" in body, label


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.__name__)
def test_every_example_holds(body: type[Schema]):
    example: dict[str, Any] = body.EXAMPLE  # type: ignore[attr-defined]

    assert body().validate(example) == {}


def test_every_theme_says_what_it_is_about(spec: dict[str, Any]):
    about = {tag["name"]: tag["description"] for tag in spec["tags"]}
    assert set(about) == {theme.name for theme in (*THEMES, door)}
    assert all(about.values())


def test_the_page_shows_every_operation_and_needs_nothing_from_elsewhere(app: Flask, spec: dict[str, Any]):
    answer = app.test_client().get("/api/v1/")

    page = answer.get_data(as_text=True)
    assert answer.mimetype == "text/html"
    for label, one in operations(spec):
        method, path = label.split(" ")
        assert f"<span class=method>{method}</span> <code>{path}</code> {one['summary'][:20]}" in page.replace(
            "&#39;", "'"
        ), label
    assert "<script" not in page
    assert re.findall(r'(?:src|href)="(?!/|#)', page) == []
    assert app.test_client().get("/api/v1/page.css").mimetype == "text/css"


def test_the_reference_names_every_address(spec: dict[str, Any]):
    page = (Path(__file__).parents[3] / "docs/reference/api.md").read_text()
    for path in spec["paths"]:
        tail = re.sub(r"\{(\w+)\}", lambda part: {"key": "KEY"}.get(part[1], "ID"), path.removeprefix("/api/v1"))
        last = "/" + tail.rpartition("/")[2]
        assert f"`{tail}`" in page or f"{last}`" in page, path
