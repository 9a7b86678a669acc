"""Cases about a row side by side: before, during, after, and what differs."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine.errors import NotFound
from web.pages import acting
from web.pages.entries import ROW, how_of
from web.pages.layout import Reader, look, page, show
from web.reads import comparing, entries

pages = Blueprint("comparing_pages", __name__)
acting.register(pages)


@page(pages, f"{ROW}/compare")
def compare(key: str, row_key: str) -> Response:
    """The newest case of each stage, or those that were chosen, with what differs between them."""
    return show("compare.html", **look(lambda session, reader: _compared(session, reader, key, row_key)))


def _compared(session: Session, reader: Reader, key: str, row_key: str) -> dict[str, Any]:
    definition = entries.register(session, reader.person, key).definition
    row, wanted = entries.row(session, reader.person, key, row_key), definition.shown.compare
    if wanted is None:
        raise NotFound("comparison", f"{key}:{row_key}")
    offered = comparing.candidates(session, reader.person, row, wanted)
    chosen = _chosen({str(one.id): one.id for one in offered})
    how = how_of(session, reader, [])
    columns = comparing.columns(session, reader.person, row, wanted, offered, chosen, how)
    lines, only = comparing.lines(columns, wanted.facts), request.args.get("only") == "true"
    return {
        "register": definition,
        "row": row,
        "wanted": wanted,
        "offered": offered,
        "columns": columns,
        "lines": [one for one in lines if one.differs or not only],
        "differ": sum(one.differs for one in lines),
        "places": range(max(len(columns), min(len(wanted.stages), len(offered)))),
        "only": only,
    }


def _chosen(offered: dict[str, UUID]) -> list[UUID]:
    return [offered[one] for one in dict.fromkeys(request.args.getlist("case")) if one in offered]
