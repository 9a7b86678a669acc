"""Samples of metrics that came in through hooks."""

from typing import Any

from flask import Response

from web.acts import look
from web.operations import Theme
from web.reads import samples as found
from web.schemas.base import page_of
from web.schemas.hooks import SampleOut, SampleQuery

theme = Theme("samples", __name__, description="What was measured, held against its limit.")
PAGE = page_of(SampleOut)


@theme.operation("GET", "/samples", scope="read", query=SampleQuery, gives=PAGE)
def all_samples(query: dict[str, Any]) -> Response:
    """The samples of metrics, the newest first."""
    return look(lambda session, person: found.samples(session, person, query), PAGE)
