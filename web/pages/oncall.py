"""On call now: who answers for each system and service, who may pause it, and where nobody is going to be."""

from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from engine import oncall, registers
from engine.subject import Subject
from web.pages import acting
from web.pages.layout import Reader, look, page, show
from web.reads import entries

pages = Blueprint("oncall_pages", __name__)
acting.register(pages)
AHEAD = 14
"""Days for which gaps are looked for."""


@page(pages, "/on-call")
def now() -> Response:
    """Who is on call at this very minute, and who may pause what."""
    return show("on_call.html", **look(_shown))


def _shown(session: Session, reader: Reader) -> dict[str, Any]:
    served = {one: entries.called(session, reader.person, one) for one in oncall.subjects(session)}
    listed = {str(one): one for one in _pausable(session, reader)}
    found, people = [], list[str | None]()
    for subject in sorted({*served, *listed}):
        levels = oncall.who(session, subject, at=reader.now)
        pausing = oncall.pausing(session, subject, at=reader.now)
        gaps = oncall.gaps_of(session, subject, days=AHEAD, now=reader.now) if subject in served else ()
        people += [who for one in levels for who in (one.person, one.standing_in_for)]
        people += [who for one in pausing for who in (one.person, one.standing_in_for)]
        if levels or pausing:
            title = served.get(subject) or entries.called(session, reader.person, subject)
            found.append({"subject": subject, "title": title, "levels": levels, "pausing": pausing, "gaps": gaps})
    return {"found": found, "names": entries.names_in(session, people)}


def _pausable(session: Session, reader: Reader) -> list[Subject]:
    """The rows of the registers that say who may pause them, as far as the reader may look into them."""
    kept = [one.definition for one in entries.shown(session, reader.person) if "pause" in one.definition.provides]
    rows = [row for one in kept for row in registers.rows(session, one.key)]
    return [row.subject for row in registers.within(session, rows, reader.person)]
