"""The audit trail: what happened, entry by entry."""

from typing import Any

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
        since, until = (typed.day(wanted[name], name) for name in ("since", "until"))
        filters = {
            "verb": wanted["verb"],
            "actor": wanted["actor"],
            "since": typed.begins(since, reader.zone) if since else None,
            "until": typed.ends(until, reader.zone) if until else None,
            "limit": A_PAGE,
            "cursor": request.args.get("cursor"),
        }
        listed = found.newest(session, reader.person, chain, filters=filters)
        people = [who for entry in listed.items for who in (entry["actor"], entry["acting_for"])]
        broken = verifications.of_chain(session, reader.person, chain)
        return {"entries": listed, "about": about, "names": entries.names_in(session, people), "broken": broken}

    return show("trail.html", **look(read), chain=chain, is_platform=chain == PLATFORM, wanted=wanted)
