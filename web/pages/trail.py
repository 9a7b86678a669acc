"""The audit trail: what happened, entry by entry."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine.audit import PLATFORM
from web.pages import acting, typed
from web.pages.layout import Reader, look, page, show
from web.reads import entries, verifications
from web.reads import trail as found

pages = Blueprint("trail", __name__)
acting.register(pages)
A_PAGE = 50
FILTERS = ("verb", "actor", "since", "until")


@page(pages, "/trail")
def platform() -> Response:
    """What happened to the platform: people, groups, diagrams, settings; the newest first."""
    return _shown(PLATFORM)


@page(pages, "/trail/<path:chain>")
def one(chain: str) -> Response:
    """What happened to a case, a register, or what an auditor read; the newest first."""
    return _shown(chain)


def _shown(chain: str) -> Response:
    wanted = {name: request.args.get(name, "").strip() for name in FILTERS}

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        about = found.must_read(session, reader.person, chain)
        zone = ZoneInfo(reader.zone)
        until = _day(wanted["until"], "until", zone)
        filters = {
            "verb": wanted["verb"],
            "actor": wanted["actor"],
            "since": _day(wanted["since"], "since", zone),
            "until": until + timedelta(days=1) if until else None,
            "limit": A_PAGE,
            "cursor": request.args.get("cursor"),
        }
        listed = found.newest(session, reader.person, chain, filters=filters)
        people = [who for entry in listed.items for who in (entry["actor"], entry["acting_for"])]
        broken = verifications.of_chain(session, reader.person, chain)
        return {"entries": listed, "about": about, "names": entries.names_in(session, people), "broken": broken}

    return show("trail.html", **look(read), chain=chain, is_platform=chain == PLATFORM, wanted=wanted)


def _day(said: str, name: str, zone: ZoneInfo) -> datetime | None:
    """The beginning of a day."""
    on = typed.day(said, name)
    return datetime.combine(on, time.min, zone) if on else None
