"""Search: cases, people, clauses and entries of registers, as far as the reader may see them."""

from typing import Any

from flask import Blueprint, Response, request

from web.language import _
from web.pages import acting, case_words
from web.pages.layout import look, page, show
from web.reads import search as found

pages = Blueprint("searching", __name__)
acting.register(pages)


@page(pages, "/search")
def search() -> Response:
    """What holds the words asked for."""
    q = request.args.get("q", "").strip()[:100]
    hits = look(lambda session, reader: found.search(session, reader.person, q, today=reader.now.date()))
    groups = [
        ("cases", _("Cases"), hits.cases),
        ("people", _("People"), hits.people),
        ("clauses", _("Clauses"), hits.clauses),
        ("entries", _("Entries of registers"), hits.entries),
    ]
    known: dict[str, Any] = {"q": q, "count": hits.count, "groups": groups, "states": case_words.states()}
    return show("search.html", **known, most=found.MOST, shortest=found.SHORTEST)
