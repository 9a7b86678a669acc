"""Key figures of the processes."""

from datetime import timedelta
from typing import Any

from flask import Response

from engine.figures import figures
from web.acts import look
from web.auth import caller
from web.operations import Theme
from web.schemas.base import list_of
from web.schemas.figures import FigureOut, FigureQuery
from web.services import services

theme = Theme("figures", __name__, description="Key figures of processes, for a period and the one before it.")
LIST = list_of(FigureOut)
USUAL = timedelta(days=90)


@theme.operation("GET", "/figures", scope="read", query=FigureQuery, gives=LIST)
def all_figures(query: dict[str, Any]) -> Response:
    """The figures of a period, by default of the last 90 days, over the cases that the caller may see."""
    until = query["until"] or caller().now
    since = min(query["since"] or until - USUAL, until)
    asked = {"since": since, "until": until}
    return look(lambda session, person: {"items": figures(session, services().figures, by=person, **asked)}, LIST)
