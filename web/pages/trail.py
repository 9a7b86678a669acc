"""The audit trail and its proof: what happened, entry by entry, and whether a record is still what it was."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine import verify
from engine.audit import PLATFORM
from web.language import _
from web.pages import acting, typed
from web.pages.layout import Reader, look, page, show
from web.reads import cases as cases_of
from web.reads import entries
from web.reads import trail as found
from web.services import services

pages = Blueprint("trail", __name__)
acting.register(pages)
A_PAGE = 50
SEALS = 20
FILTERS = ("verb", "actor", "since", "until")


@page(pages, "/trail")
def platform() -> Response:
    """What happened to the platform: people, groups, diagrams, settings; the newest first."""
    return _shown(PLATFORM)


@page(pages, "/trail/<path:chain>")
def one(chain: str) -> Response:
    """What happened to a case, a register, or what an auditor read; the newest first."""
    return _shown(chain)


@page(pages, "/verification")
def verification() -> Response:
    """The seals that were made; and of one chain, whether it and all that stands beside it is still what it was."""
    chain = request.args.get("chain", "").strip()

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        if chain:
            return {"about": found.must_read(session, reader.person, chain)}
        cases_of.must_read_platform(reader.person)
        return {"seals": found.seals(session, SEALS), "chains": found.others(session, reader.person)}

    known = look(read)
    return show("verification.html", **known, chain=chain, report=_recomputed(chain) if chain else None, kinds=_kinds())


def _recomputed(chain: str) -> verify.Report:
    key = services().seal_key
    with services().database.still() as session:
        return verify.verify(session, key.public_key() if key else None, only={chain})


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
        return {"entries": listed, "about": about, "names": entries.names_in(session, people)}

    return show("trail.html", **look(read), chain=chain, is_platform=chain == PLATFORM, wanted=wanted)


def _day(said: str, name: str, zone: ZoneInfo) -> datetime | None:
    """The beginning of a day."""
    on = typed.day(said, name)
    return datetime.combine(on, time.min, zone) if on else None


def _kinds() -> dict[str, str]:
    """What each kind of finding means, and what to do."""
    return {
        "altered": _("It is not what it was when it was written. Hold the database against a backup from before."),
        "missing": _("It was there and is gone. Look for it in a backup from before."),
        "inserted": _("It was put in beside the program. Find out who has access to the database."),
        "reordered": _("It does not stand where it was written. Hold the database against a backup from before."),
        "seal": _("The seal itself does not hold. Ask the operator for the key that seals, and for its newest number."),
    }
