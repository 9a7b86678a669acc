"""JSON as these clients send it: null stands for whatever is optional."""

from typing import Any

import orjson
from flask import request

from engine.errors import Invalid

LARGEST = 10**10
"""Of a number in a body; as milliseconds, nearly four months."""


def the_body() -> dict[str, Any]:
    """
    The request's body; an empty one is an empty object.

    Raises:
        Invalid: it is no JSON object.
    """
    raw = request.get_data()
    try:
        body = orjson.loads(raw) if raw.strip() else {}
    except orjson.JSONDecodeError as error:
        raise Invalid(f"The body is not well-formed JSON: {error}.") from None
    if not isinstance(body, dict):
        raise Invalid("The body is a JSON object.")
    return body


def number(body: dict[str, Any], name: str, otherwise: int) -> int:
    """
    A whole number of at least 0 in a body; `otherwise` where it says null or nothing.

    Raises:
        Invalid: it is none.
    """
    value = body.get(name)
    if value is None:
        return otherwise
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
        raise Invalid(f"{name} is a whole number.", {name: "A whole number of at least 0."})
    return value


def text(body: dict[str, Any], name: str) -> str | None:
    """
    A text in a body; None where it says null or nothing.

    Raises:
        Invalid: it is no text, or holds the sign U+0000.
    """
    value = body.get(name)
    if value is not None and (not isinstance(value, str) or "\0" in value):
        raise Invalid(f"{name} is a text.", {name: "A text."})
    return value or None
