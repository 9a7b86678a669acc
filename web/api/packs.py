"""Packs: what was picked, in one file that can be checked anywhere, without anything confidential."""

from typing import Any
from uuid import UUID

from flask import Response

from engine.errors import Invalid
from web import packing
from web.auth import caller
from web.operations import Theme
from web.schemas.packs import PackQuery
from web.services import services

theme = Theme("packs", __name__, description="Picked records in one file, without anything confidential.")
BYTES = {"type": "string", "format": "binary"}


@theme.operation(
    "GET", "/pack", scope="read", query=PackQuery, gives=BYTES, content_type="application/zip", refused=(404,)
)
def pack(query: dict[str, Any]) -> Response:
    """A ZIP file with these cases and rows, and a manifest with the SHA-256 of each file."""
    who, since, until = caller(), query["since"], query["until"]
    if (since is None) != (until is None):
        raise Invalid("A period has a beginning and an end.", {"until" if since else "since": ["It is missing."]})
    with services().database.still() as session:
        data = packing.pack(
            session,
            who.person,
            ids=[_id(one) for one in _parts(query["cases"])],
            rows=_parts(query["rows"]),
            period={"since": since, "until": until} if since else None,
            store=services().evidence,
            now=who.now,
        )
    answer = Response(data, mimetype="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename="pack.zip")
    return answer


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(f"{text!r} is no id of a case.", {"cases": [f"{text!r} is no id."]}) from None
