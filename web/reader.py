"""Pages to read: the API from its own description, and what each problem's code means."""

import json
import re
from collections import defaultdict
from functools import cache
from typing import Any

from flask import Blueprint, Response, current_app
from markupsafe import Markup, escape

from engine.errors import NotFound
from web.html import STYLE, page, table
from web.problems import titles

blueprint = Blueprint("reader", __name__)
Spec = dict[str, Any]


@blueprint.get("/api/v1/")
def api() -> Response:
    """The API as a page to read."""
    spec: Spec = current_app.extensions["steward-description"].spec.to_dict()
    by_theme: dict[str, list[Markup]] = defaultdict(list)
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            if method != "parameters":
                by_theme[operation["tags"][0]].append(_operation(spec, method, path, operations, operation))
    about = {tag["name"]: tag.get("description", "") for tag in spec["tags"]}
    links = Markup().join(Markup('<a href="#{}">{}</a>').format(name, name.replace("-", " ")) for name in by_theme)
    themes = Markup().join(
        Markup('<h2 id="{}">{}</h2><p>{}</p>{}').format(
            name, name.replace("-", " "), about.get(name, ""), Markup().join(found)
        )
        for name, found in by_theme.items()
    )
    intro = Markup('<p>The same for machines: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>')
    body = Markup("{}{}<nav>{}</nav>{}").format(_prose(spec["info"]["description"]), intro, links, themes)
    return page("Steward API", body)


@blueprint.get("/api/v1/page.css")
def style() -> Response:
    """How the pages look."""
    return Response(STYLE, mimetype="text/css")


@blueprint.get("/problems/")
def problems() -> Response:
    """Every code a problem document may carry."""
    rows: list[tuple[str | Markup, ...]] = [
        (Markup('<a href="/problems/{}"><code>{}</code></a>').format(code, code), title)
        for code, title in sorted(titles().items())
    ]
    return page("Problems", table(("code", "what it means"), rows))


@blueprint.get("/problems/<code>")
def problem(code: str) -> Response:
    """What one code means."""
    if code not in titles():
        raise NotFound("problem", code)
    body = Markup('<p>{}</p><p>Code <code>{}</code>. <a href="/problems/">All codes</a></p>')
    return page("Problem", body.format(titles()[code], code))


def _operation(spec: Spec, method: str, path: str, shared: Spec, operation: Spec) -> Markup:
    parameters = [_found(spec, one) for one in (*shared.get("parameters", ()), *operation.get("parameters", ()))]
    rows: list[tuple[str | Markup, ...]] = [
        (
            Markup("<code>{}</code>").format(one["name"]),
            one["in"],
            _kind(spec, one["schema"]),
            one.get("description", ""),
        )
        for one in parameters
    ]
    body = Markup("{}{}").format(_prose(operation.get("description", "")), table(("name", "in", "type", ""), rows))
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        body += Markup("<h4>Body, <code>{}</code></h4>{}").format(media, _fields(spec, content.get("schema", {})))
        if "example" in content:
            body += Markup("<pre>{}</pre>").format(json.dumps(content["example"], indent=2, ensure_ascii=False))
    body += _answers(spec, operation["responses"])
    scopes = [scope for need in operation.get("security", ()) for scope in need.get("token", ())]
    needed = Markup(" · scope <code>{}</code>").format(", ".join(scopes)) if scopes else Markup(" · no token")
    line = Markup("<span class=method>{}</span> <code>{}</code> {}{}").format(
        method.upper(), path, operation.get("summary", ""), needed
    )
    return Markup("<details><summary>{}</summary>{}</details>").format(line, body)


def _answers(spec: Spec, responses: Spec) -> Markup:
    told = Markup("<h4>Answers</h4>")
    rows: list[tuple[str | Markup, ...]] = []
    for status, response in sorted(responses.items()):
        found = _found(spec, response)
        rows.append((status, found.get("description", "")))
        if status.startswith("2"):
            for content in found.get("content", {}).values():
                told += _fields(spec, content.get("schema", {}))
    return told + table(("status", "meaning"), rows)


def _fields(spec: Spec, schema: Spec) -> Markup:
    whole = _found(spec, schema)
    required = whole.get("required", ())
    rows: list[tuple[str | Markup, ...]] = [
        (
            Markup("<code>{}</code>").format(name),
            _kind(spec, one) + ("" if name not in required else ", required"),
            one.get("description", ""),
        )
        for name, one in whole.get("properties", {}).items()
    ]
    return table(("field", "type", ""), rows)


def _kind(spec: Spec, schema: Spec) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if schema.get("enum"):
        return " | ".join(str(one) for one in schema["enum"])
    if "anyOf" in schema or "oneOf" in schema:
        return " | ".join(_kind(spec, one) for one in schema.get("anyOf") or schema["oneOf"])
    kinds = schema.get("type", "any")
    listed = f"list of {_kind(spec, schema['items'])}" if "items" in schema else "list"
    each = [listed if kind == "array" else kind for kind in (kinds if isinstance(kinds, list) else [kinds])]
    named = " | ".join(each)
    return f"{named} ({schema['format']})" if "format" in schema else named


def _found(spec: Spec, thing: Spec) -> Spec:
    while "$ref" in thing:
        _, kind, name = thing["$ref"].rsplit("/", 2)
        thing = spec["components"][kind][name]
    return thing


@cache
def _prose(text: str) -> Markup:
    paragraphs = [str(escape(one.strip())) for one in text.split("\n\n") if one.strip()]
    bold = [re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", one) for one in paragraphs]
    code = [re.sub(r"`(.+?)`", r"<code>\1</code>", one) for one in bold]
    return Markup("".join(f"<p>{one}</p>" for one in code))  # noqa: S704 - escaped above
